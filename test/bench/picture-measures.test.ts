import { describe, expect, it } from 'vitest';
import { expressionError } from './expression.js';
import { evenBox, lay, type Part, partIn, softened } from './part.js';
import {
  changedIou,
  detailCodes,
  keptShare,
  lumaOf,
  multiScaleSsim,
  psnrDb,
  ssim,
  type TrueMotion,
  warpError,
} from './picture-measures.js';
import { isSteadyAndSharp, SequenceMeasures } from './sequence-measures.js';

const side = 160;
const box = { x0: 0, y0: 0, x1: side, y1: side };

/** A picture whose luma is `code` of a pixel, its chroma neutral. */
function drawn(code: (x: number, y: number) => number): Part {
  const uyvy = new Uint8Array(side * side * 2).fill(128);
  for (let i = 0; i < side * side; i++) uyvy[i * 2 + 1] = code(i % side, Math.floor(i / side));
  return { box, widthPx: side, heightPx: side, uyvy };
}
/** Smooth and detailed at once: what skin is. */
const skin = (x: number, y: number): number =>
  120 + 40 * Math.sin(x / 17) + 30 * Math.cos(y / 13) + 9 * Math.sin(x * 1.9) * Math.cos(y * 2.3);
const picture = drawn(skin);
const blurred = (part: Part): Part => {
  const { luma } = lumaOf(part);
  const soft = softened(luma, { widthPx: side, heightPx: side }, 2);
  return drawn((x, y) => soft[y * side + x]!);
};
const everywhere = new Uint8Array(side * side).fill(255);

describe('nearness to the ideal', () => {
  it('is 1 and 60 dB for equal pictures', () => {
    const luma = lumaOf(picture);
    expect(ssim(luma, luma)).toBeCloseTo(1, 9);
    expect(multiScaleSsim(luma, luma)).toBeCloseTo(1, 9);
    expect(psnrDb(luma, luma)).toBe(60);
  });

  it('is 20·log10(219/d) dB for a picture that is d codes brighter', () => {
    const brighter = drawn((x, y) => Math.floor(skin(x, y)) + 10);
    expect(psnrDb(lumaOf(brighter), lumaOf(picture))).toBeCloseTo(20 * Math.log10(21.9), 6);
  });

  it('MS-SSIM forgives brightness at fine scales, SSIM does not, and neither forgives the negative', () => {
    const brighter = lumaOf(drawn((x, y) => skin(x, y) + 30));
    const other = lumaOf(drawn((x, y) => 240 - skin(x, y)));
    const luma = lumaOf(picture);
    expect(multiScaleSsim(brighter, luma)).toBeGreaterThan(ssim(brighter, luma));
    expect(ssim(other, luma)).toBeLessThan(0.1);
    expect(multiScaleSsim(other, luma)).toBeLessThan(0.1);
  });
});

describe('a blurred picture', () => {
  it('scores on PSNR and loses its detail', () => {
    const [luma, soft] = [lumaOf(picture), lumaOf(blurred(picture))];
    expect(psnrDb(soft, luma)).toBeGreaterThan(30);
    expect(detailCodes(soft) / detailCodes(luma)).toBeLessThan(0.5);
  });

  it('does not count as steady, however steady it is', () => {
    const sequence = (detail: number): SequenceMeasures => {
      const m = new SequenceMeasures();
      for (const [pair, output, reference] of [
        [m.flicker, 2, 2],
        [m.warp, 4, 4],
        [m.psnr, 22, 15],
        [m.ssim, 0.8, 0.5],
        [m.detail, detail, 3],
      ] as const) {
        pair.output.push(output);
        pair.reference.push(reference);
      }
      return m;
    };
    expect(isSteadyAndSharp(sequence(2.9))).toBe(true);
    expect(isSteadyAndSharp(sequence(1.2))).toBe(false);
  });
});

/** Everything moves by (dx, dy). */
const moving = (dx: number, dy: number, seenAfter = everywhere): TrueMotion => ({
  box,
  dx: new Float32Array(side * side).fill(dx),
  dy: new Float32Array(side * side).fill(dy),
  seenBefore: everywhere,
  after: { box, seen: seenAfter },
});

describe('warping error', () => {
  it('is 0 for a picture that moved exactly as the scene did', () => {
    const moved = drawn((x, y) => skin(x - 3, y + 2));
    expect(warpError(picture, moved, moving(3, -2))).toBe(0);
    const ramp = drawn((x) => 40 + x);
    const rampMoved = drawn((x) => 40 + x - 0.5);
    // Bytes round half a code: (0.5 / 219)² · 10⁴ at most.
    expect(warpError(ramp, rampMoved, moving(0.5, 0))).toBeLessThan(0.06);
  });

  it('is the mean square of what is left, on a scale of 1e-4', () => {
    const brighter = drawn((x, y) => Math.floor(skin(x, y)) + 5);
    expect(warpError(picture, brighter, moving(0, 0))).toBeCloseTo(1e4 * (5 / 219) ** 2, 6);
    expect(warpError(picture, picture, moving(3, -2))).toBeGreaterThan(10);
  });

  it('does not count what is hidden in the next frame', () => {
    const hidden = drawn((x, y) => (x < side / 2 ? skin(x, y) : 16));
    const seen = everywhere.map((value, i) => (i % side < side / 2 ? value : 0));
    expect(warpError(picture, hidden, moving(0, 0, seen))).toBe(0);
    expect(warpError(picture, hidden, moving(0, 0))).toBeGreaterThan(100);
  });

  it('finds cut-outs that lie elsewhere in the picture', () => {
    const moved = drawn((x, y) => skin(x - 3, y));
    const inner = evenBox({ x0: 20, y0: 20, x1: 100, y1: 100 }, 0, { widthPx: side, heightPx: side });
    const later = evenBox({ x0: 24, y0: 18, x1: 110, y1: 104 }, 0, { widthPx: side, heightPx: side });
    expect(warpError(partIn(picture, inner), partIn(moved, later), moving(3, 0))).toBe(0);
  });
});

describe('masks', () => {
  const face = everywhere.map((value, i) => (i % side < side / 2 ? value : 0));
  const hand = everywhere.map((value, i) => (i % side >= side / 2 ? value : 0));
  const changedWhere = (alpha: Uint8Array): Part =>
    lay(
      drawn((x, y) => skin(x, y) + 40),
      picture,
      alpha,
    );

  it('agree fully with an output that changed the face and left the hand', () => {
    const output = lumaOf(changedWhere(face));
    expect(changedIou(lumaOf(picture), output, face, everywhere)).toBe(1);
    expect(keptShare(lumaOf(picture), output, hand)).toBe(1);
  });

  it('show a hand that was painted over', () => {
    const output = lumaOf(changedWhere(everywhere));
    expect(changedIou(lumaOf(picture), output, face, everywhere)).toBeCloseTo(0.5, 2);
    expect(keptShare(lumaOf(picture), output, hand)).toBe(0);
    // Where nobody asks, nothing counts.
    expect(changedIou(lumaOf(picture), output, face, face)).toBe(1);
  });
});

describe('expression error', () => {
  const face = Float32Array.from({ length: 478 * 3 }, (_, i) => 100 + 37 * Math.sin(i * 1.7) + (i % 3) * 5);

  it('is 0 for the same face seen larger and elsewhere', () => {
    expect(
      expressionError(
        face.map((value) => value * 2 + 40),
        face,
      ),
    ).toBeCloseTo(0, 3);
  });

  it('is a sixth of one span that opens, in % of the distance between the eyes', () => {
    const open = face.slice();
    const eyes = Math.hypot(...[0, 1, 2].map((k) => face[33 * 3 + k]! - face[263 * 3 + k]!));
    const gap = [0, 1, 2].map((k) => face[14 * 3 + k]! - face[13 * 3 + k]!);
    const length = Math.hypot(...gap);
    gap.forEach((value, k) => (open[14 * 3 + k]! += ((0.06 * eyes) / length) * value));
    expect(expressionError(open, face)).toBeCloseTo(1, 3);
  });
});
