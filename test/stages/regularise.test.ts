import { describe, expect, it } from 'vitest';
import { neighboursOf } from '../../server/frame/mesh-neighbours.js';
import { loadCanonicalFace } from '../../server/likeness/mesh/canonical.js';
import { Regulariser } from '../../server/stages/propagate/regularise.js';

/** A 7×7 grid of points, 10 px apart, as a triangle mesh. */
const side = 7;
const count = side * side;
const triangles: number[] = [];
for (let y = 0; y + 1 < side; y++) {
  for (let x = 0; x + 1 < side; x++) {
    const i = y * side + x;
    triangles.push(i, i + 1, i + side, i + 1, i + side + 1, i + side);
  }
}
const mesh = neighboursOf(triangles, count);
const before = Float32Array.from(
  { length: count * 2 },
  (_, k) => 100 + 10 * (k % 2 === 0 ? (k >> 1) % side : Math.floor((k >> 1) / side)),
);
const moved = (move: (x: number, y: number) => [number, number]): Float32Array =>
  Float32Array.from({ length: count * 2 }, (_, k) => move(before[k & ~1]!, before[(k & ~1) + 1]!)[k % 2]!);
const ones = (): Float32Array => new Float32Array(count).fill(1);
const errorPx = (a: Float32Array, b: Float32Array, i: number): number =>
  Math.hypot(a[i * 2]! - b[i * 2]!, a[i * 2 + 1]! - b[i * 2 + 1]!);
const worstPx = (a: Float32Array, b: Float32Array): number =>
  Math.max(...Array.from({ length: count }, (_, i) => errorPx(a, b, i)));
const turnAndGrow = moved((x, y) => [1.05 * x - 0.08 * y + 12, 0.08 * x + 1.05 * y - 7]);

it('neighbours are those of the triangles, once each and both ways', () => {
  const of = (i: number): number[] =>
    [...mesh.indices.subarray(mesh.starts[i], mesh.starts[i + 1])].sort((a, b) => a - b);
  expect(of(0)).toEqual([1, side]);
  expect(of(side + 1)).toEqual([1, 2, side, side + 2, 2 * side, 2 * side + 1]);
});

describe('the regularised fit', () => {
  it('leaves an affine motion as it is', () => {
    const after = turnAndGrow.slice();
    new Regulariser(mesh, count).apply(before, after, ones(), count);
    expect(worstPx(after, turnAndGrow)).toBeLessThan(0.05);
  });

  it('brings a point whose flow was lost to where its neighbours say, and leaves them alone', () => {
    const after = turnAndGrow.slice();
    const lost = 3 * side + 3;
    after[lost * 2]! += 40;
    after[lost * 2 + 1]! -= 25;
    const weights = ones();
    weights[lost] = 0;
    new Regulariser(mesh, count).apply(before, after, weights, count);
    expect(errorPx(after, turnAndGrow, lost)).toBeLessThan(1);
    expect(worstPx(after, turnAndGrow)).toBeLessThan(1);
  });

  it('lets a lip go its own way: the mesh closes the mouth, but across it nobody is a neighbour', () => {
    const face = loadCanonicalFace();
    const surface = neighboursOf(face.triangles, 468);
    const from = Float32Array.from(
      { length: 468 * 2 },
      (_, k) => 128 + (k % 2 === 0 ? 10 : -10) * face.positions[(k >> 1) * 3 + (k % 2)]!,
    );
    const drop = 5;
    const to = from.slice();
    for (let i = 0; i < 468; i++) if (from[i * 2 + 1]! > from[14 * 2 + 1]! - 0.5 && i !== 13) to[i * 2 + 1]! += drop;
    // Flow is sure of the upper lip, which stays, and of the jaw, not of the lower lip between them.
    const weights = new Float32Array(468).fill(1);
    for (const i of [14, 87, 317, 178, 402, 88, 318, 95, 324, 15, 86, 316, 179, 403]) weights[i] = 0.05;
    new Regulariser(surface, 468).apply(from, to, weights, 468);
    expect(to[14 * 2 + 1]! - from[14 * 2 + 1]!).toBeGreaterThan(0.9 * drop);
  });

  it('is not led astray by a quarter of the points that moved with something else', () => {
    const after = turnAndGrow.slice();
    // An occluder's motion on one corner of the face, with half the confidence.
    const weights = ones();
    for (let i = 0; i < count; i++) {
      if (i % side < 4 && i < 3 * side) {
        after[i * 2]! += 15;
        weights[i] = 0.3;
      }
    }
    const free = count - 1;
    new Regulariser(mesh, count).apply(before, after, weights, count);
    expect(errorPx(after, turnAndGrow, free)).toBeLessThan(1.5);
  });

  it('is neither led astray nor pulled along by a quarter of the points that run with who passes in front, however sure flow is', () => {
    // As large as a face in its crop.
    const wide = before.map((value) => 2.5 * value - 150);
    const wanted = wide.map((value, k) => value * 1.02 + (k % 2 === 0 ? 3 : -2));
    const after = wanted.slice();
    const passed = Array.from({ length: count }, (_, i) => i).filter((i) => i % side < 2);
    for (const i of passed) after[i * 2]! += 25;
    new Regulariser(mesh, count).apply(wide, after, ones(), count);
    for (let i = 0; i < count; i++) expect(errorPx(after, wanted, i), `${i}`).toBeLessThan(passed.includes(i) ? 3 : 1);
  });

  it('keeps a sure local motion: a mouth that opens is not ironed out', () => {
    const mouth = [5 * side + 2, 5 * side + 3, 5 * side + 4];
    const wanted = before.slice();
    for (const i of mouth) wanted[i * 2 + 1]! += 6;
    const after = wanted.slice();
    new Regulariser(mesh, count).apply(before, after, ones(), count);
    for (const i of mouth) expect(after[i * 2 + 1]! - before[i * 2 + 1]!).toBeGreaterThan(5);
  });

  it('gives finite points even where nothing is known', () => {
    const after = before.slice();
    new Regulariser(mesh, count).apply(before, after, new Float32Array(count), count);
    expect(after.every(Number.isFinite)).toBe(true);
    expect(worstPx(after, before)).toBeLessThan(0.1);
  });
});
