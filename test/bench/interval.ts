// Bench rows interval.<k>: inference on every k-th frame and optical flow between, on identical frames, none dropped. nme is the
// lane's landmark error against the stage's truth, over all sequences and for each; inferenceWork is CPU seconds of the inference
// process per second of video; keyframes counts the questions (an expression that changes fast asks before its turn).
// The reference is inference on every frame, measured in the same run on the same pictures.
import { StageScene } from '../../server/stage-sim/stage-scene.js';
import { StageTruth } from '../../server/stage-sim/stage-truth.js';
import type { SceneName } from '../../server/stage-sim/scene/scripts.js';
import type { BenchContext, BenchEntry } from './context.js';
import { cpuSecondsOf } from './loop-server.js';
import { landmarkErrorPercent } from './picture-measures.js';
import { benchRow, type BenchRow } from './row.js';
import { StageRunner } from './stage-run.js';

const intervals = [1, 2, 4, 8, 16] as const;
const scenes = ['talk', 'turn', 'fastTurn'] as const satisfies readonly SceneName[];
type Scene = (typeof scenes)[number];
const picture = { widthPx: 1920, heightPx: 1080 };
const framesPerSecond = 25;
/** Frames in which the face is found and bound; not counted. */
const settleFrames = 12;
const intervalAddress = '/understudy/lane/cam-a/keyframe/intervalFrames';

interface Figures {
  readonly errors: Record<Scene, number[]>;
  /** Pictures that went in and did not come out. */
  lost: number;
  keyframes: number;
  detections: number;
  cpuSeconds: number;
  videoSeconds: number;
  /** Frames in which the lane followed nobody it knew. */
  unfollowed: number;
}
interface Rendered {
  readonly pictures: readonly Uint8Array[];
  readonly landmarks: readonly Float32Array[];
}

function render(scene: SceneName, frames: number): Rendered {
  const stage = new StageScene({ scene, seed: 1, ...picture, framesPerSecond });
  const truth = new StageTruth(stage);
  const pictures = Array.from({ length: frames }, (_, n) => {
    const target = new Uint8Array(picture.widthPx * picture.heightPx * 2);
    stage.renderFrame(n, { who: 'performer' }, target);
    return target;
  });
  return { pictures, landmarks: pictures.map((_, n) => truth.people(n)[0]!.landmarks.slice()) };
}

async function play(interval: number, scene: Scene, { pictures, landmarks }: Rendered, into: Figures): Promise<void> {
  const runner = new StageRunner();
  await runner.open();
  try {
    let cpuBefore: number | null = null;
    let out = 0;
    const lane = await runner.run({
      ...picture,
      framesPerSecond,
      frames: pictures.length,
      time: 'frames',
      values: { [intervalAddress]: interval },
      render: (n, target) => target.set(pictures[n]!),
      onOutput: (n, _uyvy, lane) => {
        out++;
        if (n === settleFrames) cpuBefore = cpuSecondsOf(runner.inferencePid);
        if (n <= settleFrames) return;
        const face = lane.parts.track.faces.find((one) => one.active && one.performerId !== null);
        if (face) into.errors[scene].push(landmarkErrorPercent(face.landmarks, landmarks[n]!));
        else into.unfollowed++;
      },
    });
    into.lost += pictures.length - out;
    into.keyframes += lane.parts.keyframe.counters.asked;
    into.detections += lane.parts.keyframe.counters.detectAsked;
    into.cpuSeconds += (cpuSecondsOf(runner.inferencePid) ?? Number.NaN) - (cpuBefore ?? Number.NaN);
    into.videoSeconds += (pictures.length - settleFrames) / framesPerSecond;
  } finally {
    runner.close();
  }
}

const emptyFigures = (): Figures => ({
  errors: { talk: [], turn: [], fastTurn: [] },
  lost: 0,
  keyframes: 0,
  detections: 0,
  cpuSeconds: 0,
  videoSeconds: 0,
  unfollowed: 0,
});
const allErrors = ({ errors }: Figures): number[] => scenes.flatMap((scene) => errors[scene]);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

async function intervalRows(context: BenchContext, wanted: readonly string[]): Promise<BenchRow[]> {
  const names = wanted.filter((name) => name.startsWith('interval.'));
  // interval.1 means itself, not 16; it is always measured, as everybody's reference.
  const asked = intervals.filter((k) => names.length === 0 || names.includes(`interval.${k}`));
  const measured = intervals.filter((k) => k === 1 || asked.includes(k));
  const figures = new Map<number, Figures>(measured.map((k) => [k, emptyFigures()]));
  const frames = Math.max(40, Math.round(((context.seconds ?? 12) * framesPerSecond) / scenes.length));
  for (const scene of scenes) {
    context.note(`interval: rendering ${scene}`);
    const rendered = render(scene, frames);
    for (const k of measured) {
      context.note(`interval.${k}: ${scene}, ${frames} frames`);
      await play(k, scene, rendered, figures.get(k)!);
    }
  }
  const every = figures.get(1)!;
  return asked.flatMap((k) => rowsOf(`interval.${k}`, figures.get(k)!, every));
}

function rowsOf(row: string, of: Figures, every: Figures): BenchRow[] {
  const samples = allErrors(of).length;
  const work = ({ cpuSeconds, videoSeconds }: Figures): number => cpuSeconds / videoSeconds;
  return [
    benchRow(row, 'nme', mean(allErrors(of)), '%', mean(allErrors(every)), samples),
    ...scenes.map((scene) =>
      benchRow(row, `nme.${scene}`, mean(of.errors[scene]), '%', mean(every.errors[scene]), of.errors[scene].length),
    ),
    benchRow(row, 'inferenceWork', work(of), 's/s', work(every), samples),
    benchRow(row, 'keyframes', of.keyframes, 'questions', every.keyframes, samples),
    benchRow(row, 'detections', of.detections, 'questions', every.detections, samples),
    benchRow(row, 'framesUnfollowed', of.unfollowed, 'frames', every.unfollowed, samples + of.unfollowed),
    benchRow(row, 'framesLost', of.lost, 'frames', every.lost, samples + of.unfollowed),
  ];
}

/** One family, so that all intervals see the same pictures. */
export const intervalEntry: BenchEntry = { name: 'interval', run: intervalRows };
