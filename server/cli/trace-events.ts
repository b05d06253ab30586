import { traceKinds, traceRowNumbers, type TraceTrack } from '../protocol/trace.js';

/** One event of the Trace Event Format, as Chrome's tracing page and Perfetto read it. Times in µs. */
export interface TraceEvent {
  readonly name: string;
  readonly ph: 'X' | 'b' | 'e' | 'M' | 'C';
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly id?: string;
  readonly args?: Readonly<Record<string, number | string>>;
}
export interface TraceFile {
  readonly displayTimeUnit: 'ms';
  readonly traceEvents: readonly TraceEvent[];
  readonly otherData: Readonly<Record<string, number | string>>;
}

/** Rows of one lane as its trace door gave them. */
export interface LaneRows {
  readonly laneId: string;
  readonly pid: number;
  readonly rows: Float64Array;
}

/** Threads of the lane's process in the viewer. */
const threadOf: Readonly<Record<TraceTrack, { readonly tid: number; readonly name: string }>> = {
  path: { tid: 1, name: 'frame path' },
  ask: { tid: 2, name: 'questions to inference' },
  delay: { tid: 3, name: 'capture to send' },
  inference: { tid: 1, name: 'models' },
};

/** The spans of some lanes, oldest first, with the names of their processes and threads. Models go to the inference process. */
export function traceEvents(lanes: readonly LaneRows[], inferencePid: number): TraceEvent[] {
  const events: TraceEvent[] = [
    ...lanes.flatMap(({ laneId, pid }) => [
      ...named(pid, `lane ${laneId}`, [threadOf.path, threadOf.ask, threadOf.delay]),
    ]),
    ...named(inferencePid, 'inference', [threadOf.inference]),
  ];
  const spans: TraceEvent[] = [];
  for (const lane of lanes) {
    const { rows } = lane;
    for (let at = 0; at < rows.length; at += traceRowNumbers)
      spans.push(...spanOf(lane, rows.subarray(at, at + traceRowNumbers), inferencePid));
  }
  return [...events, ...spans.sort((a, b) => a.ts! - b.ts!)];
}

function spanOf({ laneId, pid }: LaneRows, row: Float64Array, inferencePid: number): TraceEvent[] {
  const [number, startUs, endUs, frame, detail] = row as unknown as [number, number, number, number, number];
  const kind = traceKinds[number];
  if (!kind) return [];
  const { name, track } = kind;
  const { tid } = threadOf[track];
  const args = { frame, ...(name.startsWith('face') ? { face: detail } : {}), lane: laneId };
  if (track === 'path' || track === 'inference')
    return [
      {
        name,
        ph: 'X',
        cat: track,
        pid: track === 'path' ? pid : inferencePid,
        tid,
        ts: startUs,
        dur: endUs - startUs,
        args,
      },
    ];
  // Questions and pictures in the delay line overlap: asynchronous pairs, which viewers lay out in rows of their own.
  const id = `${laneId} ${name} ${frame} ${detail}`;
  return [
    { name, ph: 'b', cat: track, pid, tid, id, ts: startUs, args },
    { name, ph: 'e', cat: track, pid, tid, id, ts: endUs },
  ];
}

const named = (
  pid: number,
  process: string,
  threads: readonly { readonly tid: number; readonly name: string }[],
): TraceEvent[] => [
  { name: 'process_name', ph: 'M', pid, tid: 0, args: { name: process } },
  ...threads.map(({ tid, name }): TraceEvent => ({ name: 'thread_name', ph: 'M', pid, tid, args: { name } })),
];
