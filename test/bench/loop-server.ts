import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { getPriority, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { record } from '../../server/cli/trace.js';
import { buildRoot } from '../../server/paths.js';
import { traceKinds, traceRowNumbers } from '../../server/protocol/trace.js';
import type { ShowFile } from '../../server/show/schema.js';
import { Supervisor } from '../../server/supervisor/supervisor.js';
import { showOf } from './bench-cast.js';

interface RunJson {
  readonly runFolder: string;
  readonly lanes: readonly { readonly laneId: string; readonly pid: number | null }[];
  readonly inferencePid: number | null;
}

/** The whole server under the bench: the demo's cast, own state, free ports, no page open. */
export class BenchServer {
  readonly stateFolder = mkdtempSync(join(tmpdir(), 'understudy-bench-'));
  readonly #supervisor: Supervisor;
  #closed = false;

  constructor(
    cameras: readonly { readonly laneId: string; readonly source: string; readonly outputName: string }[],
    people: number,
    say: (line: string) => void,
    more: Partial<ShowFile> = {},
  ) {
    const demo = showOf(people);
    // Enrolment and bakes are cached by what they were made from; making them is not what is measured.
    const prepared = join(buildRoot, 'demo', 'prepared');
    if (existsSync(prepared)) cpSync(prepared, join(this.stateFolder, 'prepared'), { recursive: true });
    const sources = cameras.map(({ laneId, source, outputName }) => ({
      ...demo.sources[0]!,
      id: laneId,
      label: laneId,
      source,
      outputName,
    }));
    this.#supervisor = new Supervisor(
      null,
      { ...demo, ...more, name: 'Bench', sources },
      { stateFolder: this.stateFolder, httpPort: 0, oscPort: 0, quiet: true },
      say,
    );
  }

  start(): Promise<void> {
    return this.#supervisor.start();
  }

  /**
   * Runs `start` at the lanes' own priority, which processes that it starts inherit: a reference is to be preferred as the lanes are.
   * Where the system refuses that, it refused it to the lanes as well.
   */
  async atLanePriority<T>(start: () => Promise<T>): Promise<T> {
    const own = getPriority();
    const lane = this.#run().lanes[0]?.pid ?? null;
    try {
      if (lane !== null) setPriority(getPriority(lane));
      return await start();
    } finally {
      if (getPriority() !== own) setPriority(own);
    }
  }

  #run(): RunJson {
    return JSON.parse(readFileSync(join(this.stateFolder, 'run.json'), 'utf8')) as RunJson;
  }

  /** CPU seconds that lanes and inference have used so far; null where the system does not tell (not Linux). */
  cpuSeconds(): { readonly lanes: number; readonly inference: number } | null {
    const run = this.#run();
    const lanes = run.lanes.map((lane) => cpuSecondsOf(lane.pid));
    const inference = cpuSecondsOf(run.inferencePid);
    if (inference === null || lanes.includes(null)) return null;
    return { lanes: lanes.reduce<number>((sum, value) => sum + value!, 0), inference };
  }

  /** Listens in at the first lane's trace door and gives how long its keyframes took to the screen, ms, ascending. */
  async keyframeLatencyMs(forSeconds: number): Promise<number[]> {
    const { runFolder, lanes } = this.#run();
    const { rows } = await record(runFolder, lanes[0]!.laneId, forSeconds);
    const kind = traceKinds.findIndex(({ name }) => name === 'keyframe to shown');
    const took: number[] = [];
    for (let at = 0; at < rows.length; at += traceRowNumbers)
      if (rows[at] === kind) took.push((rows[at + 2]! - rows[at + 1]!) / 1000);
    return took.sort((a, b) => a - b);
  }

  /** The last lines of each process's log, for a bench that did not get its picture. */
  logs(): string {
    const file = (name: string): string => join(this.stateFolder, 'logs', name);
    return ['lane-cam-a.log', 'inference.log', 'control.log']
      .filter((name) => existsSync(file(name)))
      .map((name) => `${name}: ${readFileSync(file(name), 'utf8').trim().split('\n').slice(-5).join(' | ')}`)
      .join('\n');
  }

  /** May be called again. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#supervisor.close();
    rmSync(this.stateFolder, { recursive: true, force: true });
  }
}

/** User and system time of a process from /proc: fields 14 and 15 of stat, in hundredths of a second on Linux. */
export function cpuSecondsOf(pid: number | null): number | null {
  const file = `/proc/${String(pid)}/stat`;
  if (pid === null || !existsSync(file)) return null;
  const fields = readFileSync(file, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
