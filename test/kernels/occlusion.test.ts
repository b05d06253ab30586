import { describe, expect, it } from 'vitest';
import { inFront, occlusionCellCount, occlusionCells, occlusionTexels } from '../../server/kernels/occlusion.js';
import { handComesIn, hiddenShare, learned, masked, memory, moving, show, still } from './occlusion-stand.js';

describe('what hides a face', () => {
  it('is nothing in the picture that was learned', () => {
    const own = learned();
    show(own, 1, null);
    expect(hiddenShare(own)).toBe(0);
  });

  it.each([0.5, 1.7])('is not the light: %s times as much hides nothing', (gain) => {
    const own = learned();
    show(own, gain, null);
    expect(hiddenShare(own)).toBe(0);
  });

  it('is a hand that comes from the side, and the face beside it stays in sight', () => {
    const own = learned();
    const hidden = handComesIn(own);
    expect(hidden).toBeGreaterThan(0.15);
    expect(hidden).toBeLessThan(0.3);
    for (const [i, shown] of [
      [20, true],
      [27, true],
      [29, false],
      [40, false],
    ] as const)
      expect(masked(own, i, 30)).toBe(shown);
  });

  it('is nothing that did not come: what changed while nothing moved is the face', () => {
    const own = learned();
    for (let n = 0; n < 5; n++) {
      show(own, 1, [0, 20, 28, 44]);
      expect(hiddenShare(own)).toBe(0);
      own.kernel.turn(own.grids);
    }
  });

  it('stays hidden while what came stands still, also where it happens to look like the face', () => {
    const own = learned();
    const first = handComesIn(own);
    moving(own, null);
    for (let n = 0; n < 40; n++) {
      own.kernel.turn(own.grids);
      show(own, 1, [0, 20, 28, 44]);
      own.kernel.compare(own.grids);
      // A patch of the hand of nearly the face's own colour.
      for (let j = 28; j < 36; j++)
        memory.f32.fill(2, (own.grids.evidencePtr >> 2) + j * 64 + 18, (own.grids.evidencePtr >> 2) + j * 64 + 24);
      own.kernel.stray(own.grids, own.backwardPtr, still);
      expect(own.kernel.segment(own.grids, own.backwardPtr)).toBeGreaterThan(0);
      expect([masked(own, 14, 24), masked(own, 20, 30), masked(own, 40, 30)]).toEqual([true, true, false]);
    }
    expect(hiddenShare(own)).toBeGreaterThan(first * 0.8);
  });

  it('is gone with the hand: what comes out from behind looks like the face and is it', () => {
    const own = learned();
    handComesIn(own);
    own.kernel.turn(own.grids);
    show(own, 1, null);
    moving(own, null);
    expect(hiddenShare(own)).toBe(0);
  });

  it('covers what hangs together with it beside the face', () => {
    const own = learned();
    handComesIn(own);
    expect(masked(own, 8, 30)).toBe(true);
    expect(masked(own, 8, 10)).toBe(false);
    expect(masked(own, 60, 30)).toBe(false);
  });

  it('is not a change within the face: an eye that closes reaches no edge', () => {
    const own = learned();
    show(own, 1, [28, 28, 36, 36]);
    moving(own, [28, 28, 36, 36]);
    expect(hiddenShare(own)).toBe(0);
  });

  it.each([
    ['a scrap in sight amid a hand is hidden with it', 1, -3, true],
    ['a gap between fingers is not, where the face is clear in it', 6, -3, false],
    ['a gap in which nothing is clear is hidden', 6, -0.5, true],
  ])('%s', (_, rows, odds, hidden) => {
    const own = learned();
    handComesIn(own);
    const { beliefPtr } = own.grids;
    for (let j = 30; j < 30 + rows; j++)
      memory.f32.fill(odds, (beliefPtr >> 2) + j * 64 + 20, (beliefPtr >> 2) + j * 64 + 23);
    const { mapPtr, maskPtr, alertPtr } = own.grids;
    const { leastCells, arrived01, scrapCells, gapCells, beside, reach } = inFront;
    const stackPtr = memory.allocate(occlusionCellCount * 4);
    const rules = [leastCells, alertPtr, arrived01, scrapCells, gapCells, beside, reach] as const;
    own.kernel.wasm.segment(beliefPtr, mapPtr, maskPtr, stackPtr, ...rules);
    expect(masked(own, 21, 30)).toBe(hidden);
  });

  it.each([
    ['nothing', [0, 0, 0, 0] as const, 0],
    ['a hand over a third of it', [0, 20, 28, 44] as const, 0.15],
    ['what moves within it and reaches no rim', [26, 26, 38, 38] as const, 0],
    ['a strip along its rim', [0, 0, 13, 64] as const, 0],
    ['a chin that is thrust out, and flow two cells beyond it', [22, 38, 42, 54] as const, 0],
    ['a fist that comes from below', [22, 38, 42, 64] as const, 0.1],
  ])('moves over a face otherwise than the face: %s', (_, hand, least01) => {
    const own = learned();
    show(own, 1, null);
    moving(own, [...hand]);
    const count = own.kernel.stray(own.grids, own.backwardPtr, still);
    const face = own.kernel.compare(own.grids);
    if (least01 === 0) expect(count).toBe(0);
    else expect(count / face).toBeGreaterThan(least01);
  });

  it('a face that turns, nods and speaks moves as a face does', () => {
    const own = learned();
    show(own, 1, null);
    const { mapPtr, depthPtr, strayPtr } = own.grids;
    const motion = [0.02, -0.01, 0.1, 2, -3, 0.01, 0.03, -0.05, -6, 4, 0];
    for (let i = 0; i < occlusionCellCount; i++) {
      const u = memory.f32[(mapPtr >> 2) + i * 2]! / occlusionTexels,
        v = memory.f32[(mapPtr >> 2) + i * 2 + 1]! / occlusionTexels;
      const terms = [
        (i % 64) * 4 + 2 - 128,
        Math.floor(i / 64) * 4 + 2 - 128,
        u < 0 ? 0 : memory.f32[(depthPtr >> 2) + i]!,
        u < 0 ? 0 : own.kernel.wasm.jaw01(u, v),
        1,
      ];
      for (const side of [0, 1])
        memory.f32[(own.backwardPtr >> 2) + i * 2 + side] = terms.reduce(
          (sum, x, k) => sum + x * motion[side * 5 + k]!,
          0,
        );
    }
    expect(own.kernel.stray(own.grids, own.backwardPtr, motion)).toBe(0);
    for (let i = 0; i < occlusionCellCount; i++) expect(memory.f32[(strayPtr >> 2) + i * 2]).toBeLessThan(0.01);
  });

  it('a flash on the whole face is no motion over it', () => {
    const own = learned();
    show(own, 1.5, null);
    moving(own, [0, 20, 28, 44]);
    expect(own.kernel.stray(own.grids, own.backwardPtr, still)).toBe(0);
  });

  it('a face that has moved by whole cells is found there', () => {
    const own = learned();
    show(own, 1, null);
    own.kernel.compare(own.grids);
    const seen = memory.f32.slice(own.grids.seenPtr >> 2, (own.grids.seenPtr >> 2) + occlusionCellCount * 4);
    for (let j = 0; j < occlusionCells - 3; j++) {
      for (let i = 2; i < occlusionCells; i++) {
        const from = ((j + 3) * occlusionCells + i - 2) * 4;
        memory.f32.set(seen.subarray(from, from + 4), (own.grids.seenPtr >> 2) + (j * occlusionCells + i) * 4);
      }
    }
    const scores = own.kernel.shiftScores(own.grids, 4, 1).slice(0, 81);
    expect(scores.indexOf(Math.max(...scores))).toBe((4 - 3) * 9 + 4 + 2);
  });
});
