import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { CodedError } from '../errors/coded-error.js';
import { IpcClient, ipcPath } from '../ipc/channel.js';
import { type TraceChunk, traceKinds, traceRowNumbers, traceSocket } from '../protocol/trace.js';
import { stateRoot } from '../supervisor/state-folder.js';
import { remark, say, sayJson, table } from './output.js';
import { seconds } from './parse.js';
import { type RunningShow, runningShows } from './running-show.js';
import { type LaneRows, traceEvents, type TraceFile } from './trace-events.js';

/** A lane that does not open its trace door within this is not one, or hangs. */
const patienceMs = 3000;

export interface Recording extends LaneRows {
  readonly lostRows: number;
  readonly framesSent: number;
  readonly keyframesAnswered: number;
}

/** Listens in at a lane's trace door for a time. Throws TRACE_NOT_HEARD. */
export function record(runFolder: string, laneId: string, forSeconds: number): Promise<Recording> {
  return new Promise((resolve, reject) => {
    const chunks: Float64Array[] = [];
    let [first, last]: [TraceChunk | null, TraceChunk | null] = [null, null];
    const end = (): void => {
      clearTimeout(patience);
      client.close();
      if (!first || !last) return reject(new CodedError('TRACE_NOT_HEARD', { lane: laneId }));
      resolve({
        laneId,
        pid: last.pid,
        rows: joined(chunks),
        lostRows: last.lostRows,
        framesSent: last.framesSent - first.framesSent,
        keyframesAnswered: last.keyframesAnswered - first.keyframesAnswered,
      });
    };
    const patience = setTimeout(end, patienceMs);
    const client = new IpcClient(ipcPath(runFolder, traceSocket(laneId)), {
      onOpen: () => {},
      onMessage: ({ head, payload }) => {
        if (!first) {
          clearTimeout(patience);
          setTimeout(end, forSeconds * 1000);
        }
        last = head as unknown as TraceChunk;
        first ??= last;
        // A copy: the payload may start at any byte, and numbers of eight may not.
        chunks.push(new Float64Array(new Uint8Array(payload).buffer));
      },
      // The lane died: what it recorded until then is worth seeing.
      onLost: end,
    });
  });
}

function joined(chunks: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

interface Flags {
  readonly lane?: string;
  readonly seconds: number;
  readonly out: string;
  readonly state?: string;
  readonly json?: boolean;
}

async function trace(flags: Flags): Promise<void> {
  const shows = runningShows(flags.state);
  if (shows.length === 0) throw new CodedError('RUN_NOT_FOUND', { folder: flags.state ?? stateRoot() });
  const wanted = shows.flatMap(({ record: run }) =>
    run.lanes
      .filter(({ laneId }) => flags.lane === undefined || laneId === flags.lane)
      .map(({ laneId }) => ({ run, laneId })),
  );
  if (wanted.length === 0) throw new CodedError('LANE_UNKNOWN', { lane: flags.lane ?? '', known: knownLanes(shows) });
  if (flags.json !== true)
    remark(`Recording ${wanted.map(({ laneId }) => laneId).join(', ')} for ${flags.seconds} s …`);
  const lanes = await Promise.all(wanted.map(({ run, laneId }) => record(run.runFolder, laneId, flags.seconds)));
  const file: TraceFile = {
    displayTimeUnit: 'ms',
    traceEvents: traceEvents(lanes, wanted[0]!.run.inferencePid ?? 0),
    otherData: Object.fromEntries(lanes.map(({ laneId, lostRows }) => [`lost rows ${laneId}`, lostRows])),
  };
  try {
    writeFileSync(flags.out, JSON.stringify(file));
  } catch (error) {
    const reason = (error as Error).message;
    throw new CodedError('CLI_FILE_NOT_WRITTEN', { file: flags.out, reason }, { cause: error });
  }
  report(flags, lanes, file);
}

const knownLanes = (shows: readonly RunningShow[]): string =>
  shows.flatMap(({ record: run }) => run.lanes.map(({ laneId }) => laneId)).join(', ') || 'none yet';

function report(flags: Flags, lanes: readonly Recording[], file: TraceFile): void {
  const summaries = lanes.map(({ laneId, lostRows, framesSent, keyframesAnswered, rows }) => ({
    laneId,
    lostRows,
    framesSent,
    keyframesAnswered,
    spans: summary(rows),
  }));
  if (flags.json === true) {
    sayJson({ file: flags.out, events: file.traceEvents.length, lanes: summaries });
    return;
  }
  for (const { laneId, framesSent, keyframesAnswered, spans } of summaries) {
    say(`${laneId}: ${framesSent} pictures sent, ${keyframesAnswered} keyframes answered`);
    const cells = spans.map(({ name, count, p50Ms, p99Ms }) => [name, `${count}`, p50Ms.toFixed(2), p99Ms.toFixed(2)]);
    say(table(['span', 'count', 'median ms', 'p99 ms'], cells));
  }
  say(
    `${flags.out} opens in https://ui.perfetto.dev or chrome://tracing; nothing of it leaves this machine by itself.`,
  );
}

interface SpanSummary {
  readonly name: string;
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}
function summary(rows: Float64Array): SpanSummary[] {
  const lasted: number[][] = traceKinds.map(() => []);
  for (let at = 0; at < rows.length; at += traceRowNumbers) lasted[rows[at]!]?.push(rows[at + 2]! - rows[at + 1]!);
  return traceKinds.flatMap(({ name }, kind) => {
    const sorted = lasted[kind]!.sort((a, b) => a - b);
    if (sorted.length === 0) return [];
    const ms = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]! / 1000;
    return [{ name, count: sorted.length, p50Ms: ms(0.5), p99Ms: ms(0.99) }];
  });
}

export function register(program: Command): void {
  program
    .command('trace')
    .description('record where the time of a running show goes, as a trace file for the Chrome or Perfetto viewer')
    .option('--seconds <n>', 'how long to record', seconds, 10)
    .option('-o, --out <file>', 'the trace file to write', 'understudy-trace.json')
    .option('--lane <id>', 'only this camera (default: all)')
    .option('--state <folder>', 'state folder of the show, where it is not the usual one')
    .option('--json', 'print one JSON document')
    .action(trace);
}
