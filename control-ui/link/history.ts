import type { LaneStatus } from '../../server/protocol/messages.js';

export const historySeconds = 60;

/** One lane's figures over the last minute, oldest first; columns as uPlot wants them. null where there is no face. */
export interface LaneHistory {
  readonly atS: number[];
  readonly p50Ms: number[];
  readonly p95Ms: number[];
  readonly p99Ms: number[];
  readonly confidence01: (number | null)[];
  readonly keyframeAgeMs: (number | null)[];
}

export function emptyHistory(): LaneHistory {
  return { atS: [], p50Ms: [], p95Ms: [], p99Ms: [], confidence01: [], keyframeAgeMs: [] };
}

/** The cast face that the operator cares about: the recognised one of least confidence, else the first. */
export function leadFace(lane: LaneStatus): LaneStatus['faces'][number] | null {
  let lead: LaneStatus['faces'][number] | null = null;
  for (const face of lane.faces) {
    if (!lead) lead = face;
    else if ((face.performerId !== null) !== (lead.performerId !== null))
      lead = face.performerId !== null ? face : lead;
    else if (face.confidence01 < lead.confidence01) lead = face;
  }
  return lead;
}

/** Adds one status and forgets what is older than a minute. A server restart (time going back) starts afresh. */
export function record(history: LaneHistory, atMs: number, lane: LaneStatus): void {
  const atS = atMs / 1000;
  const columns = Object.values(history) as (number | null)[][];
  const last = history.atS.at(-1);
  if (last !== undefined && atS <= last) for (const column of columns) column.length = 0;
  const face = leadFace(lane);
  history.atS.push(atS);
  history.p50Ms.push(lane.captureToSendMs.p50);
  history.p95Ms.push(lane.captureToSendMs.p95);
  history.p99Ms.push(lane.captureToSendMs.p99);
  history.confidence01.push(face?.confidence01 ?? null);
  history.keyframeAgeMs.push(face?.keyframeAgeMs ?? null);
  const oldest = history.atS.findIndex((at) => at >= atS - historySeconds);
  if (oldest > 0) for (const column of columns) column.splice(0, oldest);
}
