import { createCanvas } from '@napi-rs/canvas';
import type { BaseMesh } from './makehuman.js';
import { noBaseVertex, type PersonModel, type Picture8 } from './model.js';

/** Joints of MakeHuman's left hand by material: wrist, tip of the middle finger, roots of index and little finger. */
const joint = { wrist: 39, middleTip: 90, indexRoot: 19, littleRoot: 124 } as const;

type Vector = [number, number, number];
const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const unit = (a: Vector): Vector => {
  const length = Math.hypot(...a);
  return [a[0] / length, a[1] / length, a[2] / length];
};

function centreOfMaterial(base: BaseMesh, shape: Float32Array, material: number): Vector {
  const used = new Set<number>();
  base.triangleMaterial.forEach((m, t) => {
    if (m === material) for (let k = 0; k < 3; k++) used.add(base.cornerVertex[t * 3 + k]!);
  });
  const sum: Vector = [0, 0, 0];
  for (const v of used) for (let k = 0; k < 3; k++) sum[k]! += shape[v * 3 + k]! / used.size;
  return sum;
}

/** A hand with its forearm: wrist at the origin, fingers up, the back of the hand towards the camera. */
export function handModel(base: BaseMesh, shape: Float32Array, skin: Picture8): PersonModel {
  const wrist = centreOfMaterial(base, shape, joint.wrist);
  const up = unit(minus(centreOfMaterial(base, shape, joint.middleTip), wrist));
  const across = minus(centreOfMaterial(base, shape, joint.indexRoot), centreOfMaterial(base, shape, joint.littleRoot));
  const back = unit(cross(across, up));
  const side = cross(up, back);
  const positions: number[] = [],
    vertexUv: number[] = [],
    triangles: number[] = [],
    vertexPosition: number[] = [];
  const known = new Map<number, number>(),
    corners = new Map<string, number>();
  for (let t = 0; t < base.triangleMaterial.length; t++) {
    if (base.triangleMaterial[t] !== 0) continue;
    const ids = [0, 1, 2].map((k) => base.cornerVertex[t * 3 + k]!);
    if (
      ids.some(
        (id) =>
          shape[id * 3]! < 0 ||
          dot(minus([shape[id * 3]!, shape[id * 3 + 1]!, shape[id * 3 + 2]!], wrist), up) < -2.6 ||
          base.armWeight[id]! < 0.9,
      )
    )
      continue;
    for (const k of [0, 2, 1]) {
      const id = ids[k]!;
      let position = known.get(id);
      if (position === undefined) {
        position = positions.length / 3;
        known.set(id, position);
        const from = minus([shape[id * 3]!, shape[id * 3 + 1]!, shape[id * 3 + 2]!], wrist);
        positions.push(dot(from, side), dot(from, up), dot(from, back));
      }
      const uv = base.cornerUv[t * 3 + k]!,
        key = `${id}/${uv}`;
      let corner = corners.get(key);
      if (corner === undefined) {
        corner = vertexPosition.length;
        corners.set(key, corner);
        vertexPosition.push(position);
        vertexUv.push(base.uvs[uv * 2]! * skin.widthPx, base.uvs[uv * 2 + 1]! * skin.heightPx);
      }
      triangles.push(corner);
    }
  }
  return propOf('hand', 'a hand', 'skin', skin, positions, vertexPosition, vertexUv, triangles);
}

/** A clapperboard, 2.6 × 2.2 dm, drawn without words. */
export function slateModel(): PersonModel {
  const widthPx = 416,
    heightPx = 352,
    canvas = createCanvas(widthPx, heightPx),
    pen = canvas.getContext('2d');
  pen.fillStyle = '#16181b';
  pen.fillRect(0, 0, widthPx, heightPx);
  pen.strokeStyle = '#c9cdd2';
  pen.lineWidth = 4;
  for (const y of [110, 190, 270]) pen.strokeRect(16, y, widthPx - 32, 66);
  for (const x of [150, 280]) {
    pen.beginPath();
    pen.moveTo(x, 270);
    pen.lineTo(x, 336);
    pen.stroke();
  }
  for (let stripe = -1; stripe < 8; stripe++) {
    pen.fillStyle = stripe % 2 === 0 ? '#f2f2ee' : '#101113';
    for (const [top, slant] of [
      [4, 30],
      [52, -30],
    ]) {
      const x = stripe * 56;
      pen.beginPath();
      pen.moveTo(x, top!);
      pen.lineTo(x + 56, top!);
      pen.lineTo(x + 56 + slant!, top! + 42);
      pen.lineTo(x + slant!, top! + 42);
      pen.fill();
    }
  }
  const { data } = pen.getImageData(0, 0, widthPx, heightPx);
  const rgba = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  return propOf(
    'prop',
    'a clapperboard',
    'cloth',
    { widthPx, heightPx, rgba },
    ...board(0.92, 0.78, 0.05, widthPx, heightPx),
  );
}

/** A board of half sizes w, h, d (dm), textured on both faces; a grid, for textures run straight only inside a triangle. */
function board(
  w: number,
  h: number,
  d: number,
  widthPx: number,
  heightPx: number,
): [number[], number[], number[], number[]] {
  const cells = 8,
    positions: number[] = [],
    uvs: number[] = [],
    triangles: number[] = [];
  for (const side of [1, -1]) {
    for (let j = 0; j <= cells; j++) {
      for (let i = 0; i <= cells; i++) {
        positions.push(side * w * ((2 * i) / cells - 1), h * (1 - (2 * j) / cells), side * d);
        uvs.push((widthPx * i) / cells, (heightPx * j) / cells);
      }
    }
  }
  const at = (side: number, i: number, j: number): number => side * (cells + 1) ** 2 + j * (cells + 1) + i;
  const quad = (a: number, b: number, c: number, e: number): void => void triangles.push(a, b, c, a, c, e);
  for (const side of [0, 1]) {
    for (let j = 0; j < cells; j++)
      for (let i = 0; i < cells; i++)
        quad(at(side, i, j), at(side, i + 1, j), at(side, i + 1, j + 1), at(side, i, j + 1));
  }
  // The rim joins both faces; their grids run in opposite directions.
  for (let i = 0; i < cells; i++) {
    quad(at(1, cells - i, 0), at(1, cells - i - 1, 0), at(0, i + 1, 0), at(0, i, 0));
    quad(at(0, i, cells), at(0, i + 1, cells), at(1, cells - i - 1, cells), at(1, cells - i, cells));
    quad(at(0, cells, i), at(1, 0, i), at(1, 0, i + 1), at(0, cells, i + 1));
    quad(at(1, cells, i), at(0, 0, i), at(0, 0, i + 1), at(1, cells, i + 1));
  }
  return [positions, Array.from({ length: positions.length / 3 }, (_, i) => i), uvs, triangles];
}

function propOf(
  id: string,
  description: string,
  material: 'skin' | 'cloth',
  texture: Picture8,
  positions: number[],
  vertexPosition: number[],
  vertexUv: number[],
  triangles: number[],
): PersonModel {
  const count = positions.length / 3;
  return {
    id,
    name: description,
    description,
    textures: [texture],
    parts: [
      {
        name: id,
        material,
        texture: 0,
        firstTriangle: 0,
        triangleCount: triangles.length / 3,
        firstPosition: 0,
        endPosition: count,
      },
    ],
    positions: Float32Array.from(positions),
    headWeight: new Float32Array(count).fill(1),
    visibility: Float32Array.from({ length: count * 4 }, (_, i) => (i % 4 === 0 ? 0.9 : 0)),
    vertexPosition: Uint16Array.from(vertexPosition),
    vertexUv: Float32Array.from(vertexUv),
    triangles: Uint16Array.from(triangles),
    expressions: [],
    baseVertex: new Uint16Array(count).fill(noBaseVertex),
    eyeCentres: new Float32Array(6),
    neckPivot: new Float32Array(3),
  };
}
