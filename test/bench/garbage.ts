// Bench row garbage: what the frame path leaves to V8's collector with a face on screen. The heap is read before and after every call of
// the lane's frame path; what reading costs is measured the same way and taken off. Collections are counted over the whole run, and what
// the heap has grown by is read after a full collection at both ends (the bench's own objects included in both).
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { StageScene } from '../../server/stage-sim/stage-scene.js';
import type { Lane } from '../../server/pipeline/lane.js';
import { watchCollections } from '../../server/time/collections.js';
import type { BenchContext, BenchEntry } from './context.js';
import { pingPong } from './ping-pong.js';
import { benchRow, type BenchRow, median } from './row.js';
import { StageRunner } from './stage-run.js';

const row = 'garbage';
const picture = { widthPx: 1280, heightPx: 720 };
const picturesRendered = 16;
/** Until kernels are compiled and every buffer has its size. */
const warmUpFrames = 60;

const heapBytes = (): number => process.memoryUsage().heapUsed;

/** Bytes that reading the heap itself leaves. */
function readingBytes(): number {
  const costs = Array.from({ length: 101 }, () => {
    const before = heapBytes();
    return heapBytes() - before;
  });
  return median(costs.filter((bytes) => bytes >= 0));
}

export interface Garbage {
  /** Of each picture, as far as no collection fell into it. */
  readonly bytes: readonly number[];
  readonly minor: number;
  readonly major: number;
  /** Bytes that stay after a full collection, last picture against the first measured one. */
  readonly grownBytes: number;
}

/** A full collection now; the flag is taken for this call alone. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** Plays `frames` pictures with one face through the real lane and reads the heap. */
export async function measureGarbage(frames: number): Promise<Garbage> {
  // Eight quiet seconds after a full collection, the one below, V8 tidies up again by itself: not the frame path's doing.
  setFlagsFromString('--no-memory-reducer');
  const stage = new StageScene({ scene: 'demo', seed: 1, ...picture });
  const pictures = Array.from({ length: picturesRendered }, (_, index) => {
    const target = new Uint8Array(picture.widthPx * picture.heightPx * 2);
    stage.renderFrame(index, { who: 'performer' }, target);
    return target;
  });
  const own = readingBytes();
  const bytes: number[] = [];
  const counted = { minor: 0, major: 0 };
  let [startBytes, grownBytes] = [0, 0];
  let stop: (() => void) | null = null;
  let counting = false;
  const begin = (lane: Lane): (() => void) => {
    collect();
    startBytes = heapBytes();
    const path = lane.frame.bind(lane);
    lane.frame = (video) => {
      const before = heapBytes();
      path(video);
      const left = heapBytes() - before - own;
      // A collection fell into this picture: it says nothing.
      if (left >= 0) bytes.push(left);
    };
    return watchCollections((kind) => {
      if (counting) counted[kind]++;
    });
  };
  const runner = new StageRunner();
  await runner.open();
  try {
    await runner.run({
      ...picture,
      framesPerSecond: 25,
      frames: warmUpFrames + frames,
      render: (n, target) => target.set(pictures[pingPong(n, picturesRendered)]!),
      onOutput: async (n, _uyvy, lane) => {
        if (n === warmUpFrames) {
          stop = begin(lane);
          // Collections are told of after the fact: the full one at the beginning is not the frame path's.
          await new Promise((resolve) => setTimeout(resolve, 50));
          counting = true;
        }
        if (n !== warmUpFrames + frames - 1) return;
        // Collections are told of after the fact.
        await new Promise((resolve) => setTimeout(resolve, 50));
        (stop as (() => void) | null)?.();
        collect();
        grownBytes = heapBytes() - startBytes - bytes.length * 8;
      },
    });
  } finally {
    runner.close();
  }
  return { bytes, ...counted, grownBytes };
}

async function garbageRows(context: BenchContext): Promise<BenchRow[]> {
  const frames = Math.max(100, Math.round((context.seconds ?? 12) * 25));
  context.note(`${row}: ${frames} frames with one face`);
  const { bytes, minor, major, grownBytes } = await measureGarbage(frames);
  const mean = bytes.reduce((sum, one) => sum + one, 0) / bytes.length;
  return [
    benchRow(row, 'bytesPerFrame.median', median(bytes), 'bytes', null, bytes.length),
    benchRow(row, 'bytesPerFrame.mean', mean, 'bytes', null, bytes.length),
    benchRow(row, 'heapGrownBytes', grownBytes, 'bytes', null, frames),
    benchRow(row, 'collections.minor', minor, '', null, frames),
    benchRow(row, 'collections.major', major, '', null, frames),
  ];
}

export const garbageEntry: BenchEntry = { name: row, run: garbageRows };
