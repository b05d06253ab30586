import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ControlToLane } from '../../server/protocol/lane-link.js';
import { demoShow } from '../../server/show/show-file.js';
import { DeskUnderTest, type OpenDesk } from './desk-under-test.js';

let place: DeskUnderTest;
let open: OpenDesk;
beforeEach(() => {
  place = new DeskUnderTest();
  open = place.open();
});
afterEach(() => place.close());

const act = (name: string, argument?: string) =>
  open.desk.dispatcher.dispatch(`/understudy/show/${name}`, argument ?? '', 'osc 127.0.0.1:9000');
const castNow = () => open.desk.cast().map(({ performerId, name, likenessId }) => [performerId, name, likenessId]);
const lastCast = (): ControlToLane | undefined =>
  open.sent.map(({ message }) => message).findLast(({ type }) => type === 'cast');

describe('the cast list while the show runs', () => {
  it('takes a performer in by console, gives a likeness by consent, and tells the lanes each', () => {
    expect(act('cast/add', 'robin Robin Vale')).toMatchObject({ ok: true });
    expect(castNow()).toContainEqual(['robin', 'Robin Vale', null]);
    expect(lastCast()).toEqual({ type: 'cast', performerIds: ['performer', 'robin'] });
    expect(act('cast/assign', 'robin likeness')).toMatchObject({ ok: true });
    expect(open.sent.at(-1)!.message).toMatchObject({ type: 'assign', performerId: 'robin', likenessId: 'likeness' });
    expect(act('cast/assign', 'robin placeholder')).toMatchObject({ code: 'CONSENT_MISSING' });
    expect(castNow()).toContainEqual(['robin', 'Robin Vale', 'likeness']);
    open.audit.flush();
    const kinds = place
      .auditEntries()
      .map(({ kind, detail }) => `${kind} ${JSON.stringify(detail['what'] ?? detail['likenessId'])}`);
    expect(kinds).toContain('show-edit "performer robin"');
    expect(kinds).toContain('assign "likeness"');
  });

  it('refuses what is no id, who is not there, and a sixty-fifth', () => {
    expect(act('cast/add', 'Robin Vale')).toMatchObject({ code: 'SHOW_EDIT_INVALID' });
    expect(act('cast/remove', 'nobody')).toMatchObject({ code: 'SHOW_ENTRY_UNKNOWN' });
    expect(act('cast/assign', 'nobody likeness')).toMatchObject({ code: 'CAST_UNKNOWN_PERFORMER' });
    for (let i = 1; i < 64; i++) expect(act('cast/add', `extra-${i}`)).toMatchObject({ ok: true });
    expect(act('cast/add', 'one-more')).toMatchObject({ code: 'SHOW_CAST_FULL' });
    expect(act('cast/add', 'extra-1 Called Otherwise')).toMatchObject({ ok: true });
  });

  it('takes somebody out with the likeness, and undo brings both back in one step', () => {
    act('cast/add', 'robin Robin Vale');
    act('cast/assign', 'robin likeness');
    expect(act('cast/remove', 'robin')).toMatchObject({ ok: true });
    expect(lastCast()).toEqual({ type: 'cast', performerIds: ['performer'] });
    expect(open.desk.cast().map(({ performerId }) => performerId)).toEqual(['performer']);
    expect(act('edit/undo')).toMatchObject({ ok: true });
    expect(castNow()).toContainEqual(['robin', 'Robin Vale', 'likeness']);
  });

  it('gives nobody what another of the same id had', () => {
    act('cast/add', 'robin Robin Vale');
    act('cast/assign', 'robin likeness');
    act('cast/remove', 'robin');
    act('cast/add', 'robin Another Robin');
    expect(castNow()).toContainEqual(['robin', 'Another Robin', null]);
  });

  it('is as it was after a crash, in what a lane is greeted with too', () => {
    act('cast/add', 'robin Robin Vale');
    act('cast/assign', 'robin likeness');
    act('cast/remove', 'performer');
    open.close();
    const { desk } = (open = place.open());
    expect(castNow()).toEqual([['robin', 'Robin Vale', 'likeness']]);
    const told = desk.greet({ type: 'lane-hello', laneId: 'cam-a', pid: 1, values: {}, changedAtLane: [], version: 0 });
    expect(told[0]).toMatchObject({ type: 'assign', performerId: 'robin', likenessId: 'likeness' });
    expect(told[1]).toEqual({ type: 'cast', performerIds: ['robin'] });
  });

  it('follows the show file: new performers, and another likeness where no hand gave one', () => {
    const show = demoShow();
    const guest = { performerId: 'guest', name: 'Guest', enrolment: ['a.jpg'], likeness: null };
    open.desk.follow({ ...show, cast: [...show.cast, guest] });
    expect(lastCast()).toEqual({ type: 'cast', performerIds: ['performer', 'guest'] });
    open.sent.length = 0;
    open.desk.follow({ ...show, cast: [...show.cast, { ...guest, likeness: 'likeness' }] });
    expect(open.sent.map(({ message }) => message)).toContainEqual(
      expect.objectContaining({ type: 'assign', performerId: 'guest', likenessId: 'likeness' }),
    );
    act('cast/assign', 'guest');
    open.desk.follow({ ...show, cast: [...show.cast, { ...guest, likeness: 'likeness' }] });
    expect(castNow()).toContainEqual(['guest', 'Guest', null]);
  });

  it('a version of before there was anybody else keeps who came since', () => {
    const { looks, cues, stage } = open.desk.show.book.content;
    act('cast/add', 'robin Robin Vale');
    expect(open.desk.show.book.difference({ looks, cues, stage })).toEqual([]);
    act('version/save', 'with robin');
    act('cast/remove', 'robin');
    const { number } = open.desk.show.versionList().find(({ name }) => name === 'with robin')!;
    open.desk.dispatcher.dispatch('/understudy/show/version/restore', number, 'page 1');
    expect(castNow()).toContainEqual(['robin', 'Robin Vale', null]);
  });
});
