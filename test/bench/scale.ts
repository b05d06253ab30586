// Bench rows scale.*: what more of the same costs, beside one face, one 1080p picture, one camera.
import type { BenchContext, BenchEntry } from './context.js';
import { type StageCosts, stageCosts } from './frame.js';
import { measureLoop } from './loop.js';
import { loopShapes } from './loop-shapes.js';
import { benchRow, type BenchRow } from './row.js';

const frames = 130;
const totalMs = ({ stageMs }: StageCosts): number => Object.values(stageMs).reduce((sum, ms) => sum + ms, 0);

/** All stages of a frame, ms, for one to four people in the picture. */
async function faces({ clock, note }: BenchContext): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  let one: number | null = null;
  for (const people of [1, 2, 3, 4]) {
    note(`scale.faces: ${people}`);
    const costs = await stageCosts(clock, { widthPx: 1920, heightPx: 1080, people, frames });
    const ms = totalMs(costs);
    one ??= ms;
    rows.push(benchRow('scale.faces', `ms.${people}`, ms, 'ms', one, Math.min(128, costs.frames)));
    rows.push(benchRow('scale.faces', `facesFollowed.${people}`, costs.faces, 'faces', people, 1));
  }
  return rows;
}

/** All stages of a frame, ms, with the same face in a larger picture. */
async function resolution({ clock, note }: BenchContext): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  let hd: number | null = null;
  for (const [name, widthPx, heightPx] of [
    ['1080p', 1920, 1080],
    ['1440p', 2560, 1440],
    ['2160p', 3840, 2160],
  ] as const) {
    note(`scale.resolution: ${name}`);
    const costs = await stageCosts(clock, { widthPx, heightPx, people: 1, frames });
    const ms = totalMs(costs);
    hd ??= ms;
    rows.push(benchRow('scale.resolution', `ms.${name}`, ms, 'ms', hd, Math.min(128, costs.frames)));
  }
  return rows;
}

/** Cores that lanes and inference use over real NDI, and lost frames, for one camera and for two. */
async function cameras(context: BenchContext): Promise<BenchRow[]> {
  const hd = loopShapes.find((shape) => shape.row === 'loop.1080p25')!;
  const rows: BenchRow[] = [];
  let one: number | null = null;
  for (const count of [1, 2]) {
    const run = await measureLoop(
      { ...hd, row: 'scale.cameras', cameras: count },
      { ...context, seconds: context.seconds ?? 9 },
    );
    const cores = run.cores === null ? Number.NaN : run.cores.lanes + run.cores.inference;
    one ??= cores;
    rows.push(benchRow('scale.cameras', `cores.${count}`, cores, 'cores', one, run.server.frames));
    rows.push(benchRow('scale.cameras', `framesLost.${count}`, run.server.lost, 'frames', null, run.server.frames));
  }
  return rows;
}

export const scaleEntries: readonly BenchEntry[] = [
  { name: 'scale.faces', run: faces },
  { name: 'scale.cameras', run: cameras },
  { name: 'scale.resolution', run: resolution },
];
