/**
 * What a lane records of its own time, as rows of numbers: the ring of server/pipeline/trace-ring.ts, the trace door's socket and
 * `understudy trace` share this file. A row is [kind, startUs, endUs, frameNumber, detail], instants on the machine's monotonic base.
 */
export const traceRowNumbers = 5;

/**
 * `path`: a span on the lane's frame path, in which nothing else runs. `ask`: from a question to inference until its answer, may overlap
 * others. `inference`: the part of it that the inference process spent computing. `delay`: from capture to the hand-over to NDI.
 */
export type TraceTrack = 'path' | 'ask' | 'inference' | 'delay';

/** Row kinds by number. `detail` is the face's slot for questions, 0 otherwise. */
export const traceKinds = [
  { name: 'frame', track: 'path' },
  { name: 'track', track: 'path' },
  { name: 'propagate', track: 'path' },
  { name: 'keyframe', track: 'path' },
  { name: 'composite', track: 'path' },
  { name: 'label', track: 'path' },
  { name: 'send', track: 'path' },
  { name: 'preview', track: 'path' },
  { name: 'monitors', track: 'path' },
  { name: 'join', track: 'path' },
  { name: 'face', track: 'ask' },
  { name: 'detect', track: 'ask' },
  { name: 'face model', track: 'inference' },
  { name: 'patch', track: 'inference' },
  { name: 'detect model', track: 'inference' },
  { name: 'flow', track: 'inference' },
  { name: 'capture to send', track: 'delay' },
  { name: 'garbage', track: 'path' },
  { name: 'keyframe to shown', track: 'delay' },
] as const satisfies readonly { readonly name: string; readonly track: TraceTrack }[];
export type TraceName = (typeof traceKinds)[number]['name'];

/** Head of a message of the trace door; its payload is rows as f64, oldest first. */
export interface TraceChunk {
  readonly type: 'trace';
  readonly laneId: string;
  readonly pid: number;
  /** Rows that were overwritten before they could be sent. */
  readonly lostRows: number;
  /** The lane's own counts at this moment, to compare a trace with. */
  readonly framesSent: number;
  readonly keyframesAnswered: number;
}
export const traceSocket = (laneId: string): string => `trace-${laneId}`;
