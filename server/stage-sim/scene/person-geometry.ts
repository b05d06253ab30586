import { vertexNormals } from '../cast/normals.js';
import type { PersonModel } from '../cast/model.js';
import { rotationOf, type PersonState, type View } from './view.js';

/**
 * One person's surface at one instant: expression, then head and trunk motion, then the camera. `world` and `screen` hold
 * the last `pose` and `project`. Nothing is allocated after construction.
 */
export class PersonGeometry {
  readonly world: Float32Array<ArrayBuffer>;
  readonly normals: Float32Array<ArrayBuffer>;
  /** x, y in px and depth in dm from the camera, per position. */
  readonly screen: Float32Array;
  readonly headRotation = new Float64Array(9);
  readonly trunkRotation = new Float64Array(9);
  readonly #expressed: Float32Array;
  readonly #eyeRanges: { first: number; end: number; centre: Float32Array<ArrayBufferLike> }[];
  readonly #gaze = new Float64Array(9);

  constructor(readonly model: PersonModel) {
    const length = model.positions.length;
    this.world = new Float32Array(length);
    this.normals = new Float32Array(length);
    this.screen = new Float32Array(length);
    this.#expressed = new Float32Array(length);
    this.#eyeRanges = eyeRangesOf(model);
  }

  pose(state: PersonState): void {
    const { model } = this,
      p = this.#expressed,
      out = this.world;
    p.set(model.positions);
    for (let e = 0; e < model.expressions.length; e++) {
      const weight = state.expression[e]!;
      if (Math.abs(weight) > 1e-4) addDelta(p, model.expressions[e]!.positions, model.expressions[e]!.deltas, weight);
    }
    this.#turnEyes(state);
    const r = rotationOf(state.yawRad, state.pitchRad, state.rollRad, this.headRotation);
    const t = rotationOf(state.trunkYawRad, 0, 0, this.trunkRotation);
    const px = model.neckPivot[0]!,
      py = model.neckPivot[1]!,
      pz = model.neckPivot[2]!;
    const tx = px + state.xDm,
      ty = py + state.yDm,
      tz = pz + state.zDm;
    const r0 = r[0]!,
      r1 = r[1]!,
      r2 = r[2]!,
      r3 = r[3]!,
      r4 = r[4]!,
      r5 = r[5]!,
      r6 = r[6]!,
      r7 = r[7]!,
      r8 = r[8]!;
    const t0 = t[0]!,
      t2 = t[2]!,
      t6 = t[6]!,
      t8 = t[8]!,
      headWeight = model.headWeight;
    for (let v = 0, i = 0; i < out.length; v++, i += 3) {
      const x = p[i]! - px,
        y = p[i + 1]! - py,
        z = p[i + 2]! - pz,
        w = headWeight[v]!,
        rest = 1 - w;
      out[i] = tx + w * (r0 * x + r1 * y + r2 * z) + rest * (t0 * x + t2 * z);
      out[i + 1] = ty + w * (r3 * x + r4 * y + r5 * z) + rest * y;
      out[i + 2] = tz + w * (r6 * x + r7 * y + r8 * z) + rest * (t6 * x + t8 * z);
    }
  }

  computeNormals(): void {
    vertexNormals(this.world, this.model.vertexPosition, this.model.triangles, this.normals);
  }

  project(view: View): void {
    const { world, screen } = this;
    const midX = view.widthPx / 2,
      midY = view.heightPx / 2;
    for (let i = 0; i < world.length; i += 3) {
      const depth = view.distanceDm - world[i + 2]!,
        scale = view.focalPx / depth;
      screen[i] = midX + (world[i]! - view.centreXDm) * scale;
      screen[i + 1] = midY - (world[i + 1]! - view.centreYDm) * scale;
      screen[i + 2] = depth;
    }
  }

  #turnEyes(state: PersonState): void {
    const p = this.#expressed;
    // The body's own pitch is positive downwards, a gaze upwards.
    const g = rotationOf(state.gazeYawRad, -state.gazePitchRad, 0, this.#gaze);
    for (const { first, end, centre } of this.#eyeRanges) {
      for (let i = first * 3; i < end * 3; i += 3) {
        const x = p[i]! - centre[0]!,
          y = p[i + 1]! - centre[1]!,
          z = p[i + 2]! - centre[2]!;
        if (x * x + y * y + z * z > 0.09) continue;
        p[i] = centre[0]! + g[0]! * x + g[1]! * y + g[2]! * z;
        p[i + 1] = centre[1]! + g[3]! * x + g[4]! * y + g[5]! * z;
        p[i + 2] = centre[2]! + g[6]! * x + g[7]! * y + g[8]! * z;
      }
    }
  }
}

function addDelta(p: Float32Array, positions: Uint16Array, deltas: Float32Array, weight: number): void {
  for (let k = 0; k < positions.length; k++) {
    const at = positions[k]! * 3;
    p[at]! += weight * deltas[k * 3]!;
    p[at + 1]! += weight * deltas[k * 3 + 1]!;
    p[at + 2]! += weight * deltas[k * 3 + 2]!;
  }
}

/** Both eyeballs are one part; each turns about its own centre, and a vertex farther than an eyeball from it stays. */
function eyeRangesOf(model: PersonModel): { first: number; end: number; centre: Float32Array<ArrayBufferLike> }[] {
  return model.parts
    .filter((part) => part.material === 'eye')
    .flatMap((part) =>
      [0, 3].map((k) => ({
        first: part.firstPosition,
        end: part.endPosition,
        centre: model.eyeCentres.subarray(k, k + 3),
      })),
    );
}
