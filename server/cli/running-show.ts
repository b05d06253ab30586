import { basename } from 'node:path';
import { CodedError } from '../errors/coded-error.js';
import { readRunRecord, stateFolders, stateRoot, type RunRecord } from '../supervisor/state-folder.js';

export interface RunningShow {
  readonly stateFolder: string;
  readonly record: RunRecord;
}

/** Shows that run now, from one state folder or from all of this user's. */
export function runningShows(named?: string): RunningShow[] {
  return (named === undefined ? stateFolders() : [named, ...stateFolders(named)])
    .filter((folder, index, all) => all.indexOf(folder) === index)
    .map((stateFolder) => ({ stateFolder, record: readRunRecord(stateFolder) }))
    .filter((show): show is RunningShow => show.record !== null);
}

export type RunningLane = RunRecord['lanes'][number];

/** The lane an operator means. Throws RUN_NOT_FOUND, LANE_UNKNOWN or RUN_AMBIGUOUS. */
export function findLane(laneId: string, named?: string): RunningLane {
  const shows = runningShows(named);
  if (shows.length === 0) throw new CodedError('RUN_NOT_FOUND', { folder: named ?? stateRoot() });
  const fitting = shows.filter(({ record }) => record.lanes.some((lane) => lane.laneId === laneId));
  const [first, second] = fitting;
  if (first === undefined) {
    const known = shows.flatMap(({ record }) => record.lanes.map((lane) => lane.laneId)).join(', ');
    throw new CodedError('LANE_UNKNOWN', { lane: laneId, known: known === '' ? 'none yet' : known });
  }
  if (second !== undefined) {
    throw new CodedError('RUN_AMBIGUOUS', {
      lane: laneId,
      folders: fitting.map(({ stateFolder }) => basename(stateFolder)).join(', '),
    });
  }
  return first.record.lanes.find((lane) => lane.laneId === laneId)!;
}
