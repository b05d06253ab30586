import type { ShowEdit } from '../protocol/show.js';
import type { ActionCall, Dispatcher, Refusal } from '../surfaces/dispatch/dispatch.js';

interface CastDesk {
  assign(performerId: string, likenessId: string | null, by: string): Refusal | null;
  readonly show: { edit(edit: ShowEdit, by: string): Refusal | null };
}

/** The cast list from a console: each argument is words with spaces between, as the declarations say (server/show/actions.ts). */
export function handleCastActions(dispatcher: Pick<Dispatcher, 'handle'>, desk: CastDesk): void {
  dispatcher.handle('cast.add', ({ argument, by }) => {
    const [performerId = '', ...name] = wordsOf(argument);
    const performer = name.length === 0 ? { performerId } : { performerId, name: name.join(' ') };
    return desk.show.edit({ kind: 'performer-set', performer }, by);
  });
  dispatcher.handle('cast.remove', ({ argument, by }) =>
    desk.show.edit({ kind: 'performer-remove', id: wordsOf(argument)[0] ?? '' }, by),
  );
  dispatcher.handle('cast.assign', ({ argument, by }) => {
    const [performerId = '', likenessId] = wordsOf(argument);
    return desk.assign(performerId, likenessId ?? null, by);
  });
}

/** An action's argument, cut at spaces. */
export const wordsOf = (argument: ActionCall['argument']): string[] =>
  String(argument ?? '')
    .split(/\s+/)
    .filter((word) => word !== '');
