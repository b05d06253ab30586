import { describe, expect, it } from 'vitest';
import { loadCanonicalFace } from '../../server/likeness/mesh/canonical.js';
import { type KeyframeModels, keyframeJobs } from '../../server/pipeline/keyframe-jobs.js';
import { SimulatedClock } from '../../server/time/clock.js';

const side = 256;
const canonical = loadCanonicalFace();
/** Landmarks of a face of so many px, whose middle is at (x, y). */
function faceAt(x: number, y: number, heightPx: number): Float32Array {
  const out = new Float32Array(478 * 3);
  const ys = Array.from({ length: 468 }, (_, i) => canonical.positions[i * 3 + 1]!);
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const scale = heightPx / (high - low);
  for (let i = 0; i < 478; i++) {
    const from = Math.min(i, 467) * 3;
    out[i * 3] = x + canonical.positions[from]! * scale;
    out[i * 3 + 1] = y - (canonical.positions[from + 1]! - (low + high) / 2) * scale;
  }
  return out;
}
const framed = side / 1.5;

/** A model that says `first` of the crop that was sent, then `second` of what it is given. */
function models(
  first: Float32Array,
  second: Float32Array,
  presence01 = 1,
): { asked: Uint8Array[]; models: KeyframeModels } {
  const asked: Uint8Array[] = [];
  const mesher = {
    landmarks: (rgb: Uint8Array) => {
      asked.push(rgb);
      return Promise.resolve({ landmarks: (asked.length === 1 ? first : second).slice(), presence01 });
    },
  };
  return { asked, models: { mesher, detector: null, embedder: null } as unknown as KeyframeModels };
}
async function answered(from: KeyframeModels): Promise<Float32Array> {
  const { face } = keyframeJobs(from, new SimulatedClock(0));
  const head = { type: 'face', faceId: 0, trackNumber: 1, frameNumber: 2, captureAtUs: 0, wantIdentity: false };
  const { payload } = await face!.run({ head, payload: new Uint8Array(side * side * 3) } as never);
  return new Float32Array(Uint8Array.from(payload!).buffer);
}

describe('a keyframe', () => {
  it('of a face that fills its crop as it should asks the model once', async () => {
    const { asked, models: one } = models(faceAt(129, 127, framed * 1.02), faceAt(0, 0, 1));
    const landmarks = await answered(one);
    expect(asked).toHaveLength(1);
    expect(landmarks[0]).toBeCloseTo(faceAt(129, 127, framed * 1.02)[0]!, 3);
  });

  it('of a face that the detector framed badly asks again, and gives the second answer in the first crop’s pixels', async () => {
    const badly = faceAt(140, 110, framed * 0.8);
    // Framed anew the same face is in the middle; there the model finds it 2 px lower than it had.
    const { asked, models: two } = models(badly, faceAt(side / 2, side / 2 + 2, framed));
    const landmarks = await answered(two);
    expect(asked).toHaveLength(2);
    for (const i of [1, 33, 152, 263]) {
      expect(landmarks[i * 3]).toBeCloseTo(badly[i * 3]!, 0);
      expect(landmarks[i * 3 + 1]! - badly[i * 3 + 1]!).toBeCloseTo(2 * 0.8, 0);
    }
  });

  it('of a crop without a face is not looked at twice', async () => {
    const { asked, models: none } = models(faceAt(60, 60, 50), faceAt(0, 0, 1), 0.2);
    await answered(none);
    expect(asked).toHaveLength(1);
  });
});
