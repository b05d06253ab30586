import type { Material, PersonModel, Picture8 } from './model.js';
import {
  baseMaterial,
  baseVertexCount,
  eyeTexturePath,
  fitProxy,
  readProxy,
  type BaseMesh,
  type Proxy,
  type TargetFile,
} from './makehuman.js';
import { number, type Piece, type Source } from './numbering.js';
import { expressionUnits, expressionUnitNames, type PersonRecipe, type ProxyRecipe } from './recipes.js';
import { eyePicture, mouthPicture, proxyPicture, skinPictures, headChart } from './textures.js';

/** MakeHuman's arms point 45° down; standing people's hang. */
const armLoweringRad = (33 * Math.PI) / 180;
/** Head weight from which skin is kept under clothes. */
const neckShows = 0.04;

export function shapeOf(base: BaseMesh, targets: TargetFile, recipe: PersonRecipe): Float32Array {
  const shape = base.positions.slice();
  for (const [name, weight] of Object.entries(recipe.targets)) {
    const delta = targets.read(name);
    for (let i = 0; i < shape.length; i++) shape[i]! += weight * delta[i]!;
  }
  return shape;
}

/** People of all sizes look out from the same place, so that scenes can frame them alike. */
const eyesAt: readonly [number, number, number] = [0, 7.3, 1.25];
function moveEyesTo(shape: Float32Array, base: BaseMesh): void {
  const [left, right] = [jointMaterial.leftEye, jointMaterial.rightEye].map((material) =>
    centreOf(shape, verticesOf(base, material)),
  );
  for (let i = 0; i < shape.length; i++) shape[i]! += eyesAt[i % 3]! - (left![i % 3]! + right![i % 3]!) / 2;
}

/** MakeHuman writes all but some of the expression sets; the Caucasian set stands in where one lacks a unit. */
function expressionDeltas(targets: TargetFile, recipe: PersonRecipe): Float32Array[] {
  return expressionUnitNames.map((unit) => {
    const sum = new Float32Array(baseVertexCount * 3);
    for (const [name, weight] of Object.entries(expressionUnits[unit])) {
      const delta = targets.read(`expression/units/${recipe.expressionSet}/${name}`);
      for (let i = 0; i < sum.length; i++) sum[i]! += weight * delta[i]!;
    }
    return sum;
  });
}

/** Turns each arm about its shoulder joint, in place. */
function lowerArms(
  positions: Float32Array,
  armWeight: Float32Array,
  joints: readonly [number, number, number][],
): void {
  for (let v = 0; v < armWeight.length; v++) {
    const weight = armWeight[v]!,
      x = positions[v * 3]!,
      y = positions[v * 3 + 1]!;
    if (weight === 0) continue;
    const joint = joints[x > 0 ? 0 : 1]!;
    const angle = (x > 0 ? -1 : 1) * armLoweringRad * Math.min(weight, 1);
    const dx = x - joint[0],
      dy = y - joint[1],
      cos = Math.cos(angle),
      sin = Math.sin(angle);
    positions[v * 3] = joint[0] + dx * cos - dy * sin;
    positions[v * 3 + 1] = joint[1] + dx * sin + dy * cos;
  }
}

function centreOf(positions: Float32Array, vertices: Iterable<number>): [number, number, number] {
  const sum: [number, number, number] = [0, 0, 0];
  let count = 0;
  for (const v of vertices) {
    for (let k = 0; k < 3; k++) sum[k]! += positions[v * 3 + k]!;
    count++;
  }
  return [sum[0] / count, sum[1] / count, sum[2] / count];
}

/** Base vertices used by a material of the base mesh, by its number in the file. */
function verticesOf(base: BaseMesh, material: number): Set<number> {
  const found = new Set<number>();
  base.triangleMaterial.forEach((m, t) => {
    if (m === material) for (let k = 0; k < 3; k++) found.add(base.cornerVertex[t * 3 + k]!);
  });
  return found;
}
const jointMaterial = { leftShoulder: 121, rightShoulder: 91, neck: 78, leftEye: 26, rightEye: 122 } as const;
const lowerTeethMaterial = 11;

function carried(proxy: Proxy, field: Float32Array, stride: number): Float32Array {
  const out = new Float32Array((proxy.references.length / 3) * stride);
  for (let v = 0; v < proxy.references.length / 3; v++) {
    for (let axis = 0; axis < stride; axis++) {
      let sum = 0;
      for (let k = 0; k < 3; k++)
        sum += proxy.weights[v * 3 + k]! * field[proxy.references[v * 3 + k]! * stride + axis]!;
      out[v * stride + axis] = sum;
    }
  }
  return out;
}

/** Builds one person of the cast; pure: equal recipe and data give equal bytes. */
export async function assemblePerson(base: BaseMesh, targets: TargetFile, recipe: PersonRecipe): Promise<PersonModel> {
  const shape = shapeOf(base, targets, recipe);
  moveEyesTo(shape, base);
  const joints = Object.fromEntries(
    Object.entries(jointMaterial).map(([name, material]) => [name, centreOf(shape, verticesOf(base, material))]),
  ) as Record<keyof typeof jointMaterial, [number, number, number]>;
  const shoulders: [number, number, number][] = [joints.leftShoulder, joints.rightShoulder];
  const deltas = expressionDeltas(targets, recipe);
  const posed = shape.slice();
  lowerArms(posed, base.armWeight, shoulders);
  const body: Source = { positions: posed, headWeight: base.headWeight, deltas };

  const pieces: Piece[] = [];
  const hidden = new Uint8Array(baseVertexCount);
  const proxyPiece = async (from: ProxyRecipe, material: Material, picture?: Picture8): Promise<void> => {
    const proxy = readProxy(from.id);
    const fitted = fitProxy(proxy, shape, from.outwards ?? 0);
    const armWeight = carried(proxy, base.armWeight, 1);
    lowerArms(fitted, armWeight, shoulders);
    // The neck stays under its collar, which stands away from it.
    if (material === 'cloth')
      proxy.hidesBase.forEach((hides, v) => (hidden[v]! |= base.headWeight[v]! > neckShows ? 0 : hides));
    const piece: Piece = {
      name: from.id,
      material,
      picture: picture ?? (await proxyPicture(proxy.texturePath, from.tint ?? [1, 1, 1], material)),
      surface: proxy,
      triangles: trianglesOf(proxy),
      mapUv: (u, v) => [u, v],
      source: {
        positions: fitted,
        headWeight: carried(proxy, base.headWeight, 1),
        deltas: deltas.map((delta) =>
          material === 'tongue' ? withJaw(base, delta, fitted.length) : carried(proxy, delta, 3),
        ),
      },
    };
    if (material === 'cloth') {
      const isCollar = (t: number): boolean =>
        [0, 1, 2].every((k) => standsAtNeck(fitted, proxy.cornerVertex[t * 3 + k]!));
      pieces.push({ ...piece, triangles: piece.triangles.filter((t) => !isCollar(t)) });
      pieces.push({
        ...piece,
        name: `${from.id} collar`,
        material: 'collar',
        triangles: piece.triangles.filter(isCollar),
      });
    } else if (material === 'teeth')
      pieces.push({ ...piece, triangles: piece.triangles.filter((t) => isFrontTooth(proxy, fitted, t)) });
    else pieces.push(material === 'hair' ? { ...piece, triangles: outermostFirst(proxy, fitted) } : piece);
  };
  for (const from of recipe.clothes) await proxyPiece(from, 'cloth');
  await proxyPiece({ id: 'teeth/Teeth_Base' }, 'teeth');
  await proxyPiece({ id: 'tongue/tongue01' }, 'tongue');
  await proxyPiece({ id: 'eyes/HighPolyEyes' }, 'eye', await eyePicture(eyeTexturePath(recipe.eyeColour)));
  await proxyPiece(recipe.brows, 'brows');
  for (const from of recipe.beard) await proxyPiece(from, 'beard');
  await proxyPiece(recipe.lashes, 'lashes');
  for (const from of recipe.hair) await proxyPiece(from, 'hair');

  const skin = await skinPictures(recipe.skin, base);
  const skinPiece = (
    name: string,
    material: Material,
    picture: Picture8,
    owns: (u: number, v: number, y: number) => boolean,
    mapUv: Piece['mapUv'],
  ): Piece => ({
    name,
    material,
    picture,
    mapUv,
    surface: base,
    source: body,
    triangles: bodyTriangles(base, hidden, owns),
  });
  const isMouth = (u: number, v: number): boolean => u > 0.74 && v > 0.85;
  pieces.splice(
    // Behind the clothes, which hide most of it: what is drawn first is seldom drawn over.
    recipe.clothes.length * 2,
    0,
    skinPiece('head', 'skin', skin.head, headChart.owns, headChart.toChart),
    skinPiece(
      'trunk',
      'skin',
      skin.body,
      (u, v, y) => !headChart.owns(u, v, y) && !isMouth(u, v),
      (u, v) => [u, v],
    ),
    skinPiece('mouth', 'mouth', mouthPicture(skin.body), isMouth, (u, v) => [u, v]),
  );
  return number(recipe, pieces, joints);
}

/** MakeHuman's targets leave the tongue where it is; it goes with the lower teeth. */
function withJaw(base: BaseMesh, delta: Float32Array, length: number): Float32Array {
  const jaw = centreOf(delta, verticesOf(base, lowerTeethMaterial));
  return Float32Array.from({ length }, (_, i) => jaw[i % 3]!);
}

const trianglesOf = (proxy: Proxy): number[] => Array.from({ length: proxy.triangleMaterial.length }, (_, t) => t);

/** Layers of hair that are kept apart when sorting, dm; inside one, neighbours stay neighbours (caches like that). */
const hairLayerDm = 0.12;

/** Hair is many layers of cards: the outermost first, the rest mostly fails the depth test and costs little. */
function outermostFirst(proxy: Proxy, fitted: Float32Array): number[] {
  const layer = trianglesOf(proxy).map((t) => {
    const [x, y, z] = [0, 1, 2].map((axis) =>
      [0, 1, 2].reduce((sum, k) => sum + fitted[proxy.cornerVertex[t * 3 + k]! * 3 + axis]! / 3, 0),
    );
    return Math.round(Math.hypot(x!, y! - 7.45, z! - 0.45) / hairLayerDm);
  });
  return trianglesOf(proxy).sort((a, b) => layer[b]! - layer[a]! || a - b);
}

/** Clothes are closed but for the collar, whose inside shows. */
const standsAtNeck = (fitted: Float32Array, v: number): boolean =>
  fitted[v * 3 + 1]! > 5.6 && Math.abs(fitted[v * 3]!) < 1.1;

/** Only what an open mouth can show: the front of the rows of teeth, outside. */
function isFrontTooth(proxy: Proxy, fitted: Float32Array, t: number): boolean {
  const [a, b, c] = [0, 1, 2].map((k) =>
    fitted.subarray(proxy.cornerVertex[t * 3 + k]! * 3, proxy.cornerVertex[t * 3 + k]! * 3 + 3),
  ) as [Float32Array, Float32Array, Float32Array];
  const facing = (b[0]! - a[0]!) * (c[1]! - a[1]!) - (b[1]! - a[1]!) * (c[0]! - a[0]!);
  let front = -Infinity;
  for (let i = 2; i < fitted.length; i += 3) front = Math.max(front, fitted[i]!);
  return facing > 0 && Math.min(a[2]!, b[2]!, c[2]!) > front - 0.35;
}

/** Triangles of the skin whose centre lies in an island of the atlas and which no clothes hide. */
function bodyTriangles(
  base: BaseMesh,
  hidden: Uint8Array,
  owns: (u: number, v: number, y: number) => boolean,
): number[] {
  const found: number[] = [];
  for (let t = 0; t < base.triangleMaterial.length; t++) {
    if (base.triangleMaterial[t] !== baseMaterial.body) continue;
    let u = 0,
      v = 0,
      y = 0,
      hiddenCorners = 0;
    for (let k = 0; k < 3; k++) {
      u += base.uvs[base.cornerUv[t * 3 + k]! * 2]! / 3;
      v += base.uvs[base.cornerUv[t * 3 + k]! * 2 + 1]! / 3;
      y += base.positions[base.cornerVertex[t * 3 + k]! * 3 + 1]! / 3;
      hiddenCorners += hidden[base.cornerVertex[t * 3 + k]!]!;
    }
    if (hiddenCorners < 3 && owns(u, v, y)) found.push(t);
  }
  return found;
}
