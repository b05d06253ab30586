import { describe, expect, it } from 'vitest';
import type { FaceBake } from '../../server/likeness/mesh/bake.js';
import { faceOval, loadCanonicalFace } from '../../server/likeness/mesh/canonical.js';
import { loopPoints, RimLoops, rimLoops, rimTriangles } from '../../server/likeness/mesh/rim-loops.js';
import { SkinMask } from '../../server/likeness/mesh/skin-mask.js';
import { skinMeshOf } from '../../server/likeness/mesh/skin-mesh.js';
import { reachSteps } from '../../server/likeness/mesh/skin-reach.js';
import { texels, textureSizePx } from '../../server/likeness/mesh/unwrap.js';
import { bareSkin, VeilTone } from '../../server/likeness/mesh/veil-tone.js';

const mesh = skinMeshOf(loadCanonicalFace());
const reachOf = (share: number): Float32Array => new Float32Array(reachSteps).fill(share);
const faceOn = { scale: 20, rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], x: 0, y: 0, z: 0 } as never;

/** A person of one colour, of whom the photos saw the texture's rows above `seenTo`. */
function bakeOf(rgb: readonly [number, number, number], seenTo = textureSizePx): FaceBake {
  const texture = new Uint8Array(texels * 4);
  for (let i = 0; i < texels; i++) texture.set([...rgb, Math.floor(i / textureSizePx) < seenTo ? 255 : 0], i * 4);
  return {
    texture,
    smooth: new Uint8Array(0),
    lines: new Uint8Array(0),
    shape: new Float32Array(0),
    vertexRgb: Float32Array.from({ length: mesh.count * 3 }, (_, i) => rgb[i % 3]!),
    reach: reachOf(1),
    irisRgb: new Float32Array(3),
  };
}

describe('the loops round a face', () => {
  const seen = new Float32Array(mesh.count * 3);
  for (let i = 0; i < seen.length; i++) seen[i] = mesh.positions[i]! * 20;
  const placed = (reach: number): Float32Array => {
    const out = new Float32Array(rimLoops * loopPoints * 2);
    new RimLoops(mesh, reachOf(reach)).place(faceOn, seen, out);
    return out;
  };

  it('lie outside one another above the forehead, beside the ears and under the chin', () => {
    const at = placed(0.6);
    for (const k of [0, 8, 18, 28]) {
      const away = Array.from({ length: rimLoops }, (_, loop) => {
        const i = (loop * loopPoints + k) * 2;
        return Math.hypot(at[i]!, at[i + 1]!);
      });
      expect(away).toEqual(away.toSorted((a, b) => a - b));
      expect(away[4]! - away[1]!).toBeGreaterThan(25);
    }
  });

  it('reach higher over a head whose hairline is higher, and no further down', () => {
    const low = placed(0.2),
      high = placed(0.9);
    const end = 4 * loopPoints;
    expect(high[end * 2 + 1]!).toBeLessThan(low[end * 2 + 1]! - 15);
    expect(high[(end + 18) * 2 + 1]!).toBeCloseTo(low[(end + 18) * 2 + 1]!, 3);
  });

  it('leave the jaw to the likeness, and the hairline and temples to the picture', () => {
    const { points } = new RimLoops(mesh, reachOf(0.6));
    const ownAt = (landmark: number): number => points[loopPoints + faceOval.indexOf(landmark as never)]!.own;
    expect([ownAt(10), ownAt(21), ownAt(251)]).toEqual([0, 0, 0]);
    expect([ownAt(152), ownAt(172), ownAt(397)]).toEqual([1, 1, 1]);
  });

  it('leave the likeness its far eye on a head that is turned away, and the picture the hairline', () => {
    const loops = new RimLoops(mesh, reachOf(0.6));
    const ownAt = (landmark: number, facing: number): number =>
      loops.ownAt(loopPoints + faceOval.indexOf(landmark as never), facing);
    expect(Math.max(ownAt(389, 0.3), ownAt(356, 0.3))).toBeLessThan(0.05);
    expect([ownAt(389, -0.4), ownAt(356, -0.4)]).toEqual([1, 1]);
    expect(ownAt(297, -0.4)).toBe(0);
  });

  it('know how skin looks from patches of it that sum to one, and join into a strip without a gap', () => {
    const { speaks } = new RimLoops(mesh, reachOf(0.6));
    for (let k = 0; k < loopPoints; k++) {
      const own = speaks.subarray(k * bareSkin.length, (k + 1) * bareSkin.length);
      expect(own.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
    }
    const triangles = rimTriangles();
    expect(triangles.length).toBe((rimLoops - 1) * loopPoints * 6);
    expect(new Set(triangles).size).toBe(rimLoops * loopPoints);
  });
});

describe('the tone of the veil', () => {
  it('leads one skin to the other in RGB and in Y Cb Cr alike', () => {
    const tone = new VeilTone(bakeOf([200, 140, 100]), bakeOf([220, 180, 160]));
    tone.use('bt709');
    expect([...tone.rgb].map((gain) => gain + 1)).toEqual(
      [200 / 220, 140 / 180, 100 / 160].map((gain) => expect.closeTo(gain, 5) as number),
    );
    const [y, cb, cr] = legal([220, 180, 160]);
    const [gain, toCb, toCr] = [...tone.yuv] as [number, number, number];
    const to = [y + y * gain, cb + cb * gain + y * toCb, cr + cr * gain + y * toCr];
    legal([200, 140, 100]).forEach((code, c) => expect(to[c]).toBeCloseTo(code, 2));
  });

  it('goes all the way between very fair and very dark skin', () => {
    const tone = new VeilTone(bakeOf([112, 66, 44]), bakeOf([236, 203, 181]));
    expect([...tone.rgb].map((gain) => gain + 1)).toEqual(
      [112 / 236, 66 / 203, 44 / 181].map((gain) => expect.closeTo(gain, 5) as number),
    );
  });

  it('is none between two of the same skin, and is held where a photo lay in the dark', () => {
    const same = new VeilTone(bakeOf([180, 140, 120]), bakeOf([180, 140, 120]));
    same.use('bt709');
    expect([...same.rgb, ...same.yuv].every((share) => Math.abs(share) < 1e-6)).toBe(true);
    const dark = new VeilTone(bakeOf([250, 250, 250]), bakeOf([20, 15, 10]));
    dark.use('bt709');
    expect(Math.max(...dark.rgb, ...dark.yuv)).toBeLessThanOrEqual(2);
    // Less of the way, and not another hue: red skin would come of gains that were held one by one.
    expect([...dark.rgb].map((gain) => gain / dark.rgb[0]!)).toEqual(
      [230 / 20, 235 / 15, 240 / 10].map((gain) => expect.closeTo(gain / 11.5, 4) as number),
    );
  });
});

/** Luma less 16 and chroma less 128, BT.709. */
function legal([r, g, b]: readonly [number, number, number]): [number, number, number] {
  const y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return [(y * 219) / 255, (((b - y) / 1.8556) * 224) / 255, (((r - y) / 1.5748) * 224) / 255];
}

describe('the mask of drawn skin', () => {
  const middle = textureSizePx / 2;

  it('goes on into the hair over the forehead, where the picture decides, and not further under the chin', () => {
    const mask = new SkinMask(mesh, reachOf(0.4), bakeOf([200, 150, 120]));
    const [drawn, skin] = [mask.drawnCm(), mask.skinCm()];
    expect(drawn[10]! - skin[10]!).toBeGreaterThan(1);
    expect(drawn[152]!).toBeCloseTo(skin[152]!, 5);
  });

  it('thins out where the photos end, over more than one step, and is whole inside the face whatever they saw', () => {
    const seenTo = Math.round(textureSizePx * 0.78);
    const mask = new SkinMask(mesh, reachOf(1), bakeOf([200, 150, 120], seenTo));
    const column = Array.from({ length: textureSizePx - middle }, (_, i) => mask.at(middle, middle + i));
    expect(column.slice(0, 100).every((alpha) => alpha === 255)).toBe(true);
    expect(column[seenTo - middle + 16]).toBe(0);
    const steps = column.filter((alpha) => alpha > 0 && alpha < 255);
    expect(steps.length).toBeGreaterThan(8);
    expect(column).toEqual(column.toSorted((a, b) => b - a));
  });

  it('has a rim that meets the performer where drawn skin ends, and none in the middle of the face', () => {
    const rim = new SkinMask(mesh, reachOf(0.4), bakeOf([200, 150, 120])).rim01(1.4);
    expect(rim[1]!).toBe(0);
    expect(Math.max(...rim)).toBe(1);
  });

  it('has every corner of a triangle with alpha among what a patch must hold', () => {
    const mask = new SkinMask(mesh, reachOf(0.4), bakeOf([200, 150, 120]));
    const [shown, drawn] = [mask.shownCm(), mask.isDrawn()];
    const missing = Array.from(mesh.triangles, (i, at) => {
      const first = at - (at % 3);
      return mesh.triangles.subarray(first, first + 3).some((k) => shown[k]! > 0) && drawn[i] === 0;
    });
    expect(missing).not.toContain(true);
    expect([...drawn]).toContain(0);
  });

  it('leaves out vertices that nothing is drawn at', () => {
    const shown = new SkinMask(mesh, reachOf(1), bakeOf([200, 150, 120], middle)).shownCm();
    const all = new SkinMask(mesh, reachOf(1), bakeOf([200, 150, 120])).shownCm();
    const none = (cm: Float32Array): number => cm.filter((value) => value < 0).length;
    expect(none(shown)).toBeGreaterThan(none(all) + 10);
    expect(shown[1]!).toBeGreaterThan(0);
  });
});
