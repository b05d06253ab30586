import { describe, expect, it } from 'vitest';
import { loadCanonicalFace } from '../../server/likeness/mesh/canonical.js';
import { paintLids } from '../../server/likeness/mesh/lid-skin.js';
import { edgeTexels } from '../../server/likeness/mesh/lids.js';
import { skinMeshOf } from '../../server/likeness/mesh/skin-mesh.js';
import { texels, textureSizePx } from '../../server/likeness/mesh/unwrap.js';

const mesh = skinMeshOf(loadCanonicalFace());
const column = (i: number): number => Math.floor(mesh.uvs[i * 2]! * textureSizePx);
const row = (i: number): number => mesh.uvs[i * 2 + 1]! * textureSizePx;

/** Skin of one colour with white eyes in it. */
function photographed(skin: readonly [number, number, number]): Float32Array {
  const rgb = new Float32Array(texels * 3);
  for (let i = 0; i < rgb.length; i++) rgb[i] = skin[i % 3]!;
  for (const [upper, lower] of [
    [159, 145],
    [386, 374],
  ] as const)
    for (let y = Math.ceil(row(upper)); y < row(lower); y++)
      for (let x = column(upper) - 6; x < column(upper) + 6; x++)
        rgb.fill(250, (y * textureSizePx + x) * 3, (y * textureSizePx + x) * 3 + 3);
  return rgb;
}
const at = (rgb: Float32Array, x: number, y: number): number[] => [
  ...rgb.subarray((Math.floor(y) * textureSizePx + x) * 3, (Math.floor(y) * textureSizePx + x) * 3 + 3),
];

describe('the painted lid', () => {
  const skin = [150, 100, 80] as const;
  const before = photographed(skin);
  const rgb = before.slice();
  paintLids(rgb, mesh);

  it('is of the colour of the skin above the eye, in place of the eye', () => {
    for (const [upper, lower] of [
      [159, 145],
      [386, 374],
    ] as const) {
      const [r, g, b] = at(rgb, column(upper), row(upper) + 0.45 * (row(lower) - row(upper)));
      expect(r! / skin[0]).toBeGreaterThan(0.8);
      expect(r! / skin[0]).toBeLessThan(1.2);
      expect(g! / r!).toBeCloseTo(skin[1] / skin[0], 2);
      expect(b! / r!).toBeCloseTo(skin[2] / skin[0], 2);
    }
  });

  it('ends in a dark line where a shut lid’s edge will be', () => {
    const x = column(159);
    const light = (y: number): number => at(rgb, x, y)[0]!;
    const edge = row(145) - edgeTexels;
    expect(light(edge)).toBeLessThan(0.75 * light(edge - 4));
  });

  it('leaves the skin round the eye and the lower lid’s own rim as they were', () => {
    for (const [x, y] of [
      [column(159), row(159) - 2],
      [column(145), row(145) + 1],
      [column(105), row(105)],
    ] as const)
      expect(at(rgb, x, y)).toEqual(at(before, x, y));
  });

  it('of a brow that hangs over the eye takes the skin, not the hair', () => {
    const hairy = photographed(skin);
    // Half of what lies between fold and brow is hair.
    for (const i of [225, 224, 223, 445, 444, 443])
      for (let dy = -5; dy <= 5; dy++)
        hairy.fill(
          20,
          (Math.floor(row(i) + dy) * textureSizePx + column(i) - 5) * 3,
          (Math.floor(row(i) + dy) * textureSizePx + column(i) + 5) * 3,
        );
    paintLids(hairy, mesh);
    expect(at(hairy, column(159), (row(159) + row(145)) / 2)[0]! / skin[0]).toBeGreaterThan(0.75);
  });
});
