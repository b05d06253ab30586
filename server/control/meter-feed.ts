import { addressOf } from '../params/define.js';
import type { LaneStatus } from '../protocol/messages.js';
import type { CueState, EditState, ShowBook } from '../protocol/show.js';
import type { Dispatcher } from '../surfaces/dispatch/dispatch.js';

/** Fills the meters that server/show/meters.ts declares. */
export function feedLane(dispatcher: Dispatcher, status: LaneStatus): void {
  const report = (name: string, value: number | string | boolean): void =>
    dispatcher.report(addressOf(`lane/${status.laneId}`, 'meter', name), value);
  report('onProgram', status.onProgram);
  report('onPreview', status.onPreview);
  report('receiving', status.alive && status.sourceState === 'receiving');
  report('step', status.step);
  report('likenessId', status.likenessId ?? '');
  report('receivers', status.receivers);
  report('droppedFrames', status.framesDropped);
  report('captureToSendMs', Math.round(status.captureToSendMs.p50 * 10) / 10);
}

export function feedShow(
  dispatcher: Dispatcher,
  cues: CueState,
  edit: EditState,
  book: Pick<ShowBook, 'cues'>,
  newestVersion: number,
): void {
  const report = (group: string, name: string, value: number | string): void =>
    dispatcher.report(addressOf('show', group, name), value);
  const nameOf = (number: string | null): string => book.cues.find((cue) => cue.number === number)?.name ?? '';
  report('cueState', 'current', cues.current ?? '');
  report('cueState', 'currentName', nameOf(cues.current));
  report('cueState', 'next', cues.next ?? '');
  report('cueState', 'nextName', nameOf(cues.next));
  report('cueState', 'progress01', cues.running === null ? 1 : Math.round(cues.running.progress01 * 100) / 100);
  report('cueState', 'remainingMs', Math.round((cues.running?.remainingMs ?? 0) / 100) * 100);
  report('cueState', 'followInMs', Math.round((cues.followInMs ?? 0) / 100) * 100);
  report('editState', 'undo', edit.undo ?? '');
  report('editState', 'redo', edit.redo ?? '');
  report('editState', 'lockHolder', edit.lock?.holder ?? '');
  report('editState', 'version', newestVersion);
}
