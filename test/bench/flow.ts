// Bench rows flow.256 and flow.512: the flow kernel beside OpenCV's DISOpticalFlow in one thread. Both sides do the same
// work in a timed run: both pyramids from 8-bit luma, the flow, and its growth to every pixel. Rounds alternate between
// the two; the first run of a round is thrown away, as it finds cold caches.
import { DisFlow } from '../../server/kernels/flow.js';
import type { FlowPresetName } from '../../server/kernels/flow-presets.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import { machineClock, type Clock } from '../../server/time/clock.js';
import { meanEndPointError, publicPairs, type FlowPair } from './flow-pairs.js';
import { stagePairs } from './flow-stage-pairs.js';
import { OpencvDis, type OpencvPreset } from './opencv-dis.js';
import { benchRow, median, type BenchRow } from './row.js';

export interface FlowBenchOptions {
  /** Only rows that start with one of these; all when empty. */
  readonly rows?: readonly string[];
  /** Alternating rounds per figure. Default 40. */
  readonly rounds?: number;
  /** Timed runs per round and side. Default 5. */
  readonly runsPerRound?: number;
  readonly clock?: Clock;
}

type Work = 'flow' | 'flow and confidence' | 'next frame';

/** Our side of one pair: everything in kernel memory before the clock starts. */
class OurFlow {
  readonly #memory = new KernelMemory(48);
  readonly #flow: DisFlow;
  readonly #from: number;
  readonly #to: number;
  readonly #dense: number;

  constructor(
    private readonly pair: FlowPair,
    preset: FlowPresetName,
  ) {
    this.#flow = new DisFlow(this.#memory, { widthPx: pair.widthPx, heightPx: pair.heightPx, preset });
    const bytes = pair.widthPx * pair.heightPx;
    [this.#from, this.#to] = [this.#memory.allocate(bytes), this.#memory.allocate(bytes)];
    this.#dense = this.#memory.allocate(bytes * 8);
    this.#memory.u8.set(pair.from, this.#from);
    this.#memory.u8.set(pair.to, this.#to);
  }

  run(work: Work): void {
    const flow = this.#flow;
    if (work !== 'next frame') flow.prepare(0, this.#from, this.pair.widthPx);
    flow.prepare(1, this.#to, this.pair.widthPx);
    if (work === 'flow and confidence') flow.runBoth(0, 1);
    else flow.run(0, 1);
    if (work !== 'next frame') flow.densify(flow.flowPtr, this.#dense);
  }

  endPointError(): number {
    this.run('flow');
    const at = this.#dense >> 2;
    return meanEndPointError(this.#memory.f32.subarray(at, at + this.pair.truth.length), this.pair);
  }

  timeMs(work: Work, runs: number, clock: Clock): number[] {
    const spans: number[] = [];
    for (let k = 0; k <= runs; k++) {
      const startedUs = clock.nowUs();
      // A run takes a few hundred ticks of this clock; four of them make its resolution harmless.
      for (let n = 0; n < 4; n++) this.run(work);
      if (k > 0) spans.push((clock.nowUs() - startedUs) / 4000);
    }
    return spans;
  }
}

interface Timing {
  readonly metric: string;
  readonly preset: FlowPresetName;
  readonly work: Work;
}
const timings: readonly Timing[] = [
  { metric: 'ms', preset: 'ultrafast', work: 'flow' },
  { metric: 'ms.withConfidence', preset: 'ultrafast', work: 'flow and confidence' },
  { metric: 'ms.nextFrameToGrid', preset: 'ultrafast', work: 'next frame' },
  { metric: 'ms.fast', preset: 'fast', work: 'flow' },
  { metric: 'ms.fastest', preset: 'fastest', work: 'flow' },
];

async function timeRows(
  row: string,
  pair: FlowPair,
  opencv: OpencvDis | null,
  options: FlowBenchOptions,
): Promise<BenchRow[]> {
  const rounds = options.rounds ?? 40;
  const runs = options.runsPerRound ?? 5;
  const clock = options.clock ?? machineClock;
  const sides = timings.map((timing) => ({ ...timing, ours: new OurFlow(pair, timing.preset), spans: [] as number[] }));
  const theirs: number[] = [];
  await opencv?.keepPair(pair);
  // V8 compiles a kernel in two tiers; the second must be in before the first figure.
  for (const side of sides) for (let k = 0; k < 300; k++) side.ours.run(side.work);
  for (let round = 0; round < rounds; round++) {
    for (const side of sides) {
      side.spans.push(...side.ours.timeMs(side.work, runs, clock));
      if (opencv) theirs.push(...(await opencv.timeMs(pair.name, 'ultrafast', runs + 1)).slice(1));
    }
  }
  const reference = opencv ? median(theirs) : null;
  return sides.map(({ metric, spans }) => benchRow(row, metric, median(spans), 'ms', reference, spans.length));
}

async function errorRow(
  row: string,
  metric: string,
  pairs: readonly FlowPair[],
  preset: FlowPresetName,
  reference: OpencvPreset,
  opencv: OpencvDis | null,
): Promise<BenchRow> {
  let ours = 0;
  let theirs = 0;
  for (const pair of pairs) {
    ours += new OurFlow(pair, preset).endPointError() / pairs.length;
    if (!opencv) continue;
    await opencv.keepPair(pair);
    theirs += meanEndPointError(await opencv.flow(pair.name, reference), pair) / pairs.length;
  }
  return benchRow(row, metric, ours, 'px', opencv ? theirs : null, pairs.length);
}

/**
 * Times stand beside OpenCV ultrafast's; end-point errors beside OpenCV's preset of the same name. Empty without test
 * footage, references null without python3-opencv.
 */
export async function flowRows(options: FlowBenchOptions = {}): Promise<BenchRow[]> {
  const wanted = (row: string): boolean => !options.rows?.length || options.rows.some((name) => row.startsWith(name));
  const all = await publicPairs();
  if (all.length === 0) return [];
  const opencv = await OpencvDis.open();
  const rows: BenchRow[] = [];
  try {
    for (const sizePx of [256, 512] as const) {
      const row = `flow.${sizePx}`;
      if (!wanted(row)) continue;
      const middlebury = all.filter((pair) => pair.name.startsWith(`middlebury.${sizePx}`));
      const chairs = all.filter((pair) => pair.name === (sizePx === 256 ? 'chairs.256' : 'chairs'));
      const stage = await stagePairs(sizePx);
      rows.push(...(await timeRows(row, middlebury[0]!, opencv, options)));
      for (const [preset, suffix] of [
        ['ultrafast', ''],
        ['fast', '.fast'],
      ] as const) {
        rows.push(await errorRow(row, `epeMiddlebury${suffix}`, middlebury, preset, preset, opencv));
        rows.push(await errorRow(row, `epeChairs${suffix}`, chairs, preset, preset, opencv));
        rows.push(await errorRow(row, `epeStage${suffix}`, stage, preset, preset, opencv));
      }
    }
  } finally {
    opencv?.close();
  }
  return rows;
}
