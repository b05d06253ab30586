import { describe, expect, it } from 'vitest';
import { unclipped } from '../../server/likeness/mesh/unclip.js';
import { texels, textureSizePx, type Unwrapped } from '../../server/likeness/mesh/unwrap.js';

/** Skin of one colour under light that rises from left to right, as a camera keeps it. */
function photographed(most: number): { truth: Float32Array; photo: Unwrapped } {
  const truth = new Float32Array(texels * 3);
  for (let i = 0; i < texels; i++) {
    const light = ((i % textureSizePx) / textureSizePx) * most;
    truth.set([light, light * 0.76, light * 0.62], i * 3);
  }
  const photo = { rgb: truth.map((code) => Math.min(255, code)), seen: new Float32Array(texels).fill(1) };
  return { truth, photo: { ...photo, shape: new Float32Array(0) } };
}
const at = (column: number): number => (300 * textureSizePx + column) * 3;

describe('an overexposed photo', () => {
  it('gets back the red that its camera clipped', () => {
    const { truth, photo } = photographed(300);
    const out = unclipped(photo);
    const clipped = at(740);
    expect(photo.rgb[clipped]).toBe(255);
    for (let c = 0; c < 3; c++) expect(Math.abs(out[clipped + c]! - truth[clipped + c]!)).toBeLessThan(3);
  });

  it('keeps every colour that was not clipped, and what no photo saw', () => {
    const { photo } = photographed(300);
    const column = 760;
    photo.seen[at(column) / 3] = 0;
    const out = unclipped(photo);
    for (const kept of [at(100), at(500), at(column)])
      expect([...out.subarray(kept, kept + 3)]).toEqual([...photo.rgb.subarray(kept, kept + 3)]);
  });

  it('is believed to have lost no more than a third', () => {
    const { photo } = photographed(600);
    expect(Math.max(...[400, 600, 760].map((column) => unclipped(photo)[at(column)]!))).toBeLessThan(255 * 1.31);
  });
});
