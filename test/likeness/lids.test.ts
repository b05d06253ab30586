import { describe, expect, it } from 'vitest';
import { rasterVertexFloats } from '../../server/kernels/raster.js';
import { loadCanonicalFace, topologyOf } from '../../server/likeness/mesh/canonical.js';
import { keepEyeball } from '../../server/likeness/mesh/eyeball.js';
import { eyes, Lids } from '../../server/likeness/mesh/lids.js';
import { newPose } from '../../server/likeness/mesh/pose.js';

const canonical = loadCanonicalFace();
const topology = topologyOf(canonical);
const performer = canonical.positions;
const pose = { ...newPose(), scale: 20 };

/** The canonical face with its eyes as far open as given, 1 at rest: upper lids moved along the lines to the lower ones. */
function withEyes(open01: number): Float32Array {
  const shape = performer.slice();
  for (const { upper, lower } of eyes)
    upper.forEach((u, k) => {
      for (let c = 0; c < 3; c++) {
        const low = performer[lower[k]! * 3 + c]!;
        shape[u * 3 + c] = low + (performer[u * 3 + c]! - low) * open01;
      }
    });
  return shape;
}
/** As a camera sees it, 20 px to the centimetre: landmarks, and the mesh drawn on them. */
function seen(shape: Float32Array): { landmarks: Float32Array; shaped: Float32Array } {
  const landmarks = new Float32Array(478 * 3),
    shaped = new Float32Array(468 * 2);
  for (let i = 0; i < 468; i++) {
    const [x, y, z] = [0, 1, 2].map((c) => shape[i * 3 + c]! * pose.scale);
    landmarks.set([x!, -y!, -z!], i * 3);
    shaped.set([x!, -y!], i * 2);
  }
  return { landmarks, shaped };
}
const gapOf = (shaped: Float32Array): number => shaped[145 * 2 + 1]! - shaped[159 * 2 + 1]!;
/** Gap that is drawn for a performer whose eyes are so far open, px. */
function drawnGap(lids: Lids, open01: number, shape01 = 1): number {
  const { landmarks, shaped } = seen(withEyes(open01));
  lids.lay(landmarks, shaped, pose, shape01);
  return gapOf(shaped);
}
const rest = gapOf(seen(performer).shaped);
const same = new Lids(performer, performer, topology);

describe('lids', () => {
  it('stay where they are on an open eye of the performer’s own face', () => {
    expect(drawnGap(same, 1)).toBeCloseTo(rest, 4);
    expect(same.openness01(seen(performer).landmarks, 0)).toBe(1);
  });

  it('leave no slit in an eye that the landmark model calls shut', () => {
    for (const open01 of [0, 0.2, 0.4]) {
      expect(drawnGap(same, open01)).toBeCloseTo(0, 4);
      expect(same.openness01(seen(withEyes(open01)).landmarks, 1)).toBe(0);
    }
  });

  it('close without a jump: a narrower gap is never drawn wider', () => {
    let before = drawnGap(same, 1);
    for (let open01 = 0.99; open01 >= 0; open01 -= 0.01) {
      const gap = drawnGap(same, open01);
      expect(gap).toBeLessThanOrEqual(before + 1e-4);
      expect(before - gap).toBeLessThan(rest * 0.12);
      before = gap;
    }
  });

  it('hang as low over the eye as the likeness’s do at rest, by as much of it as is wanted, and still shut', () => {
    const hooded = new Lids(withEyes(0.7), performer, topology);
    expect(drawnGap(hooded, 1) / rest).toBeCloseTo(0.7, 1);
    expect(drawnGap(hooded, 1, 0.5) / rest).toBeCloseTo(0.85, 1);
    expect(drawnGap(hooded, 0.3)).toBeCloseTo(0, 4);
  });

  it('meet in a dark line', () => {
    const gainOf = (open01: number, vertex: number): number => {
      const f32 = new Float32Array(468 * rasterVertexFloats).fill(1);
      const { landmarks, shaped } = seen(withEyes(open01));
      same.lay(landmarks, shaped, pose, 1);
      same.finish(f32, 0);
      return f32[vertex * rasterVertexFloats + 5]!;
    };
    expect(gainOf(1, 159)).toBe(1);
    expect(gainOf(0, 159)).toBeLessThan(0.7);
    expect(gainOf(0, 386)).toBeLessThan(0.7);
    // A brow has nothing to do with it.
    expect(gainOf(0, 105)).toBe(1);
  });

  it('mean the same opening on a turned head', () => {
    const turned = seen(performer).landmarks;
    const [cos, sin] = [Math.cos(0.7), Math.sin(0.7)];
    for (let i = 0; i < 468 * 3; i += 3) {
      const [x, z] = [turned[i]!, turned[i + 2]!];
      turned[i] = cos * x + sin * z;
      turned[i + 2] = cos * z - sin * x;
    }
    expect(same.openness01(turned, 0)).toBe(1);
    expect(same.openness01(turned, 1)).toBe(1);
  });

  it('are laid over an eyeball that keeps its shape, which is shaded under the lid that hangs lower', () => {
    const f32 = new Float32Array(468 * rasterVertexFloats);
    const { landmarks, shaped } = seen(performer);
    const drawn = shaped.slice();
    new Lids(withEyes(0.6), performer, topology).lay(landmarks, drawn, pose, 1);
    for (let i = 0; i < 468; i++)
      f32.set(
        [drawn[i * 2]!, drawn[i * 2 + 1]!, 0, shaped[i * 2]!, shaped[i * 2 + 1]!, 1, 1, 1],
        i * rasterVertexFloats,
      );
    keepEyeball(f32, 0, 0, 1);
    const { corners, upper, lower } = eyes[0];
    const at = (i: number, c: number): number => f32[i * rasterVertexFloats + c]!;
    const length = (a: number, b: number, c: number): number =>
      Math.hypot(at(a, c) - at(b, c), at(a, c + 1) - at(b, c + 1));
    const scale = length(corners[0], corners[1], 3) / length(corners[0], corners[1], 0);
    // What is cut out of the picture is as large as what is drawn: nothing is squeezed.
    expect(length(upper[3], lower[3], 3)).toBeCloseTo(length(upper[3], lower[3], 0) * scale, 1);
    expect(at(upper[3], 5)).toBeLessThan(0.9);
    expect(at(lower[3], 5)).toBe(1);
  });
});
