import { describe, expect, it } from 'vitest';
import { rasterVertexFloats } from '../../server/kernels/raster.js';
import { loadCanonicalFace, topologyOf } from '../../server/likeness/mesh/canonical.js';
import { keepEyeball } from '../../server/likeness/mesh/eyeball.js';
import { edgeTexels, eyes, Lids } from '../../server/likeness/mesh/lids.js';
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
const between = (points: Float32Array, a: number, b: number): number => Math.abs(points[a * 3]! - points[b * 3]!);
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

  it('unroll the lid that the bake has painted as they shut, and hide what an open eye’s lower rim shows', () => {
    const texture = new Uint8Array(768 * 768 * 4).fill(90);
    const drawn = (open01: number): Float32Array => {
      const f32 = new Float32Array(468 * rasterVertexFloats).fill(1);
      for (let i = 0; i < 468; i++) {
        f32[i * rasterVertexFloats + 3] = canonical.uvs[i * 2]! * 768;
        f32[i * rasterVertexFloats + 4] = canonical.uvs[i * 2 + 1]! * 768;
      }
      const { landmarks, shaped } = seen(withEyes(open01));
      same.lay(landmarks, shaped, pose, 1);
      same.finish(f32, 0, texture, 0, [0, 0, 0]);
      return f32;
    };
    const row = (f32: Float32Array, vertex: number): number => f32[vertex * rasterVertexFloats + 4]!;
    const open = drawn(1),
      shut = drawn(0);
    const rowOf = (vertex: number): number => canonical.uvs[vertex * 2 + 1]! * 768;
    expect(row(open, 159)).toBeCloseTo(rowOf(159), 2);
    expect(rowOf(145) - row(shut, 159)).toBeCloseTo(edgeTexels, 0);
    // The fold above has the lid's one colour, and nothing of the photo's lashes.
    expect(row(shut, 27)).toBeGreaterThan(rowOf(159));
    const [gain, bias] = [5, 9].map((c) => shut[27 * rasterVertexFloats + c]!);
    expect(gain).toBeCloseTo(0, 5);
    expect(bias).toBeCloseTo(1 + 90, 3);
    expect(row(shut, 145)).toBeGreaterThan(row(open, 145));
    expect(shut[145 * rasterVertexFloats + 5]!).toBeLessThan(0.85);
    // A brow has nothing to do with it.
    expect(shut.slice(105 * rasterVertexFloats, 106 * rasterVertexFloats)).toEqual(
      open.slice(105 * rasterVertexFloats, 106 * rasterVertexFloats),
    );
  });

  it('blink together: the eye that is hardly seen does what the other does', () => {
    const landmarks = seen(withEyes(0.2)).landmarks;
    const open = seen(performer).landmarks;
    // The model keeps the far, left eye of a turned head open.
    for (const i of [...eyes[1].upper, ...eyes[1].lower]) landmarks.set(open.subarray(i * 3, i * 3 + 3), i * 3);
    const turned = (angle: number): Float32Array => {
      const out = landmarks.slice();
      for (let i = 0; i < 468 * 3; i += 3) {
        out[i] = Math.cos(angle) * landmarks[i]! + Math.sin(angle) * landmarks[i + 2]!;
        out[i + 2] = Math.cos(angle) * landmarks[i + 2]! - Math.sin(angle) * landmarks[i]!;
      }
      return out;
    };
    const [to, fro] = [turned(0.8), turned(-0.8)];
    const far = between(to, 263, 362) < between(fro, 263, 362) ? to : fro;
    expect(same.openness01(far, 1)).toBeLessThan(0.1);
    expect(same.openness01(far, 0)).toBeLessThan(0.1);
    // Seen from the front it is a wink.
    expect(same.openness01(landmarks, 1)).toBe(1);
    expect(same.openness01(landmarks, 0)).toBe(0);
  });

  it('are equally far open where two readings differ by less than a wink', () => {
    const landmarks = seen(withEyes(0.6)).landmarks;
    const other = seen(withEyes(0.8)).landmarks;
    for (const i of eyes[1].upper) landmarks.set(other.subarray(i * 3, i * 3 + 3), i * 3);
    expect(same.openness01(landmarks, 0)).toBeCloseTo(same.openness01(landmarks, 1), 2);
    expect(same.openness01(landmarks, 0)).toBeGreaterThan(same.openness01(seen(withEyes(0.6)).landmarks, 0));
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
