// Bench row keyframe.latency: what it costs that a keyframe's answer comes late. The same pictures are played several times; each time
// the answers' landmarks are kept back for so many pictures and then carried to the present through the stored flows, as a late answer
// always is. nme.late<d> is the landmark error against the stage's truth on the frames in between and after; the reference is d = 0.
// The time itself is measured where it is real, in the loop rows: keyframeLatencyMs.
import type { FaceTrack } from '../../server/frame/face-track.js';
import type { Lane } from '../../server/pipeline/lane.js';
import { StageScene } from '../../server/stage-sim/stage-scene.js';
import { StageTruth } from '../../server/stage-sim/stage-truth.js';
import type { SceneName } from '../../server/stage-sim/scene/scripts.js';
import type { KeyframeLandmarks, PropagateSettings } from '../../server/stages/propagate/contract.js';
import type { BenchContext, BenchEntry } from './context.js';
import { landmarkErrorPercent } from './picture-measures.js';
import { benchRow, type BenchRow } from './row.js';
import { StageRunner } from './stage-run.js';

const row = 'keyframe.latency';
const delaysFrames = [0, 2, 4, 8] as const;
const scenes: readonly SceneName[] = ['talk', 'turn', 'fastTurn'];
const picture = { widthPx: 1280, heightPx: 720 };
const framesPerSecond = 25;
/** Frames in which the face is found and bound; not counted. */
const settleFrames = 14;

interface Late {
  readonly face: FaceTrack;
  readonly keyframe: KeyframeLandmarks;
  readonly settings: PropagateSettings;
  readonly dueFrame: number;
}

/** Keeps every answer back for `delayFrames` pictures, once the face is bound. Returns what lets the due ones in. */
function holdBack(lane: Lane, delayFrames: number): () => void {
  const { propagate } = lane.parts;
  const join = propagate.join.bind(propagate);
  const late: Late[] = [];
  let joined: ReturnType<typeof join> | null = null;
  propagate.join = (face, keyframe, frameNumber, settings) => {
    // A face's first answer is let in at once, and says what an answer that is let in is called.
    if (delayFrames === 0 || face.keyframeFrame < 0 || joined === null)
      return (joined = join(face, keyframe, frameNumber, settings));
    const copy = { ...keyframe, landmarks: keyframe.landmarks.slice() };
    late.push({ face, keyframe: copy, settings, dueFrame: frameNumber + delayFrames });
    return joined;
  };
  return () => {
    while (late.length > 0 && late[0]!.dueFrame <= lane.frameNumber) {
      const { face, keyframe, settings } = late.shift()!;
      if (face.active) join(face, keyframe, lane.frameNumber, settings);
    }
  };
}

async function play(scene: SceneName, frames: number, delayFrames: number, errors: number[]): Promise<void> {
  const stage = new StageScene({ scene, seed: 1, ...picture, framesPerSecond });
  const truth = new StageTruth(stage);
  const runner = new StageRunner();
  await runner.open();
  try {
    let letIn: (() => void) | null = null;
    await runner.run({
      ...picture,
      framesPerSecond,
      frames,
      time: 'frames',
      render: (n, target) => stage.renderFrame(n, { who: 'performer' }, target),
      onOutput: (n, _uyvy, running) => {
        letIn ??= holdBack(running, delayFrames);
        letIn();
        if (n <= settleFrames) return;
        const face = running.parts.track.faces.find((one) => one.active && one.performerId !== null);
        if (face) errors.push(landmarkErrorPercent(face.landmarks, truth.people(n)[0]!.landmarks));
      },
    });
  } finally {
    runner.close();
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

async function latencyRows(context: BenchContext): Promise<BenchRow[]> {
  const frames = Math.max(40, Math.round(((context.seconds ?? 9) * framesPerSecond) / scenes.length));
  const errors = new Map<number, number[]>(delaysFrames.map((delay) => [delay, []]));
  for (const scene of scenes) {
    for (const delay of delaysFrames) {
      context.note(`${row}: ${scene}, answers ${delay} pictures late, ${frames} frames`);
      await play(scene, frames, delay, errors.get(delay)!);
    }
  }
  const onTime = errors.get(0)!;
  return delaysFrames.map((delay) =>
    benchRow(row, `nme.late${delay}`, mean(errors.get(delay)!), '%', mean(onTime), errors.get(delay)!.length),
  );
}

export const keyframeLatencyEntry: BenchEntry = { name: row, run: latencyRows };
