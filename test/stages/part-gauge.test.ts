import { describe, expect, it } from 'vitest';
import { cropSizePx, FaceTrack, landmarkCount } from '../../server/frame/face-track.js';
import { neighboursOf } from '../../server/frame/mesh-neighbours.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import { loadCanonicalFace } from '../../server/likeness/mesh/canonical.js';
import { PartGauge } from '../../server/stages/propagate/part-gauge.js';

const canonical = loadCanonicalFace();
const upper = [246, 161, 160, 159, 158, 157, 173],
  lower = [7, 163, 144, 145, 153, 154, 155];
/** 10 crop px to the centimetre, the nose in the middle. */
const faceAt = (open01: number): Float32Array => {
  const points = new Float32Array(landmarkCount * 3);
  for (let i = 0; i < 468; i++) {
    points[i * 3] = 128 + canonical.positions[i * 3]! * 10;
    points[i * 3 + 1] = 128 - canonical.positions[i * 3 + 1]! * 10;
  }
  upper.forEach((u, k) => {
    const low = points[lower[k]! * 3 + 1]!;
    points[u * 3 + 1] = low + (points[u * 3 + 1]! - low) * open01;
  });
  return points;
};
const gapOf = (points: Float32Array): number => points[145 * 3 + 1]! - points[159 * 3 + 1]!;

/** Skin with a bright eyeball, a dark iris and lashes where the right eye of `face` is open. contrast, light: of the camera. */
function picture(face: Float32Array, contrast = 1, light = 0): Uint8Array {
  const luma = new Uint8Array(cropSizePx * cropSizePx);
  const x0 = face[33 * 3]!,
    x1 = face[133 * 3]!;
  const row = (ids: readonly number[], x: number): number => {
    const line = [33, ...ids, 133];
    for (let k = 0; k + 1 < line.length; k++) {
      const [a, b] = [line[k]! * 3, line[k + 1]! * 3];
      const t = (x - face[a]!) / (face[b]! - face[a]!);
      if (t >= 0 && t <= 1) return face[a + 1]! + (face[b + 1]! - face[a + 1]!) * t;
    }
    return 0;
  };
  for (let y = 0; y < cropSizePx; y++)
    for (let x = 0; x < cropSizePx; x++) {
      const [up, down] = x > x0 && x < x1 ? [row(upper, x), row(lower, x)] : [0, 0];
      // Skin is darker in the eye's corner and under the brow.
      let code = 130 + 35 * Math.sin((y - 60) / 9) - 0.5 * Math.max(0, x - x1) + ((x * 7 + y * 13) % 5);
      if (y > up && y < down) code = Math.abs(x - (x0 + x1) / 2) < 6 ? 60 : 200;
      else if (up > 0 && Math.abs(y - up) < 2) code = 70;
      luma[y * cropSizePx + x] = Math.max(0, Math.min(255, code * contrast + light));
    }
  return luma;
}

/** A face that the gauge has seen open at one keyframe, carried into a picture by flow that noticed nothing. */
class Stage {
  readonly memory = new KernelMemory(16);
  readonly gauge = new PartGauge(this.memory, neighboursOf(canonical.triangles, 468), 1);
  readonly face = new FaceTrack(0);
  readonly #luma = this.memory.allocate(cropSizePx * cropSizePx);
  readonly #before = faceAt(1);
  #frameNumber = 0;
  /** besidePx: where the detector's guess puts the face beside its place. */
  constructor(besidePx = 0) {
    this.face.carried.set(faceAt(1).map((value, k) => (k % 3 === 2 ? value : value + besidePx)));
    this.gauge.start(this.face);
    this.show(1);
    this.learn(1);
  }
  /** The next picture; what is believed of it is what was believed before, unless `carried`. */
  show(open01: number, carried: Float32Array = faceAt(1), contrast = 1, light = 0): boolean {
    this.memory.u8.set(picture(faceAt(open01), contrast, light), this.#luma);
    this.face.carried.set(carried);
    return this.gauge.follow(this.face, this.#before, this.#luma, ++this.#frameNumber);
  }
  learn(open01: number): void {
    this.gauge.learn(this.face, faceAt(open01), this.#frameNumber);
  }
  get open01(): number {
    return gapOf(this.face.carried) / gapOf(faceAt(1));
  }
}

describe('the gauge of eyes and mouth', () => {
  it('sees the first blink of a performer in the picture in which it happens', () => {
    const stage = new Stage();
    expect(stage.show(0)).toBe(true);
    expect(stage.open01).toBeLessThan(0.25);
  });

  it('sees an eye open again, although flow believes it shut', () => {
    const stage = new Stage();
    stage.show(0);
    stage.learn(0);
    expect(stage.show(1, faceAt(0))).toBe(true);
    expect(stage.open01).toBeGreaterThan(0.85);
  });

  it('is not misled by another light', () => {
    const stage = new Stage();
    stage.show(0, faceAt(1), 0.5, 70);
    expect(stage.open01).toBeLessThan(0.25);
  });

  it('leaves alone what flow has right', () => {
    const stage = new Stage();
    expect(stage.show(1)).toBe(false);
    expect(stage.open01).toBe(1);
  });

  it('does not believe an eye that flow has torn open further than it ever was', () => {
    const stage = new Stage();
    expect(stage.show(1, faceAt(1.5))).toBe(true);
    expect(stage.open01).toBeLessThan(1.15);
  });

  it('learns nothing from a look that was cut beside the eye, as a new track’s first are', () => {
    const stage = new Stage(12);
    expect(stage.show(1)).toBe(false);
    expect(stage.open01).toBe(1);
    // What is learned in its place is believed.
    stage.learn(1);
    stage.show(0);
    expect(stage.open01).toBeLessThan(0.25);
  });

  it('shows at once what a keyframe corrects and the picture bears out', () => {
    const stage = new Stage();
    stage.show(1);
    // A keyframe has opened the eye that is still shown shut.
    const shownShut = faceAt(0),
      open = faceAt(1);
    for (let i = 0; i < landmarkCount * 2; i++)
      stage.face.correction[i] = shownShut[(i >> 1) * 3 + (i & 1)]! - open[(i >> 1) * 3 + (i & 1)]!;
    stage.face.correctionLeft = stage.face.correctionFrames = 3;
    expect(stage.show(1)).toBe(true);
    expect(Math.abs(stage.face.correction[159 * 2 + 1]!)).toBeLessThan(0.1);
  });

  it('says nothing of an eye that something is in front of', () => {
    const stage = new Stage();
    stage.face.maskPtr = 64;
    stage.face.landmarkVisible01.fill(0);
    expect(stage.show(0)).toBe(false);
    expect(stage.open01).toBe(1);
  });
});
