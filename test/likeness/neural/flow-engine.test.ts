import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { addModel } from '../../../server/cli/models-add.js';
import { RaftEngine } from '../../../server/likeness/neural/flow-engine.js';
import { openForeign } from '../../../server/onnx/foreign.js';
import { goldenRaft } from '../../golden/neural-models.js';

const root = mkdtempSync(join(tmpdir(), 'understudy-raft-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let made = 0;
async function engineOf(bytes: Uint8Array): Promise<RaftEngine> {
  const path = join(root, `raft-${made++}.onnx`);
  writeFileSync(path, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const model = { id: 'raft', role: 'raft' as const, path, sha256, licence: 'made here' };
  return RaftEngine.open({ kind: 'raft', model }, (id, data) => openForeign(id, data), sidePx);
}
const sidePx = 256;
const columns = sidePx / 4;
const flat = (r: number, g: number, b: number): Uint8Array =>
  Uint8Array.from({ length: sidePx * sidePx * 3 }, (_, i) => [r, g, b][i % 3]!);
const at = (grid: Float32Array, i: number, j: number): number[] =>
  Array.from(grid.slice((j * columns + i) * 2, (j * columns + i) * 2 + 2));
const [dark, light] = [flat(100, 50, 200), flat(120, 40, 0)];
/** 20 codes more red, 10 less green. */
const gainPxPerCode = [0.2, 0.5] as const;

describe('RaftEngine', () => {
  it('the earlier picture first, RGB, 0…255: (u, v) in crop pixels, right and down, forward and back', async () => {
    const engine = await engineOf(goldenRaft(sidePx, sidePx, { gainPxPerCode }));
    const { forward, backward, forwardConfidence, columns: found } = await engine.flow(dark, light, sidePx);
    expect(found).toBe(64);
    const slope = (i: number): number => ((i + 0.5) / columns - 0.5) * 0.5;
    for (const [i, j] of [
      [0, 0],
      [63, 5],
      [31, 40],
    ] as const) {
      expect(at(forward, i, j)).toEqual([expect.closeTo(4 + slope(i), 3), expect.closeTo(-5 + slope(j), 3)]);
      expect(at(backward, i, j)).toEqual([expect.closeTo(-4 + slope(i), 3), expect.closeTo(5 + slope(j), 3)]);
    }
    // Where it leads out of the crop it knows nothing; elsewhere there and back all but meet.
    expect(forwardConfidence[10 * columns + 63]).toBe(0);
    expect(forwardConfidence[32 * columns + 32]).toBeGreaterThan(0.95);
    await engine.close();
  });

  it('a file of fixed sides of its own sees the whole crop, and its pixels are scaled to the crop’s, each way', async () => {
    const engine = await engineOf(goldenRaft(192, 128, { gainPxPerCode, slopePx: 3 }));
    const { forward } = await engine.flow(dark, light, sidePx);
    const slope = (i: number): number => ((i + 0.5) / columns - 0.5) * 3;
    expect(at(forward, 20, 50)).toEqual([
      expect.closeTo(((4 + slope(20)) * 256) / 192, 2),
      expect.closeTo(((-5 + slope(50)) * 256) / 128, 2),
    ]);
    await engine.close();
  });

  it('finds the earlier picture by name though the file lists it second, and the last flow of the picture’s size', async () => {
    const engine = await engineOf(goldenRaft(sidePx, sidePx, { gainPxPerCode, secondFirst: true, decoys: true }));
    expect(at((await engine.flow(dark, light, sidePx)).forward, 32, 32)[0]).toBeCloseTo(4, 1);
    await engine.close();
  });

  it('where there and back disagree nobody believes it', async () => {
    const confidenceAt = async (slopePx: number): Promise<number> => {
      const engine = await engineOf(goldenRaft(sidePx, sidePx, { gainPxPerCode: [0, 0], slopePx }));
      const { forwardConfidence } = await engine.flow(dark, light, sidePx);
      await engine.close();
      return forwardConfidence[32 * columns + 48]!;
    };
    // The slope goes the same way there and back: a quarter from the middle to the edge it is off by twice that.
    expect(await confidenceAt(120)).toBeLessThan(0.1);
    expect(await confidenceAt(0.5)).toBeGreaterThan(0.8);
  });

  it('models add takes it as raft, and refuses a swapper under that name', async () => {
    const folder = join(root, 'added');
    const said = { id: undefined, licence: 'made here', source: 'test', folder };
    const file = join(root, 'little-raft.onnx');
    writeFileSync(file, goldenRaft(64, 64, { gainPxPerCode: [1, 1] }));
    expect((await addModel({ file, role: 'raft', ...said })).inputs).toEqual({ first: 'image1', second: 'image2' });
    await expect(addModel({ file, role: 'hyperswap', ...said, id: 'b' })).rejects.toMatchObject({
      code: 'MODEL_ROLE_MISMATCH',
    });
  });
});
