import { KernelMemory } from '../../kernels/memory.js';
import { loadRasterKernel, rasterVertexFloats } from '../../kernels/raster.js';
import type { PersonModel, Material } from './model.js';
import { vertexNormals } from './normals.js';

const directions = 120;
const mapSidePx = 448;
/** Depth that a surface may lie behind what the map saw and still count as seen, dm. */
const slackDm = 0.035;
const occluders: readonly Material[] = ['skin', 'cloth', 'collar', 'mouth'];
/** What hair lets through, for it is drawn as cards with holes. */
const throughHair = 0.5;

/** Unit directions spread evenly over the sphere (golden spiral). */
function directionAt(index: number): [number, number, number] {
  const y = 1 - (2 * (index + 0.5)) / directions,
    radius = Math.sqrt(1 - y * y),
    turn = index * Math.PI * (3 - Math.sqrt(5));
  return [radius * Math.cos(turn), y, radius * Math.sin(turn)];
}

/** Depth maps from every direction, drawn by the product's own rasteriser. */
class DepthMaps {
  readonly #memory = new KernelMemory(64);
  readonly #kernel = loadRasterKernel(this.#memory);
  readonly #depth = this.#memory.allocate(mapSidePx * mapSidePx * 4);
  readonly #target = this.#memory.allocate(mapSidePx * mapSidePx * 8);
  readonly #vertices: number;
  readonly #indices: number;
  readonly #texture = this.#memory.allocate(32);
  readonly #offsets = this.#memory.allocate(16);

  constructor(
    readonly positions: Float32Array,
    triangleCapacity: number,
  ) {
    this.#vertices = this.#memory.allocate((positions.length / 3) * rasterVertexFloats * 4);
    this.#indices = this.#memory.allocate(triangleCapacity * 6);
  }

  /** Depth map (smaller is nearer to the light) of some triangles seen along −direction; null triangles draw nothing. */
  draw(project: (v: number) => [number, number, number], positionTriangles: Uint16Array): Float32Array {
    const { f32, u16 } = this.#memory;
    for (let v = 0; v < this.positions.length / 3; v++) {
      const [x, y, z] = project(v);
      const at = this.#vertices / 4 + v * rasterVertexFloats;
      f32.fill(0, at, at + rasterVertexFloats);
      f32[at] = x;
      f32[at + 1] = y;
      f32[at + 2] = z;
    }
    u16.set(positionTriangles, this.#indices / 2);
    this.#kernel.fillDepth(this.#depth, mapSidePx * mapSidePx, Infinity);
    this.#kernel.drawTriangles(
      this.#vertices,
      this.#indices,
      positionTriangles.length / 3,
      this.#texture,
      this.#offsets,
      this.#target,
      this.#depth,
      2,
      2,
      mapSidePx,
      mapSidePx,
      mapSidePx * 8,
      0,
    );
    return f32.slice(this.#depth / 4, this.#depth / 4 + mapSidePx * mapSidePx);
  }
}

const trianglesOf = (model: PersonModel, materials: readonly Material[]): Uint16Array =>
  Uint16Array.from(
    model.parts
      .filter((part) => materials.includes(part.material))
      .flatMap((part) => [
        ...model.triangles.subarray(part.firstTriangle * 3, (part.firstTriangle + part.triangleCount) * 3),
      ])
      .map((vertex) => model.vertexPosition[vertex]!),
  );

/**
 * For each position the light that arrives from a distant source, as c0 + c·d fitted over the directions d on its side of
 * the surface. It gives the nose, brow and chin their soft shadows for any light at the price of one dot product.
 */
export function bakeVisibility(model: PersonModel): Float32Array {
  const count = model.positions.length / 3,
    p = model.positions;
  const normals = vertexNormals(model.positions, model.vertexPosition, model.triangles);
  const solid = trianglesOf(model, occluders),
    hair = trianglesOf(model, ['hair', 'beard']);
  const maps = new DepthMaps(p, Math.max(solid.length, hair.length) / 3);
  const sums = new Float64Array(count * 14);
  const isHair = new Uint8Array(count);
  for (const part of model.parts)
    if (part.material === 'hair' || part.material === 'beard') isHair.fill(1, part.firstPosition, part.endPosition);
  for (let i = 0; i < directions; i++) {
    const d = directionAt(i);
    const up: [number, number, number] = Math.abs(d[1]) > 0.9 ? [1, 0, 0] : [0, 1, 0];
    const s = normalised([up[1] * d[2] - up[2] * d[1], up[2] * d[0] - up[0] * d[2], up[0] * d[1] - up[1] * d[0]]);
    const t = [d[1] * s[2] - d[2] * s[1], d[2] * s[0] - d[0] * s[2], d[0] * s[1] - d[1] * s[0]];
    // The head fills most of the map; what lies outside casts no shadow on it worth having.
    const scale = mapSidePx / 5.2;
    const project = (v: number): [number, number, number] => {
      const x = p[v * 3]!,
        y = p[v * 3 + 1]! - 6.9,
        z = p[v * 3 + 2]! - 0.6;
      return [
        mapSidePx / 2 + scale * (x * s[0] + y * s[1] + z * s[2]),
        mapSidePx / 2 - scale * (x * t[0]! + y * t[1]! + z * t[2]!),
        -(x * d[0] + y * d[1] + z * d[2]),
      ];
    };
    const solidMap = maps.draw(project, solid),
      hairMap = maps.draw(project, hair);
    for (let v = 0; v < count; v++) {
      const facing = normals[v * 3]! * d[0] + normals[v * 3 + 1]! * d[1] + normals[v * 3 + 2]! * d[2];
      if (facing <= 0 && !isHair[v]) continue;
      const [x, y, z] = project(v);
      const px = Math.floor(x),
        py = Math.floor(y);
      let seen = 1;
      if (px >= 0 && py >= 0 && px < mapSidePx && py < mapSidePx) {
        const at = py * mapSidePx + px;
        if (z > solidMap[at]! + slackDm) seen = 0;
        else if (z > hairMap[at]! + (isHair[v] ? 0.25 : slackDm)) seen = throughHair;
      }
      accumulate(sums, v * 14, d, Math.max(facing, 0.15), seen);
    }
  }
  const out = new Float32Array(count * 4);
  for (let v = 0; v < count; v++) out.set(solveFit(sums, v * 14), v * 4);
  lightMouth(model, out);
  return out;
}

const normalised = (v: number[]): [number, number, number] => {
  const length = Math.hypot(v[0]!, v[1]!, v[2]!) || 1;
  return [v[0]! / length, v[1]! / length, v[2]! / length];
};

/** Weighted normal equations of c0 + c·d: ten of the symmetric matrix, four of the right side. */
function accumulate(sums: Float64Array, at: number, d: readonly number[], weight: number, seen: number): void {
  const row = [1, d[0]!, d[1]!, d[2]!];
  let k = at;
  for (let i = 0; i < 4; i++) for (let j = i; j < 4; j++) sums[k++]! += weight * row[i]! * row[j]!;
  for (let i = 0; i < 4; i++) sums[k++]! += weight * row[i]! * seen;
}

function solveFit(sums: Float64Array, at: number): number[] {
  const m = [
    [0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0],
  ];
  let k = at;
  for (let i = 0; i < 4; i++) for (let j = i; j < 4; j++) m[i]![j] = m[j]![i] = sums[k++]!;
  const total = m[0]![0]!;
  if (total === 0) return [1, 0, 0, 0];
  for (let i = 0; i < 4; i++) m[i]![4] = sums[k++]!;
  // A little ridge keeps flat directions quiet.
  for (let i = 1; i < 4; i++) m[i]![i]! += total * 0.02;
  for (let i = 0; i < 4; i++) {
    for (let r = 0; r < 4; r++) {
      if (r === i) continue;
      const share = m[r]![i]! / m[i]![i]!;
      for (let c = i; c < 5; c++) m[r]![c]! -= share * m[i]![c]!;
    }
  }
  return m.map((row, i) => row[4]! / row[i]!);
}

/** The mouth is baked shut, so its inside gets a plain fall-off with depth instead. */
function lightMouth(model: PersonModel, visibility: Float32Array): void {
  for (const part of model.parts) {
    if (part.material !== 'mouth' && part.material !== 'teeth' && part.material !== 'tongue') continue;
    let front = -Infinity;
    for (let v = part.firstPosition; v < part.endPosition; v++) front = Math.max(front, model.positions[v * 3 + 2]!);
    for (let v = part.firstPosition; v < part.endPosition; v++) {
      const behind = front - model.positions[v * 3 + 2]!;
      const light =
        part.material === 'mouth' ? 0.25 * Math.exp(-behind * 2) : 0.8 * Math.exp(-Math.max(0, behind - 0.05) * 3.2);
      visibility.set([light, 0, 0, 0], v * 4);
    }
  }
}
