import { describe, expect, it } from 'vitest';
import { skinLines } from '../../server/likeness/mesh/skin-lines.js';
import { lumaOf, smoothSkin } from '../../server/likeness/mesh/smooth-skin.js';

const side = 192;
/** Skin of one colour with something on it: codes that are added to all three channels. */
function skin(over: (x: number, y: number) => number): Float32Array {
  const rgb = new Float32Array(side * side * 3);
  for (let i = 0; i < side * side; i++) {
    const more = over(i % side, Math.floor(i / side));
    [200, 150, 120].forEach((code, c) => (rgb[i * 3 + c] = code + more));
  }
  return rgb;
}
const at = (x: number, y: number): number => y * side + x;
const pores = (x: number, y: number): number => ((x * 7 + y * 13) % 5) - 2;
const brow = (x: number, y: number): number => (Math.abs(y - 60) < 9 && x > 40 && x < 150 ? -90 : 0);

describe('smooth skin', () => {
  const { smooth, bare01 } = smoothSkin(
    skin((x, y) => pores(x, y) + brow(x, y)),
    side,
  );

  it('has no pores left, in the skin’s own colour', () => {
    for (let x = 60; x < 140; x++) {
      expect(Math.abs(smooth[at(x, 130) * 3]! - 200)).toBeLessThanOrEqual(1);
      expect(Math.abs(smooth[at(x, 130) * 3 + 2]! - 120)).toBeLessThanOrEqual(1);
    }
  });

  it('keeps a brow as dark and as sharply ended as it was', () => {
    expect(smooth[at(95, 60) * 3]!).toBeLessThan(200 - 80);
    // Two texels inside and outside of its lower end.
    expect(smooth[at(95, 72) * 3]! - smooth[at(95, 66) * 3]!).toBeGreaterThan(65);
  });

  it('says where skin is bare', () => {
    expect(bare01[at(95, 130)]!).toBeGreaterThan(0.95);
    expect(bare01[at(95, 68)]!).toBeLessThan(0.3);
  });
});

describe('the lines of skin', () => {
  const all = new Float32Array(side * side).fill(1);
  const lines = (over: (x: number, y: number) => number): Uint8Array => skinLines(lumaOf(skin(over)), all, side);

  it('are found whichever way they run, as deep as they are', () => {
    const level = lines((_, y) => -30 * Math.exp(-(((y - 90) / 2) ** 2)));
    const aslant = lines((x, y) => -30 * Math.exp(-(((x - y) / 2.8) ** 2)));
    const faint = lines((_, y) => -10 * Math.exp(-(((y - 90) / 2) ** 2)));
    expect(level[at(95, 90)]!).toBeGreaterThan(60);
    expect(aslant[at(95, 95)]!).toBeGreaterThan(40);
    expect(faint[at(95, 90)]!).toBeLessThan(level[at(95, 90)]! / 2);
    expect(level[at(95, 120)]).toBe(0);
  });

  it('are no spots, no bright marks and nothing under hair', () => {
    const spot = (codes: number) => lines((x, y) => codes * Math.exp(-((x - 90) ** 2 + (y - 90) ** 2) / 6));
    expect(spot(-30)[at(90, 90)]).toBe(0);
    expect(lines((_, y) => 30 * Math.exp(-(((y - 90) / 2) ** 2)))[at(95, 90)]).toBe(0);
    const hair = new Float32Array(side * side);
    const dark = skin((_, y) => (y % 12 < 4 ? -40 : 0));
    expect(Math.max(...skinLines(lumaOf(dark), hair, side))).toBe(0);
  });
});
