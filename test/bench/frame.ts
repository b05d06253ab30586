// Bench rows frame.*: the lane's own stages on one face 400 px high, one thread, real kernels and real inference answers over the
// in-memory NDI (no codec, no waiting). Copies of the
// bytes that each stage must move at least are timed after every frame.
import { faceSlots } from '../../server/stages/track/contract.js';
import type { FlowPresetName } from '../../server/kernels/flow-presets.js';
import { regionBytes } from '../../server/kernels/region-copy.js';
import type { Lane } from '../../server/pipeline/lane.js';
import { StageScene } from '../../server/stage-sim/stage-scene.js';
import type { Clock } from '../../server/time/clock.js';
import type { BenchContext, BenchEntry } from './context.js';
import { pingPong } from './ping-pong.js';
import { benchRow, median, type BenchRow } from './row.js';
import { StageRunner } from './stage-run.js';

interface FrameShape {
  readonly row: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Of the optical flow; default: as the product starts. */
  readonly preset?: FlowPresetName;
}
const frameShapes: readonly FrameShape[] = [
  { row: 'frame.1080p', widthPx: 1920, heightPx: 1080 },
  { row: 'frame.1080p.ultrafast', widthPx: 1920, heightPx: 1080, preset: 'ultrafast' },
  { row: 'frame.1080p.fastest', widthPx: 1920, heightPx: 1080, preset: 'fastest' },
  { row: 'frame.2160p', widthPx: 3840, heightPx: 2160 },
];
const presetAddress = '/understudy/lane/cam-a/flow/preset';
const [hdWidthPx, hdHeightPx] = [1920, 1080];
const picturesRendered = 25;
/** Until the likeness is on and V8 has compiled the kernels' second tier. */
const warmUpFrames = 60;
/** The lane's own meters keep the newest 128. */
const measuredFrames = 150;
const ofTheRow = ['propagate', 'composite', 'label'] as const;

/** A larger picture has the same stage in its middle, so that the face keeps its height, and grey around it. */
function place(hd: Uint8Array, target: Uint8Array, widthPx: number): void {
  if (widthPx === hdWidthPx) {
    target.set(hd);
    return;
  }
  for (let i = 0; i < target.length; i += 2) {
    target[i] = 128;
    target[i + 1] = 90;
  }
  const left = (widthPx - hdWidthPx) >> 1;
  const top = (target.length / (2 * widthPx) - hdHeightPx) >> 1;
  for (let y = 0; y < hdHeightPx; y++)
    target.set(hd.subarray(y * hdWidthPx * 2, (y + 1) * hdWidthPx * 2), ((top + y) * widthPx + left) * 2);
}

type StageOfRow = (typeof ofTheRow)[number];

/**
 * Bytes that each stage must bring from one place to another at least: propagate takes the face's region into kernel memory,
 * composite takes what lies round the face (its box grown by the skin that is drawn beyond it) there and back, label its plate.
 */
function bytesMoved(lane: Lane, into: Record<StageOfRow, number>): void {
  const { parts } = lane;
  into.propagate = 0;
  into.composite = 0;
  for (const face of parts.track.faces) {
    if (!face.active) continue;
    const { widthPx, heightPx } = parts.regions.view(face);
    into.propagate += regionBytes('UYVY', widthPx, heightPx);
    const { x0, y0, x1, y1 } = face.box;
    into.composite += 2 * regionBytes('UYVY', Math.ceil((x1 - x0) * drawnShare), Math.ceil((y1 - y0) * drawnShare));
  }
  const { plate } = parts.label;
  into.label = (plate.x1 - plate.x0) * (plate.y1 - plate.y0) * 2;
}
/** Side of the drawn skin against that of the landmarks' box. */
const drawnShare = 1.25;

class CopyTimer {
  readonly #from = new Uint8Array(64 << 20);
  readonly #to = new Uint8Array(64 << 20);
  #at = 0;
  constructor(private readonly clock: Clock) {}

  /** ms of one copy. Walks through memory larger than the caches, as frames do. */
  copy(bytes: number): number {
    if (this.#at + bytes > this.#from.length) this.#at = 0;
    const source = this.#from.subarray(this.#at, this.#at + bytes);
    const startedUs = this.clock.nowUs();
    this.#to.set(source, this.#at);
    const ms = (this.clock.nowUs() - startedUs) / 1000;
    this.#at += bytes;
    return ms;
  }
}

export interface StageCosts {
  readonly stageMs: Readonly<Record<string, number>>;
  /** Of the last picture, and the median time of a memory copy of as many. */
  readonly bytes: Readonly<Record<StageOfRow, number>>;
  readonly copyMs: Readonly<Record<StageOfRow, number>>;
  readonly faces: number;
  readonly frames: number;
}

/** Plays a loop of the stage through the lane and reads its meters: medians over the newest 128 frames. */
export async function stageCosts(
  clock: Clock,
  shape: {
    readonly widthPx: number;
    readonly heightPx: number;
    readonly people: number;
    readonly frames: number;
    readonly preset?: FlowPresetName | undefined;
  },
): Promise<StageCosts> {
  const scene = new StageScene({
    scene: 'demo',
    seed: 1,
    widthPx: hdWidthPx,
    heightPx: hdHeightPx,
    people: shape.people,
  });
  const pictures = Array.from({ length: picturesRendered }, (_, index) => {
    const picture = new Uint8Array(hdWidthPx * hdHeightPx * 2);
    scene.renderFrame(index, { who: 'performer' }, picture);
    return picture;
  });
  const copies = new CopyTimer(clock);
  const bytes: Record<StageOfRow, number> = { propagate: 0, composite: 0, label: 0 };
  const copyMsEach: Record<StageOfRow, number[]> = { propagate: [], composite: [], label: [] };
  const runner = new StageRunner();
  await runner.open();
  try {
    const lane = await runner.run({
      widthPx: shape.widthPx,
      heightPx: shape.heightPx,
      people: shape.people,
      framesPerSecond: 25,
      ...(shape.preset ? { values: { [presetAddress]: shape.preset } } : {}),
      frames: warmUpFrames + shape.frames,
      render: (n, target) => place(pictures[pingPong(n, picturesRendered)]!, target, shape.widthPx),
      onOutput: (n, _uyvy, running) => {
        if (n < warmUpFrames) return;
        bytesMoved(running, bytes);
        for (const stage of ofTheRow) copyMsEach[stage].push(copies.copy(bytes[stage]));
      },
    });
    const faces = lane.parts.track.faces.filter((face) => face.active).length;
    if (faces === 0 || faces > faceSlots) throw new Error('the lane follows no face: nothing was measured');
    return {
      stageMs: lane.meters.stageMs(),
      bytes,
      copyMs: {
        propagate: median(copyMsEach.propagate),
        composite: median(copyMsEach.composite),
        label: median(copyMsEach.label),
      },
      faces,
      frames: copyMsEach.label.length,
    };
  } finally {
    runner.close();
  }
}

async function frameRows({ row, widthPx, heightPx, preset }: FrameShape, context: BenchContext): Promise<BenchRow[]> {
  context.note(`${row}: rendering, then ${warmUpFrames + measuredFrames} frames`);
  const costs = await stageCosts(context.clock, { widthPx, heightPx, people: 1, frames: measuredFrames, preset });
  const samples = Math.min(128, costs.frames);
  const sum = (of: Readonly<Record<string, number>>): number =>
    ofTheRow.reduce((total, stage) => total + (of[stage] ?? Number.NaN), 0);
  const copyOf: Readonly<Record<string, number | undefined>> = costs.copyMs;
  return [
    benchRow(row, 'ms', sum(costs.stageMs), 'ms', sum(costs.copyMs), samples),
    ...Object.entries(costs.stageMs).map(([stage, ms]) =>
      benchRow(row, `ms.${stage}`, ms, 'ms', copyOf[stage] ?? null, samples),
    ),
    benchRow(row, 'bytesMoved', sum(costs.bytes), 'bytes', null, 1),
    ...ofTheRow.map((stage) => benchRow(row, `bytesMoved.${stage}`, costs.bytes[stage], 'bytes', null, 1)),
    // 1 ns a byte is 1 GB/s.
    ...ofTheRow.map((stage) =>
      benchRow(
        row,
        `nsPerByte.${stage}`,
        ((costs.stageMs[stage] ?? Number.NaN) * 1e6) / costs.bytes[stage],
        'ns',
        (costs.copyMs[stage] * 1e6) / costs.bytes[stage],
        samples,
      ),
    ),
  ];
}

export const frameEntries: readonly BenchEntry[] = frameShapes.map((shape) => ({
  name: shape.row,
  run: (context) => frameRows(shape, context),
}));
