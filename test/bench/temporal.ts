// Bench rows temporal.<scene>: what smoothing and look-ahead do to the landmarks that are drawn, on identical frames. nme is the error
// against the stage's truth; tremble is how much that error moves from picture to picture (% of the distance between the eyes): what
// makes a likeness swim. The reference is smooth.filter off without look-ahead.
import type { FaceTrack } from '../../server/frame/face-track.js';
import type { ParamValue } from '../../server/protocol/descriptors.js';
import { StageScene } from '../../server/stage-sim/stage-scene.js';
import { StageTruth } from '../../server/stage-sim/stage-truth.js';
import type { SceneName } from '../../server/stage-sim/scene/scripts.js';
import type { BenchContext, BenchEntry } from './context.js';
import { landmarkErrorPercent } from './picture-measures.js';
import { benchRow, type BenchRow } from './row.js';
import { StageRunner } from './stage-run.js';

const scenes = ['still', 'talk', 'turn', 'fastTurn', 'grain', 'reenter'] as const satisfies readonly SceneName[];
const picture = { widthPx: 1920, heightPx: 1080 };
const framesPerSecond = 25;
/** Frames in which the face is found and bound; not counted. */
const settleFrames = 14;
const smooth = '/understudy/lane/cam-a/smooth/';
const delay = '/understudy/output/cam-a/output/delayFrames';
const ways: Readonly<Record<string, Readonly<Record<string, ParamValue>>>> = {
  off: { [`${smooth}filter`]: 'off', [`${smooth}lookAhead`]: false },
  'one-euro': { [`${smooth}filter`]: 'one-euro', [`${smooth}lookAhead`]: false },
  kalman: { [`${smooth}filter`]: 'kalman', [`${smooth}lookAhead`]: false },
  lookAhead: { [`${smooth}filter`]: 'one-euro', [`${smooth}lookAhead`]: true, [delay]: 2 },
  median: { [`${smooth}filter`]: 'one-euro', [`${smooth}lookAhead`]: true, [`${smooth}median`]: true, [delay]: 2 },
};

interface Figures {
  readonly nme: number[];
  readonly tremble: number[];
}
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean change of the landmarks' error since the picture before, % of the distance between the eyes. */
function tremble(error: Float32Array, before: Float32Array, truth: Float32Array): number {
  const eyes = Math.hypot(truth[33 * 3]! - truth[263 * 3]!, truth[33 * 3 + 1]! - truth[263 * 3 + 1]!);
  let sum = 0;
  for (let i = 0; i < 468 * 2; i += 2) sum += Math.hypot(error[i]! - before[i]!, error[i + 1]! - before[i + 1]!);
  return (100 * sum) / 468 / eyes;
}
const errorOf = (found: Float32Array, truth: Float32Array): Float32Array =>
  Float32Array.from({ length: 468 * 2 }, (_, k) => {
    const at = (k >> 1) * 3 + (k & 1);
    return found[at]! - truth[at]!;
  });

async function play(
  pictures: readonly Uint8Array[],
  landmarks: readonly Float32Array[],
  values: Readonly<Record<string, ParamValue>>,
): Promise<Figures> {
  const figures: Figures = { nme: [], tremble: [] };
  let before: { readonly n: number; readonly error: Float32Array } | null = null;
  const look = (n: number, faces: readonly FaceTrack[]): void => {
    const face = faces.find((one) => one.active && one.performerId !== null);
    if (n <= settleFrames || !face) return void (before = null);
    const truth = landmarks[n]!;
    figures.nme.push(landmarkErrorPercent(face.landmarks, truth));
    const error = errorOf(face.landmarks, truth);
    if (before?.n === n - 1) figures.tremble.push(tremble(error, before.error, truth));
    before = { n, error };
  };
  const runner = new StageRunner();
  await runner.open();
  try {
    await runner.run({
      ...picture,
      framesPerSecond,
      frames: pictures.length,
      time: 'frames',
      values,
      render: (n, target) => target.set(pictures[n]!),
      onOutput: () => {},
      onComposited: (n, _pixels, lane) => look(n, lane.shownFaces),
    });
  } finally {
    runner.close();
  }
  return figures;
}

async function rowsOf(scene: SceneName, context: BenchContext): Promise<BenchRow[]> {
  const row = `temporal.${scene}`;
  const frames = context.frames ?? Math.max(settleFrames + 20, Math.round((context.seconds ?? 3) * framesPerSecond));
  const stage = new StageScene({ scene, seed: 1, ...picture, framesPerSecond });
  const truth = new StageTruth(stage);
  context.note(`${row}: rendering ${frames} frames`);
  const pictures = Array.from({ length: frames }, (_, n) => {
    const target = new Uint8Array(picture.widthPx * picture.heightPx * 2);
    stage.renderFrame(n, { who: 'performer' }, target);
    return target;
  });
  const landmarks = pictures.map((_, n) => truth.people(n)[0]!.landmarks.slice());
  const rows: BenchRow[] = [];
  let off: Figures | null = null;
  for (const [way, values] of Object.entries(ways)) {
    context.note(`${row}: ${way}`);
    const figures = await play(pictures, landmarks, values);
    off ??= figures;
    rows.push(
      benchRow(row, `nme.${way}`, mean(figures.nme), '%', mean(off.nme), figures.nme.length),
      benchRow(row, `tremble.${way}`, mean(figures.tremble), '%', mean(off.tremble), figures.tremble.length),
    );
  }
  return rows;
}

export const temporalEntries: readonly BenchEntry[] = scenes.map((scene) => ({
  name: `temporal.${scene}`,
  run: (context) => rowsOf(scene, context),
}));
