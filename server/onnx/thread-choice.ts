import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { readManifest } from '../../models/manifest.js';
import type { Clock } from '../time/clock.js';
import { since, toMs } from '../time/time.js';
import type { ModelSession, SessionFactory } from './port.js';

/** Milliseconds of one run, by the number of threads. */
export type MsByThreads = Readonly<Record<number, number>>;

/** How many threads each model gets, and what that was decided by. */
export interface ThreadChoice {
  readonly threads: Readonly<Record<string, number>>;
  readonly ms: Readonly<Record<string, MsByThreads>>;
  /** 'cores': the lanes need the rest, nothing was measured. 'cache': measured at an earlier start. 'show': the show file says so. */
  readonly decidedBy: 'cores' | 'cache' | 'measured' | 'show';
}

/** Twice the threads must save at least this part of the time: less is a core that a lane could have. */
const leastGain01 = 0.25;
const most = 8;
const warmUps = 2;
const rounds = 7;

/** Thread counts worth trying where every lane keeps a core of its own: 1, 2, 4, 8. */
export function candidates(cores: number, lanes: number): number[] {
  const free = Math.min(Math.max(cores - lanes, 1), most);
  return [1, 2, 4, 8].filter((threads) => threads <= free);
}

/** The most threads of which each doubling paid. */
export function pickThreads(ms: MsByThreads): number {
  let best = 1;
  for (let threads = 2; ms[threads] !== undefined; threads *= 2) {
    if (ms[threads] > ms[best]! * (1 - leastGain01)) break;
    best = threads;
  }
  return best;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

const run = (session: ModelSession): Promise<void> =>
  session.infer(
    (inputs) => Object.values(inputs).forEach((data) => data.fill(0.5)),
    () => undefined,
  );

/** Median time of one model at each thread count; the counts take turns, so that a busy moment hits all of them. */
export async function measureThreads(
  open: SessionFactory,
  model: string,
  counts: readonly number[],
  clock: Clock,
): Promise<MsByThreads> {
  const sides: { threads: number; session: ModelSession; ms: number[] }[] = [];
  try {
    for (const threads of counts) sides.push({ threads, session: await open(model, { threads }), ms: [] });
    for (let round = -warmUps; round < rounds; round++) {
      for (const { session, ms } of sides) {
        const startedAtUs = clock.nowUs();
        await run(session);
        if (round >= 0) ms.push(toMs(since(clock.nowUs(), startedAtUs)));
      }
    }
  } finally {
    for (const { session } of sides) await session.close();
  }
  return Object.fromEntries(sides.map(({ threads, ms }) => [threads, median(ms)]));
}

export interface ThreadQuestion {
  readonly models: readonly string[];
  readonly lanes: number;
  /** Where the answer of an earlier start is kept. */
  readonly stateFolder: string;
  readonly open: SessionFactory;
  readonly clock: Clock;
  readonly runtimeVersion: string;
  readonly cores?: number;
}

/** What the measured times depend on; another machine, runtime or model is measured anew. */
const keyOf = ({ models, runtimeVersion }: ThreadQuestion, counts: readonly number[]): string => {
  const made = models.map((id) => `${id} ${readManifest(id).files.cpu?.sha256 ?? ''}`);
  const about = [cpus()[0]?.model, availableParallelism(), process.platform, process.arch, runtimeVersion, counts];
  return createHash('sha256')
    .update(JSON.stringify([about, made]))
    .digest('hex');
};

/** Threads for each model on this machine. Where lanes leave one core there is no question and nothing is measured. */
export async function chooseThreads(question: ThreadQuestion): Promise<ThreadChoice> {
  const counts = candidates(question.cores ?? availableParallelism(), question.lanes);
  if (counts.length === 1) {
    return { threads: Object.fromEntries(question.models.map((id) => [id, 1])), ms: {}, decidedBy: 'cores' };
  }
  const file = join(question.stateFolder, 'threads.json');
  const key = keyOf(question, counts);
  const known = readCache(file);
  const cached = known?.key === key ? known.ms : null;
  const ms: Record<string, MsByThreads> = { ...cached };
  if (cached === null) {
    for (const id of question.models) ms[id] = await measureThreads(question.open, id, counts, question.clock);
    writeFileSync(`${file}.partial`, JSON.stringify({ key, ms }, null, 1));
    renameSync(`${file}.partial`, file);
  }
  const threads = Object.fromEntries(question.models.map((id) => [id, pickThreads(ms[id] ?? {})]));
  return { threads, ms, decidedBy: cached === null ? 'measured' : 'cache' };
}

/** Null where there is none, or none that can be read: it is measured anew. */
function readCache(file: string): { key: string; ms: Record<string, MsByThreads> } | null {
  if (!existsSync(file)) return null;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { key: string; ms: Record<string, MsByThreads> };
  } catch {
    return null;
  }
}
