import { describe, expect, it } from 'vitest';
import { landmarkCount } from '../../server/frame/face-track.js';
import { LandmarkSmoother, type SmoothFilter } from '../../server/stages/propagate/smoothing.js';

/** A face of about 170 crop px: points on rings, which is all the smoother needs to know. */
const face = (): Float32Array =>
  Float32Array.from({ length: landmarkCount * 3 }, (_, k) => {
    const i = Math.floor(k / 3);
    const radius = 20 + (65 * i) / landmarkCount;
    return k % 3 === 2 ? 5 : 128 + radius * (k % 3 === 0 ? Math.cos(i * 2.4) : Math.sin(i * 2.4));
  });
const seconds = 1 / 25;
const sure = new Float32Array(landmarkCount).fill(1);
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
}

/** Plays pictures through a smoother; what comes out of each. */
function play(filter: SmoothFilter, amount01: number, pictures: readonly Float32Array[]): Float32Array[] {
  const smoother = new LandmarkSmoother();
  smoother.start(pictures[0]!);
  return pictures.map((picture) => {
    const points = picture.slice();
    smoother.lay(points);
    smoother.filter(filter, amount01, sure, seconds);
    smoother.layBack(points);
    return points;
  });
}
function furthest(a: Float32Array, b: Float32Array): number {
  let most = 0;
  for (let i = 0; i < landmarkCount; i++)
    most = Math.max(most, Math.hypot(a[i * 3]! - b[i * 3]!, a[i * 3 + 1]! - b[i * 3 + 1]!));
  return most;
}
function tremble(pictures: readonly Float32Array[]): number {
  let sum = 0;
  for (let n = 10; n < pictures.length; n++)
    for (let i = 0; i < landmarkCount; i++) sum += Math.abs(pictures[n]![i * 3]! - pictures[n - 1]![i * 3]!);
  return sum;
}
function moved(picture: Float32Array, turnRad: number, scale: number, x: number, y: number): Float32Array {
  const [c, s] = [scale * Math.cos(turnRad), scale * Math.sin(turnRad)];
  return picture.map((value, k) => {
    if (k % 3 === 2) return value;
    const [px, py] = [picture[k - (k % 3)]! - 128, picture[k - (k % 3) + 1]! - 128];
    return k % 3 === 0 ? c * px - s * py + x : s * px + c * py + y;
  });
}
const filters = ['one-euro', 'kalman'] as const;

describe.each(filters)('landmarks under %s', (filter) => {
  it('follow the face as a whole at once: shift, turn and scale pass untouched', () => {
    const pictures = Array.from({ length: 30 }, (_, n) =>
      moved(face(), 0.05 * n, 1 + 0.03 * n, 700 + 40 * n, 300 - 25 * n),
    );
    const out = play(filter, 1, pictures);
    for (let n = 0; n < out.length; n++) expect(furthest(out[n]!, pictures[n]!)).toBeLessThan(0.02);
  });

  it('tremble less the higher the amount, on a still face', () => {
    const next = noise(3);
    const pictures = Array.from({ length: 60 }, () => face().map((value) => value + next()));
    const before = tremble(pictures);
    const [none, half, all] = [0, 0.5, 1].map((amount) => tremble(play(filter, amount, pictures)) / before);
    expect(none).toBeLessThan(1.05);
    expect(half).toBeLessThan(0.75);
    expect(all).toBeLessThan(0.5 * none!);
    expect(all).toBeLessThan(half!);
  });

  it('keep up with a mouth that opens by 4 px a picture to within 2 px at the default amount', () => {
    const mouth = (picture: Float32Array, openPx: number): Float32Array => {
      for (let i = 10; i < 30; i++) picture[i * 3 + 1]! += openPx;
      return picture;
    };
    const pictures = Array.from({ length: 40 }, (_, n) => mouth(face(), 4 * Math.max(0, Math.min(8, n - 20))));
    const out = play(filter, 0.5, pictures);
    for (let n = 22; n < 40; n++) expect(furthest(out[n]!, pictures[n]!)).toBeLessThan(2);
  });

  it('let a lid that falls by 5 px from one picture to the next fall in that picture', () => {
    const pictures = Array.from({ length: 20 }, (_, n) => {
      const picture = face();
      for (let i = 10; i < 18; i++) picture[i * 3 + 1]! += n < 15 ? 0 : 5;
      return picture;
    });
    const out = play(filter, 0.5, pictures);
    expect(furthest(out[15]!, pictures[15]!)).toBeLessThan(1.4);
  });

  it('begin anew without a jump after they were switched off', () => {
    const smoother = new LandmarkSmoother();
    smoother.start(face());
    const step = (picture: Float32Array, how: SmoothFilter): Float32Array => {
      smoother.lay(picture);
      smoother.filter(how, 1, sure, seconds);
      smoother.layBack(picture);
      return picture;
    };
    const bent = (): Float32Array => face().map((value, k) => (k % 3 === 1 && k < 300 ? value + 12 : value));
    step(face(), filter);
    step(bent(), 'off');
    expect(furthest(step(bent(), filter), bent())).toBeLessThan(0.02);
  });
});

describe('the median of three pictures', () => {
  it('takes out a point that jumps for one picture, also without a filter', () => {
    const smoother = new LandmarkSmoother();
    smoother.start(face());
    const jump = face();
    jump[100 * 3]! += 9;
    const pictures = [face(), face(), jump, face(), face()];
    const out = pictures.slice(0, -1).map((picture, n) => {
      const points = picture.slice();
      smoother.middle(points, pictures[n + 1]!);
      smoother.pause();
      return points;
    });
    expect(furthest(pictures[2]!, face())).toBeCloseTo(9, 4);
    for (const points of out) expect(furthest(points, face())).toBeLessThan(0.2);
  });
});
