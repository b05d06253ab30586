import { ceilingEntry } from './ceiling.js';
import { acquireEntry } from './acquire.js';
import type { BenchEntry } from './context.js';
import { flowRows } from './flow.js';
import { footageEntries } from './footage.js';
import { frameEntries } from './frame.js';
import { garbageEntry } from './garbage.js';
import { intervalEntry } from './interval.js';
import { kernelRows } from './kernels.js';
import { keyframeLatencyEntry } from './keyframe-latency.js';
import { likenessEntries } from './likeness.js';
import { loopEntries } from './loop.js';
import { modelEntries } from './models.js';
import { monitorsEntry } from './monitors.js';
import { oscLoadEntry } from './osc-load.js';
import { scaleEntries } from './scale.js';
import { startEntry } from './start.js';
import { temporalEntries } from './temporal.js';

/** Every row, in the order in which a whole run measures them. */
export const entries: readonly BenchEntry[] = [
  ...loopEntries,
  monitorsEntry,
  acquireEntry,
  startEntry,
  keyframeLatencyEntry,
  garbageEntry,
  oscLoadEntry,
  { name: 'flow', run: (context, wanted) => flowRows({ rows: within('flow', wanted), clock: context.clock }) },
  {
    name: 'kernels',
    run: (context, wanted) => Promise.resolve(kernelRows({ rows: within('kernels', wanted), clock: context.clock })),
  },
  ...frameEntries,
  intervalEntry,
  ...temporalEntries,
  ...likenessEntries,
  ...footageEntries,
  ceilingEntry,
  ...modelEntries,
  ...scaleEntries,
];

/** The wanted names that lie below a family's name. */
const within = (family: string, wanted: readonly string[]): string[] =>
  wanted.filter((name) => name.startsWith(`${family}.`));

/** A name that is a row's own means that row alone; otherwise every row that begins with it. */
export function chosen(wanted: readonly string[], from: readonly BenchEntry[] = entries): readonly BenchEntry[] {
  if (wanted.length === 0) return from;
  const picks = (name: string): readonly BenchEntry[] => {
    const exact = from.filter((entry) => entry.name === name || name.startsWith(`${entry.name}.`));
    return exact.length > 0 ? exact : from.filter((entry) => entry.name.startsWith(name));
  };
  const picked = new Set(wanted.flatMap(picks));
  return from.filter((entry) => picked.has(entry));
}
