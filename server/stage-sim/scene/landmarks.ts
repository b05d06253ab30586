import { readFileSync } from 'node:fs';
import type { PersonModel } from '../cast/model.js';
import type { PersonGeometry } from './person-geometry.js';
import type { PersonState, View } from './view.js';
import { rotationOf } from './view.js';

export const landmarkCount = 478;
const meshPointCount = 468;
/** MediaPipe's outline of the face, in order. */
export const faceOval = [
  10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136,
  172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
] as const;

/** Made by fit-landmarks.ts: per landmark three base vertices and their weights. */
const map = (
  JSON.parse(readFileSync(new URL('../landmark-map.json', import.meta.url), 'utf8')) as { points: number[][] }
).points;

/** The iris in front of the eyeball's centre and its radius, dm; MediaPipe's five points: centre, then left, top, right, bottom in the picture. */
const irisForwardDm = 0.13;
const irisRadiusDm = 0.062;
/** 468–472 belong to the performer's right eye, 473–477 to the left. */
const irisPoints: readonly (readonly [number, number])[] = [
  [0, 0],
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
];

/** MediaPipe's 478 landmarks as points of one person's surface: exact under any pose and expression. */
export class LandmarkTracker {
  readonly #corners: Uint16Array;
  readonly #weights: Float32Array;
  readonly #gaze = new Float64Array(9);

  constructor(readonly model: PersonModel) {
    const positionOf = new Map<number, number>();
    model.baseVertex.forEach((vertex, position) => positionOf.set(vertex, position));
    this.#corners = new Uint16Array(meshPointCount * 3);
    this.#weights = new Float32Array(meshPointCount * 3);
    map.forEach((entry, i) => {
      for (let k = 0; k < 3; k++) {
        const position = positionOf.get(entry[k]!);
        if (position === undefined) throw new Error(`${model.id} lacks base vertex ${entry[k]} of landmark ${i}`);
        this.#corners[i * 3 + k] = position;
        this.#weights[i * 3 + k] = entry[3 + k]!;
      }
    });
  }

  /** A point of the model's own neutral surface, dm. */
  neutralPoint(index: number, out: [number, number, number] = [0, 0, 0]): [number, number, number] {
    for (let axis = 0; axis < 3; axis++) out[axis] = this.#sum(this.model.positions, index, axis);
    return out;
  }

  /**
   * Landmarks of the last projected pose: 478 × (x, y, z), x and y in px of the picture, z on the same scale, smaller is nearer,
   * 0 at the middle of the face.
   */
  project(
    geometry: PersonGeometry,
    state: PersonState,
    view: View,
    out = new Float32Array(landmarkCount * 3),
  ): Float32Array {
    for (let i = 0; i < meshPointCount; i++)
      for (let axis = 0; axis < 3; axis++) out[i * 3 + axis] = this.#sum(geometry.screen, i, axis);
    this.#projectIrises(geometry, state, view, out);
    let middle = 0;
    for (let i = 0; i < meshPointCount; i++) middle += out[i * 3 + 2]! / meshPointCount;
    const pxPerDm = view.focalPx / middle;
    for (let i = 0; i < landmarkCount; i++) out[i * 3 + 2] = (out[i * 3 + 2]! - middle) * pxPerDm;
    return out;
  }

  #sum(field: Float32Array, index: number, axis: number): number {
    let sum = 0;
    for (let k = 0; k < 3; k++) sum += this.#weights[index * 3 + k]! * field[this.#corners[index * 3 + k]! * 3 + axis]!;
    return sum;
  }

  #projectIrises(geometry: PersonGeometry, state: PersonState, view: View, out: Float32Array): void {
    const { model } = this,
      r = geometry.headRotation,
      g = rotationOf(state.gazeYawRad, -state.gazePitchRad, 0, this.#gaze);
    for (let eye = 0; eye < 2; eye++) {
      // eyeCentres has the left eye first, MediaPipe the right.
      const centre = model.eyeCentres.subarray(eye === 0 ? 3 : 0, eye === 0 ? 6 : 3);
      irisPoints.forEach(([px, py], k) => {
        const x = px * irisRadiusDm,
          y = py * irisRadiusDm,
          z = irisForwardDm;
        const ex = centre[0]! + g[0]! * x + g[1]! * y + g[2]! * z - model.neckPivot[0]!;
        const ey = centre[1]! + g[3]! * x + g[4]! * y + g[5]! * z - model.neckPivot[1]!;
        const ez = centre[2]! + g[6]! * x + g[7]! * y + g[8]! * z - model.neckPivot[2]!;
        const wx = r[0]! * ex + r[1]! * ey + r[2]! * ez + model.neckPivot[0]! + state.xDm;
        const wy = r[3]! * ex + r[4]! * ey + r[5]! * ez + model.neckPivot[1]! + state.yDm;
        const depth = view.distanceDm - (r[6]! * ex + r[7]! * ey + r[8]! * ez + model.neckPivot[2]! + state.zDm);
        const at = (meshPointCount + eye * 5 + k) * 3;
        out[at] = view.widthPx / 2 + ((wx - view.centreXDm) * view.focalPx) / depth;
        out[at + 1] = view.heightPx / 2 - ((wy - view.centreYDm) * view.focalPx) / depth;
        out[at + 2] = depth;
      });
    }
  }
}

/** Half the width of the soft edge that a face mask has on the surface, dm. */
const softEdgeDm = 0.05;

/** How far each position of the model belongs to the face, 0…1: inside the outline of the face, seen from the front. */
export function faceWeights(tracker: LandmarkTracker): Float32Array {
  const { model } = tracker,
    oval = faceOval.map((index) => tracker.neutralPoint(index).slice(0, 2));
  const head = model.parts.find((part) => part.name === 'head')!;
  const behind = tracker.neutralPoint(234)[2] - 0.15,
    weights = new Float32Array(model.positions.length / 3);
  for (let v = head.firstPosition; v < head.endPosition; v++) {
    const [x, y, z] = [0, 1, 2].map((axis) => model.positions[v * 3 + axis]!);
    if (z! < behind) continue;
    const distance = distanceToEdge(oval, x!, y!) * (isInside(oval, x!, y!) ? 1 : -1);
    weights[v] = Math.min(1, Math.max(0, 0.5 + distance / (2 * softEdgeDm)));
  }
  return weights;
}

function distanceToEdge(polygon: readonly number[][], x: number, y: number): number {
  return Math.min(
    ...polygon.map(([x1, y1], i) => {
      const [x0, y0] = polygon[(i + polygon.length - 1) % polygon.length]!;
      const ex = x1! - x0!,
        ey = y1! - y0!,
        along = Math.min(1, Math.max(0, ((x - x0!) * ex + (y - y0!) * ey) / (ex * ex + ey * ey)));
      return Math.hypot(x - x0! - along * ex, y - y0! - along * ey);
    }),
  );
}

function isInside(polygon: readonly number[][], x: number, y: number): boolean {
  let inside = false;
  polygon.forEach(([x1, y1], i) => {
    const [x0, y0] = polygon[(i + polygon.length - 1) % polygon.length]!;
    if (y1! > y !== y0! > y && x < ((x0! - x1!) * (y - y1!)) / (y0! - y1!) + x1!) inside = !inside;
  });
  return inside;
}
