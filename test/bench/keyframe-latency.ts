// Bench row keyframe.latency: what it costs that a keyframe's answer comes late. The same pictures are played several times; each time
// the answers' landmarks are kept back for so many pictures and then carried to the present through the stored flows, as a late answer
// always is. catchUpError.late<d> is how far what is drawn lies from what the model says of that very picture (a run that asks about every
// one): the price of lateness alone. nme.late<d> is the error against the stage's truth, in which the model's own error on turned faces is
// the larger part and flow, which began from a frontal answer, may do better than the model: it is reported, and says little of lateness.
// The reference of both is d = 0.
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
const intervalAddress = '/understudy/lane/cam-a/keyframe/intervalFrames';
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

interface Errors {
  readonly truth: number[];
  readonly model: number[];
}
/** What the model says of each picture, by its number. */
type Said = Map<number, Float32Array>;

/** Notes what the model says of every picture, in pixels of it. */
function listen(lane: Lane, said: Said): void {
  const { propagate } = lane.parts;
  const join = propagate.join.bind(propagate);
  propagate.join = (face, keyframe, frameNumber, settings) => {
    said.set(keyframe.frameNumber, keyframe.landmarks.slice());
    return join(face, keyframe, frameNumber, settings);
  };
}

/** `errors` null: a run that asks about every picture and fills `said`. */
async function play(
  scene: SceneName,
  frames: number,
  delayFrames: number,
  said: Said,
  errors: Errors | null,
): Promise<void> {
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
      ...(errors === null ? { values: { [intervalAddress]: 1 } } : {}),
      render: (n, target) => stage.renderFrame(n, { who: 'performer' }, target),
      onOutput: (n, _uyvy, running) => {
        if (errors === null) {
          if (n === 0) listen(running, said);
          return;
        }
        letIn ??= holdBack(running, delayFrames);
        letIn();
        if (n <= settleFrames) return;
        const face = running.parts.track.faces.find((one) => one.active && one.performerId !== null);
        const model = said.get(running.frameNumber);
        if (!face || !model) return;
        errors.truth.push(landmarkErrorPercent(face.landmarks, truth.people(n)[0]!.landmarks));
        errors.model.push(landmarkErrorPercent(face.landmarks, model));
      },
    });
  } finally {
    runner.close();
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

async function latencyRows(context: BenchContext): Promise<BenchRow[]> {
  const frames = Math.max(40, Math.round(((context.seconds ?? 9) * framesPerSecond) / scenes.length));
  const errors = new Map<number, Errors>(delaysFrames.map((delay) => [delay, { truth: [], model: [] }]));
  for (const scene of scenes) {
    const said: Said = new Map();
    context.note(`${row}: ${scene}, what the model says of every picture`);
    await play(scene, frames, 0, said, null);
    for (const delay of delaysFrames) {
      context.note(`${row}: ${scene}, answers ${delay} pictures late, ${frames} frames`);
      await play(scene, frames, delay, said, errors.get(delay)!);
    }
  }
  const onTime = errors.get(0)!;
  return delaysFrames.flatMap((delay) => {
    const { truth, model } = errors.get(delay)!;
    return [
      benchRow(row, `catchUpError.late${delay}`, mean(model), '%', mean(onTime.model), model.length),
      benchRow(row, `nme.late${delay}`, mean(truth), '%', mean(onTime.truth), truth.length),
    ];
  });
}

export const keyframeLatencyEntry: BenchEntry = { name: row, run: latencyRows };
