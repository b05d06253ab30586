// Bench row garbage: what the frame path leaves to V8's collector with a face on screen. The heap is read before and after every call of
// the lane's frame path and of an answer's joining; what reading costs is measured the same way and taken off. Collections are counted over
// the whole run (the bench's own objects included).
import { StageScene } from '../../server/stage-sim/stage-scene.js';
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

async function garbageRows(context: BenchContext): Promise<BenchRow[]> {
  const frames = warmUpFrames + Math.max(100, Math.round((context.seconds ?? 12) * 25));
  context.note(`${row}: ${frames} frames with one face`);
  const stage = new StageScene({ scene: 'demo', seed: 1, ...picture });
  const pictures = Array.from({ length: picturesRendered }, (_, index) => {
    const target = new Uint8Array(picture.widthPx * picture.heightPx * 2);
    stage.renderFrame(index, { who: 'performer' }, target);
    return target;
  });
  const own = readingBytes();
  const bytes: number[] = [];
  const collections = { minor: 0, major: 0 };
  let stop: (() => void) | null = null;
  const runner = new StageRunner();
  await runner.open();
  try {
    let wrapped = false;
    await runner.run({
      ...picture,
      framesPerSecond: 25,
      frames,
      render: (n, target) => target.set(pictures[pingPong(n, picturesRendered)]!),
      onOutput: (n, _uyvy, lane) => {
        if (n < warmUpFrames || wrapped) return;
        wrapped = true;
        stop = watchCollections((kind) => collections[kind]++);
        const path = lane.frame.bind(lane);
        lane.frame = (video) => {
          const before = heapBytes();
          path(video);
          const left = heapBytes() - before - own;
          // A collection fell into this picture: it says nothing.
          if (left >= 0) bytes.push(left);
        };
      },
    });
    // Collections are told of after the fact.
    await new Promise((resolve) => setTimeout(resolve, 50));
  } finally {
    (stop as (() => void) | null)?.();
    runner.close();
  }
  const measured = frames - warmUpFrames;
  const mean = bytes.reduce((sum, one) => sum + one, 0) / bytes.length;
  return [
    benchRow(row, 'bytesPerFrame.median', median(bytes), 'bytes', null, bytes.length),
    benchRow(row, 'bytesPerFrame.mean', mean, 'bytes', null, bytes.length),
    benchRow(row, 'collections.minor', collections.minor, '', null, measured),
    benchRow(row, 'collections.major', collections.major, '', null, measured),
  ];
}

export const garbageEntry: BenchEntry = { name: row, run: garbageRows };
