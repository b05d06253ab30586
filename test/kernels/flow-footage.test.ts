import { describe, expect, it } from 'vitest';
import { DisFlow } from '../../server/kernels/flow.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import { testFootageRoot } from '../../server/paths.js';
import { meanEndPointError, publicPairs, type FlowPair } from '../bench/flow-pairs.js';

// Mean end-point errors of OpenCV 4.6 DISOpticalFlow on the same luma (npm run bench -- flow measures them live).
const opencv: Record<string, { ultrafast: number; fast: number }> = {
  'middlebury.256.at160,60': { ultrafast: 0.647, fast: 0.488 },
  'middlebury.256.centre': { ultrafast: 0.59, fast: 0.462 },
  middlebury: { ultrafast: 0.532, fast: 0.442 },
  chairs: { ultrafast: 1.99, fast: 1.685 },
  'chairs.256': { ultrafast: 2.008, fast: 1.709 },
};

function errorOf(pair: FlowPair, preset: 'fastest' | 'ultrafast' | 'fast'): number {
  const memory = new KernelMemory(48);
  const flow = new DisFlow(memory, { widthPx: pair.widthPx, heightPx: pair.heightPx, preset });
  const bytes = pair.widthPx * pair.heightPx;
  const [from, to, dense] = [memory.allocate(bytes), memory.allocate(bytes), memory.allocate(bytes * 8)];
  memory.u8.set(pair.from, from);
  memory.u8.set(pair.to, to);
  flow.prepare(0, from, pair.widthPx);
  flow.prepare(1, to, pair.widthPx);
  flow.run(0, 1);
  flow.densify(flow.flowPtr, dense);
  return meanEndPointError(memory.f32.subarray(dense >> 2, (dense >> 2) + bytes * 2), pair);
}

const missing = testFootageRoot() === null;
describe('flow on public footage with true flow', () => {
  it.skipIf(missing)(
    `errs no more than OpenCV's preset of its name${missing ? ' (skipped: no test footage)' : ''}`,
    async () => {
      for (const pair of await publicPairs()) {
        const reference = opencv[pair.name];
        if (!reference) continue;
        expect(errorOf(pair, 'fastest'), `fastest, ${pair.name}`).toBeLessThan(reference.ultrafast * 1.05);
        expect(errorOf(pair, 'ultrafast'), `ultrafast, ${pair.name}`).toBeLessThan(reference.ultrafast);
        expect(errorOf(pair, 'fast'), `fast, ${pair.name}`).toBeLessThan(reference.fast);
      }
    },
  );
});
