import { DisFlow } from '../../kernels/flow.js';
import { KernelMemory } from '../../kernels/memory.js';
import { loadCanonicalFace } from '../../likeness/mesh/canonical.js';
import { createSession } from '../../onnx/ort.js';
import { FaceDetector } from '../../stages/keyframe/analysis/face-detector.js';
import { FaceMesher } from '../../stages/keyframe/analysis/face-mesher.js';
import { IdentityEmbedder } from '../../stages/keyframe/analysis/identity-embedder.js';
import { machineClock } from '../../time/clock.js';
import { since, toMs } from '../../time/time.js';
import { attempt, ok, slow, type Check } from './check.js';

const sidePx = 256;
/** Flow runs both ways for each face of each frame: a tenth of a frame at 25 fps leaves room for the rest. */
const flowBudgetMs = 4;
/** A keyframe that takes longer than ten frames at 25 fps is carried too far. */
const keyframeBudgetMs = 400;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** Something with edges everywhere, moved by `shiftPx`: what a texture costs, not what a blank wall costs. */
function texture(shiftPx: number, bytesPerPixel: number): Uint8Array {
  const out = new Uint8Array(sidePx * sidePx * bytesPerPixel);
  for (let y = 0, i = 0; y < sidePx; y++) {
    for (let x = 0; x < sidePx; x++) {
      const value =
        128 + 50 * Math.sin((x + shiftPx) * 0.21) * Math.cos(y * 0.17) + 40 * Math.sin((x + shiftPx) * 0.05 + y * 0.09);
      for (let k = 0; k < bytesPerPixel; k++) out[i++] = value;
    }
  }
  return out;
}

function timesMs(runs: number, work: () => void): number[] {
  return Array.from({ length: runs }, () => {
    const startedAtUs = machineClock.nowUs();
    work();
    return toMs(since(machineClock.nowUs(), startedAtUs));
  });
}

/** Milliseconds of one pyramid and both flows at 256², the median of 15 after 5 to warm up. */
export function flowMs(): number {
  const memory = new KernelMemory(32);
  const flow = new DisFlow(memory, { sizePx: sidePx });
  const [before, after] = [memory.allocate(sidePx * sidePx), memory.allocate(sidePx * sidePx)];
  memory.u8.set(texture(0, 1), before);
  memory.u8.set(texture(3, 1), after);
  flow.prepare(0, before, sidePx);
  const step = (): void => {
    flow.prepare(1, after, sidePx);
    flow.runBoth(0, 1);
  };
  timesMs(5, step);
  return median(timesMs(15, step));
}

/** The canonical face laid into a crop: landmarks that an embedder can align by. */
function landmarksInCrop(): Float32Array {
  const { positions } = loadCanonicalFace();
  const out = new Float32Array(478 * 3);
  for (let i = 0; i < 468; i++) {
    out[i * 3] = sidePx / 2 + positions[i * 3]! * 11;
    out[i * 3 + 1] = sidePx / 2 - positions[i * 3 + 1]! * 11;
  }
  return out;
}

export interface KeyframeMs {
  readonly detect: number;
  readonly landmarks: number;
  readonly identity: number;
}

/** What one keyframe costs in the inference process, one thread, the median of three each. */
export async function keyframeMs(): Promise<KeyframeMs> {
  const crop = texture(0, 3);
  const points = landmarksInCrop();
  const measure = async (open: () => Promise<{ run(): Promise<unknown>; close(): Promise<void> }>): Promise<number> => {
    const model = await open();
    try {
      const times: number[] = [];
      for (let run = 0; run < 3; run++) {
        const startedAtUs = machineClock.nowUs();
        await model.run();
        times.push(toMs(since(machineClock.nowUs(), startedAtUs)));
      }
      return median(times);
    } finally {
      await model.close();
    }
  };
  return {
    detect: await measure(async () => {
      const detector = await FaceDetector.create(createSession);
      return { run: () => detector.detect(crop, sidePx, sidePx), close: () => detector.close() };
    }),
    landmarks: await measure(async () => {
      const mesher = await FaceMesher.create(createSession);
      return { run: () => mesher.landmarks(crop), close: () => mesher.close() };
    }),
    identity: await measure(async () => {
      const embedder = await IdentityEmbedder.create(createSession);
      return { run: () => embedder.embed(crop, points), close: () => embedder.close() };
    }),
  };
}

/** Two quick measurements. They vary with what else the machine does. */
export async function checkSpeed(): Promise<Check[]> {
  return [
    await attempt('flow speed', () => {
      const ms = flowMs();
      const detail = `${ms.toFixed(1)} ms for one face and frame (256×256, both ways)`;
      return ms <= flowBudgetMs
        ? ok('flow speed', detail, false)
        : slow(
            'flow speed',
            detail,
            `${flowBudgetMs} ms are allowed at 25 fps: close other programs, or use a faster machine.`,
          );
    }),
    await attempt('keyframe speed', async () => {
      const { detect, landmarks, identity } = await keyframeMs();
      const total = detect + landmarks + identity;
      const detail = `${total.toFixed(0)} ms (faces ${detect.toFixed(0)}, landmarks ${landmarks.toFixed(0)}, identity ${identity.toFixed(0)})`;
      return total <= keyframeBudgetMs
        ? ok('keyframe speed', detail, false)
        : slow(
            'keyframe speed',
            detail,
            'Raise keyframe.intervalFrames, close other programs, or use a faster machine.',
          );
    }),
  ];
}
