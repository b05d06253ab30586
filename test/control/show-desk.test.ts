import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Desk } from '../../server/control/desk.js';
import type { Cue, ShowEdit } from '../../server/protocol/show.js';
import { demoShow } from '../../server/show/show-file.js';
import { durationUs } from '../../server/time/time.js';
import { DeskUnderTest, synthetic, type OpenDesk } from './desk-under-test.js';

const bypass = '/understudy/output/cam-a/output/bypass';
const mirror = '/understudy/output/cam-a/output/mirror';
const mix = '/understudy/lane/cam-a/likeness/mix01';
const light = '/understudy/lane/cam-a/look/light01';
const interval = '/understudy/lane/cam-a/keyframe/intervalFrames';
const likenessId = '/understudy/lane/cam-a/likeness/id';
let place: DeskUnderTest;
let open: OpenDesk;
let desk: Desk;

beforeEach(() => {
  place = new DeskUnderTest();
  place.makePackage('older', synthetic);
  open = place.open();
  ({ desk } = open);
});
afterEach(() => place.close());

const act = (name: string, argument: string | number | boolean | null = null, by = 'page 1') =>
  desk.dispatcher.dispatch(`/understudy/show/${name}`, argument, by);
const edit = (one: ShowEdit, by = 'page 1') => desk.show.edit(one, by);
const cue = (number: string, over: Partial<Cue>) => edit({ kind: 'cue-set', cue: { number, ...over } });
/** Lets time pass as the timer of the process does. */
const pass = (ms: number, stepMs = 12): void => {
  for (let gone = 0; gone < ms; gone += stepMs) {
    place.clock.advanceUs(Math.min(stepMs, ms - gone) * 1000);
    desk.show.tick();
  }
};
const paramsSent = () => open.sent.flatMap(({ message }) => (message.type === 'params' ? [message.values] : []));

describe('a number that a console sends over time', () => {
  const overUs = durationUs(1_000_000);
  const send = (value: number, by = 'osc 10.0.0.9:8000') =>
    desk.dispatcher.dispatch(mix, value, by, 'operator', overUs);

  it('gets there by a straight line, each step said to be its sender’s; undo takes it all back in one step', () => {
    const seen: unknown[] = [];
    desk.dispatcher.onChange(({ address, by }) => seen.push([address, by]));
    expect(send(0)).toMatchObject({ ok: true, changed: true });
    pass(500);
    expect(Number(desk.dispatcher.get(mix))).toBeCloseTo(0.5, 1);
    pass(520);
    expect(desk.dispatcher.get(mix)).toBe(0);
    expect(seen.length).toBeGreaterThan(40);
    expect(new Set(seen.map((each) => String(each)))).toEqual(new Set([`${mix},osc 10.0.0.9:8000`]));
    act('edit/undo');
    expect(desk.dispatcher.get(mix)).toBe(1);
  });

  it('lets go when a hand takes the value, gives way to a cue, and is refused under a lock', () => {
    send(0);
    pass(300);
    desk.dispatcher.dispatch(mix, 0.9, 'page 1');
    pass(900);
    expect(desk.dispatcher.get(mix)).toBe(0.9);
    cue('1', { values: { [mix]: 0.3 }, fadeMs: 200 });
    send(1);
    pass(100);
    act('cue/go');
    pass(1500);
    expect(desk.dispatcher.get(mix)).toBe(0.3);
    act('lock/take', 'all');
    expect(send(1)).toMatchObject({ ok: false });
    pass(1200);
    expect(desk.dispatcher.get(mix)).toBe(0.3);
  });

  it('stands at its end after a power loss in the middle', () => {
    send(0.2);
    pass(300);
    const again = place.open();
    expect(again.desk.dispatcher.get(mix)).toBe(0.2);
  });
});

describe('a cue', () => {
  it('fades every number over its time in at least fifty steps a second, each step one message to the lane', () => {
    cue('1', { values: { [mix]: 0, [light]: 0.2, [mirror]: true }, fadeMs: 1000 });
    const lightBefore = Number(desk.dispatcher.get(light));
    act('cue/go');
    expect(desk.dispatcher.get(mirror)).toBe(true);
    pass(500);
    expect(Number(desk.dispatcher.get(mix))).toBeCloseTo(0.5, 1);
    pass(520);
    const steps = paramsSent().filter((values) => mix in values);
    expect(steps.length).toBeGreaterThanOrEqual(50);
    expect(steps.every((values) => light in values)).toBe(true);
    expect(steps.at(-1)).toMatchObject({ [mix]: 0, [light]: 0.2 });
    expect(lightBefore).not.toBe(0.2);
    expect(desk.show.player.busy).toBe(false);
  });

  it('switches what cannot fade at its start, or at the end of the fade where it says so', () => {
    cue('1', { values: { [mix]: 0, [mirror]: true }, fadeMs: 300, snap: 'end', cast: { performer: 'older' } });
    act('cue/go');
    pass(280);
    expect([desk.dispatcher.get(mirror), desk.cast()[0]!.likenessId]).toEqual([false, 'likeness']);
    pass(30);
    expect([desk.dispatcher.get(mirror), desk.cast()[0]!.likenessId]).toEqual([true, 'older']);
  });

  it('sends the likeness to the lane before the value that names it', () => {
    cue('1', { values: { [likenessId]: 'older' } });
    open.sent.length = 0;
    expect(act('cue/go')).toMatchObject({ ok: true });
    const types = open.sent.map(({ message }) => message.type);
    expect(types.indexOf('likeness-path')).toBeLessThan(types.lastIndexOf('params'));
    expect(paramsSent().at(-1)).toEqual({ [likenessId]: 'older' });
  });

  it('that holds a likeness without consent does not run at all, says why, and leaves the list where it is', () => {
    cue('1', { values: { [mix]: 0.1 } });
    cue('2', { values: { [mix]: 0.9 }, cast: { performer: 'placeholder' } });
    act('cue/go');
    expect(act('cue/go')).toMatchObject({ ok: false, code: 'CONSENT_MISSING' });
    expect(desk.dispatcher.get(mix)).toBe(0.1);
    expect(desk.show.cueState()).toMatchObject({ current: '1', next: '2' });
    expect(desk.alarms.list()).toContainEqual(expect.objectContaining({ id: 'cue 2', code: 'CONSENT_MISSING' }));
  });

  it('asks for consent again after its delay: a record revoked meanwhile keeps the likeness off', () => {
    cue('1', { cast: { performer: 'older' }, delayMs: 500 });
    expect(act('cue/go')).toMatchObject({ ok: true });
    const manifest = join(place.folder, 'likenesses', 'older', 'likeness.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"synthetic": true', '"synthetic": false'));
    pass(600);
    expect(desk.cast()[0]!.likenessId).toBe('likeness');
    expect(desk.alarms.list()).toContainEqual(expect.objectContaining({ id: 'cue 1', active: true }));
  });

  it('runs without what is not in this show any more, and says so', () => {
    const show = demoShow();
    const gone = '/understudy/lane/cam-z/likeness/mix01';
    ({ desk } = place.open({ ...show, cues: [{ number: '1', values: { [gone]: 0, [mix]: 0.3 } }] }));
    expect(act('cue/go')).toMatchObject({ ok: true });
    expect(desk.dispatcher.get(mix)).toBe(0.3);
    expect(desk.alarms.list()).toContainEqual(expect.objectContaining({ code: 'CUE_PARTLY', active: true }));
  });

  it('lets go of a value that a hand takes in the middle, and of no other', () => {
    cue('1', { values: { [mix]: 0, [light]: 0 }, fadeMs: 1000 });
    act('cue/go');
    pass(500);
    desk.dispatcher.dispatch(mix, 0.77, 'osc 10.0.0.2:5000');
    pass(600);
    expect([desk.dispatcher.get(mix), desk.dispatcher.get(light)]).toEqual([0.77, 0]);
  });

  it('holds a star for every camera, and an exact address beats it', () => {
    const show = demoShow();
    const two = { ...show.sources[0]!, id: 'cam-b', source: 'B', outputName: 'B' };
    ({ desk } = place.open({ ...show, sources: [show.sources[0]!, two] }));
    const mixB = mix.replace('cam-a', 'cam-b');
    cue('1', { values: { '/understudy/lane/*/likeness/mix01': 0.25, [mixB]: 0.5 } });
    act('cue/go');
    expect([desk.dispatcher.get(mix), desk.dispatcher.get(mixB)]).toEqual([0.25, 0.5]);
  });

  it('goes back to what stood, also where no earlier cue speaks of it', () => {
    cue('1', { values: { [mix]: 0.4 } });
    cue('2', { values: { [mix]: 0.8, [mirror]: true, [interval]: 9 } });
    const before = desk.dispatcher.get(interval);
    act('cue/go');
    act('cue/go');
    expect(act('cue/back')).toMatchObject({ ok: true });
    expect([mix, mirror, interval].map((address) => desk.dispatcher.get(address))).toEqual([0.4, false, before]);
    expect(desk.show.cueState()).toMatchObject({ current: '1', next: '2' });
  });

  it('jumps to all that the list says up to there, not only to what the one cue says', () => {
    cue('1', { values: { [mix]: 0.4 } });
    cue('2', { values: { [mirror]: true } });
    act('cue/jump', '2');
    expect([desk.dispatcher.get(mix), desk.dispatcher.get(mirror)]).toEqual([0.4, true]);
  });

  it('stops where it stands, and finishes at its target', () => {
    cue('1', { values: { [mix]: 0 }, fadeMs: 1000 });
    act('cue/go');
    pass(400);
    act('cue/stop');
    const stood = Number(desk.dispatcher.get(mix));
    expect(stood).toBeCloseTo(0.6, 1);
    pass(1000);
    expect(desk.dispatcher.get(mix)).toBe(stood);
    expect(place.open().desk.dispatcher.get(mix)).toBe(stood);
    act('cue/jump', 1);
    pass(100);
    act('cue/finish');
    expect(desk.dispatcher.get(mix)).toBe(0);
  });

  it('comes back at its target, and the list where it stood, when the process is killed in the middle of a fade', () => {
    cue('1', { name: 'Older', values: { [mix]: 0, [mirror]: true }, fadeMs: 10_000, snap: 'end' });
    act('cue/go');
    pass(500);
    const { desk: again } = place.open();
    expect([again.dispatcher.get(mix), again.dispatcher.get(mirror)]).toEqual([0, true]);
    expect(again.show.cueState()).toMatchObject({ current: '1', next: null });
    expect(again.show.book.cue('1')).toMatchObject({ name: 'Older' });
  });

  it('gives a lane that comes back in the middle of a fade what stands now, and goes on', () => {
    cue('1', { values: { [mix]: 0 }, fadeMs: 1000 });
    act('cue/go');
    pass(504);
    const greeting = desk.greet({
      type: 'lane-hello',
      laneId: 'cam-a',
      pid: 1,
      values: { [mix]: 1 },
      changedAtLane: [],
      version: 0,
    });
    const params = greeting.find((message) => message.type === 'params')!;
    expect(Number(params.values[mix])).toBeCloseTo(0.5, 1);
    pass(504);
    expect(desk.dispatcher.get(mix)).toBe(0);
  });

  it('is on record with its number and who ran it, and its steps are not', () => {
    cue('1', { values: { [mix]: 0 }, fadeMs: 1000 });
    act('cue/go', null, 'osc 10.0.0.2:5000');
    pass(1100);
    open.close();
    const kinds = place.auditEntries().map(({ kind, by }) => `${kind} ${by}`);
    expect(kinds.filter((kind) => kind.startsWith('cue '))).toEqual(['cue osc 10.0.0.2:5000']);
    expect(kinds.filter((kind) => kind.startsWith('param'))).toEqual([]);
  });

  it('is refused by number where there is none, and at the end of the list', () => {
    expect(act('cue/go')).toMatchObject({ code: 'CUE_LIST_END' });
    expect(act('cue/jump', '7')).toMatchObject({ code: 'CUE_UNKNOWN' });
    expect(act('cue/jump', 'seven')).toMatchObject({ code: 'CUE_UNKNOWN' });
    // A console's button let go is no second go.
    cue('1', {});
    cue('2', {});
    act('cue/go', 1);
    expect(act('cue/back', 0)).toMatchObject({ ok: true, changed: false });
    expect(desk.show.cueState().current).toBe('1');
  });
});

describe('looks', () => {
  it('are recorded with the scope asked for, without bypass, and recalled as one step of undo', () => {
    desk.dispatcher.dispatch(bypass, true, 'page 1');
    desk.dispatcher.dispatch(mix, 0.3, 'page 1');
    edit({
      kind: 'look-record',
      name: 'Night, close',
      scopes: ['lane/cam-a'],
      groups: ['likeness', 'look'],
      cast: true,
    });
    const look = desk.show.book.look('night-close')!;
    expect(look).toMatchObject({ name: 'Night, close', cast: { performer: 'likeness' } });
    expect(
      Object.keys(look.values).every((address) => /^\/understudy\/lane\/cam-a\/(likeness|look)\//.test(address)),
    ).toBe(true);
    expect(look.values[mix]).toBe(0.3);
    act('looks/record', 'Everything');
    expect(Object.keys(desk.show.book.look('everything')!.values)).toContain(mirror);
    expect(desk.show.book.look('everything')!.values[bypass]).toBeUndefined();
    desk.dispatcher.dispatch(mix, 0.9, 'page 1');
    desk.dispatcher.dispatch(light, 0.9, 'page 1');
    desk.assign('performer', 'older', 'page 1');
    expect(act('looks/recall', 'night-close')).toMatchObject({ ok: true });
    expect([desk.dispatcher.get(mix), desk.cast()[0]!.likenessId]).toEqual([0.3, 'likeness']);
    act('edit/undo');
    expect([mix, light].map((address) => desk.dispatcher.get(address))).toEqual([0.9, 0.9]);
    expect(desk.cast()[0]!.likenessId).toBe('older');
  });

  it('are edited blind: nothing goes out until a cue uses them', () => {
    edit({ kind: 'look-set', look: { id: 'dawn', name: 'Dawn', values: { [mix]: 0.5 } } });
    cue('1', { lookId: 'dawn' });
    open.sent.length = 0;
    edit({ kind: 'look-set', look: { id: 'dawn', values: { [mix]: 0.6 } } });
    expect(open.sent).toEqual([]);
    expect(desk.dispatcher.get(mix)).toBe(1);
    act('cue/go');
    expect(desk.dispatcher.get(mix)).toBe(0.6);
    expect(desk.show.book.look('dawn')).toMatchObject({ name: 'Dawn' });
  });

  it.each([
    [{ kind: 'look-set', look: { id: 'x', values: { [mix]: 'half' } } }, 'SHOW_EDIT_INVALID'],
    [{ kind: 'look-set', look: { id: 'x', values: { [bypass]: true } } }, 'SHOW_EDIT_INVALID'],
    [{ kind: 'look-set', look: { id: 'No Such Id' } }, 'SHOW_EDIT_INVALID'],
    [
      { kind: 'cue-set', cue: { number: '1', values: { '/understudy/lane/cam-z/likeness/mix01': 1 } } },
      'SHOW_EDIT_INVALID',
    ],
    [{ kind: 'cue-set', cue: { number: '1', lookId: 'nowhere' } }, 'SHOW_ENTRY_UNKNOWN'],
    [{ kind: 'cue-set', cue: { number: '1', fadeMs: -5 } }, 'SHOW_EDIT_INVALID'],
    [{ kind: 'cue-remove', number: '5' }, 'SHOW_ENTRY_UNKNOWN'],
    [{ kind: 'stage-set', stage: { walls: [{ id: 'w' }], cameras: [] } }, 'SHOW_EDIT_INVALID'],
    [{ kind: 'format-disk' }, 'SHOW_EDIT_INVALID'],
    [null, 'SHOW_EDIT_INVALID'],
  ])('refuse %j with %s, and nothing changes', (given, code) => {
    expect(desk.show.edit(given, 'page 1')).toMatchObject({ ok: false, code });
    const { performers: _cast, ...rest } = desk.show.book.content;
    expect(rest).toEqual({ looks: [], cues: [], stage: { walls: [], cameras: [] } });
  });

  it('that a cue uses are not removed from under it', () => {
    edit({ kind: 'look-set', look: { id: 'dawn' } });
    cue('1', { lookId: 'dawn' });
    expect(edit({ kind: 'look-remove', id: 'dawn' })).toMatchObject({ code: 'SHOW_ENTRY_USED' });
    edit({ kind: 'cue-renumber', number: '1', to: '3.5' });
    expect(desk.show.book.cues.map(({ number }) => number)).toEqual(['3.5']);
  });
});

describe('undo', () => {
  it('takes back values, cast, cues and the stage, in order, and does them again', () => {
    desk.dispatcher.dispatch(mix, 0.5, 'page 1');
    desk.assign('performer', null, 'page 1');
    cue('1', { name: 'One' });
    edit({
      kind: 'stage-set',
      stage: {
        walls: [],
        cameras: [
          { laneId: 'cam-a', positionM: [0, 1, 4], rotationDeg: [0, 0, 0], focalLengthMm: 35, sensorWidthMm: 36 },
        ],
      },
    });
    const state = () => [
      desk.dispatcher.get(mix),
      desk.cast()[0]!.likenessId,
      desk.show.book.cues.length,
      desk.show.book.stage.cameras.length,
    ];
    const states = [state()];
    for (let n = 0; n < 4; n += 1) {
      expect(act('edit/undo')).toMatchObject({ ok: true });
      states.push(state());
    }
    expect(states).toEqual([
      [0.5, null, 1, 1],
      [0.5, null, 1, 0],
      [0.5, null, 0, 0],
      [0.5, 'likeness', 0, 0],
      [1, 'likeness', 0, 0],
    ]);
    expect(act('edit/undo')).toMatchObject({ code: 'NOTHING_TO_UNDO' });
    for (let n = 0; n < 4; n += 1) act('edit/redo');
    expect(state()).toEqual(states[0]);
    expect(place.open().desk.dispatcher.get(mix)).toBe(0.5);
  });

  it('takes a fader that was moved as one step, and two hands as two', () => {
    for (let n = 0; n <= 10; n += 1) desk.dispatcher.dispatch(mix, n / 10, 'page 1');
    desk.dispatcher.dispatch(mix, 0.05, 'osc 10.0.0.2:5000');
    act('edit/undo');
    expect(desk.dispatcher.get(mix)).toBe(1);
    act('edit/undo');
    expect(desk.dispatcher.get(mix)).toBe(1);
    expect(desk.show.editState()).toMatchObject({ undo: null, redo: 'likeness.mix01 of cam-a (page 1)' });
  });

  it('leaves bypass and what cues did alone', () => {
    cue('1', { values: { [mix]: 0.2 } });
    desk.dispatcher.dispatch(mirror, true, 'page 1');
    desk.dispatcher.dispatch(bypass, true, 'page 1');
    act('cue/go');
    act('edit/undo');
    expect([desk.dispatcher.get(mirror), desk.dispatcher.get(bypass), desk.dispatcher.get(mix)]).toEqual([
      false,
      true,
      0.2,
    ]);
  });

  it('does not bring back a likeness whose consent is gone, and changes nothing of that step', () => {
    desk.assign('performer', 'older', 'page 1');
    desk.assign('performer', null, 'page 1');
    const manifest = join(place.folder, 'likenesses', 'older', 'likeness.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"synthetic": true', '"synthetic": false'));
    expect(act('edit/undo')).toMatchObject({ code: 'CONSENT_MISSING' });
    expect(desk.cast()[0]!.likenessId).toBeNull();
  });
});

describe('the operator lock', () => {
  it('keeps other hands off values, cast and edits, names its holder, and leaves cues and bypass to all', () => {
    cue('1', {});
    act('lock/take', null, 'page 1 Robin');
    const other = 'osc 10.0.0.2:5000';
    expect(desk.dispatcher.dispatch(mix, 0.5, other)).toMatchObject({
      code: 'LOCKED',
      message: expect.stringContaining('page 1') as unknown,
    });
    expect(desk.assign('performer', null, 'page 2')).toMatchObject({ code: 'LOCKED' });
    expect(edit({ kind: 'look-set', look: { id: 'x' } }, 'page 2')).toMatchObject({ code: 'LOCKED' });
    expect(act('edit/undo', null, 'page 2')).toMatchObject({ code: 'LOCKED' });
    expect(desk.dispatcher.dispatch(bypass, true, other)).toMatchObject({ ok: true });
    expect(act('cue/go', null, other)).toMatchObject({ ok: true });
    expect(desk.dispatcher.dispatch(mix, 0.5, 'page 1 Robin Vale')).toMatchObject({ ok: true });
  });

  it('locks the cue list too where asked, is not taken from its holder by asking, but by taking it over', () => {
    cue('1', {});
    act('lock/take', 'all', 'page 1');
    expect(act('cue/go', null, 'page 2')).toMatchObject({ code: 'LOCKED' });
    expect(act('lock/take', null, 'page 2')).toMatchObject({ code: 'LOCKED' });
    expect(act('lock/release', null, 'page 2')).toMatchObject({ code: 'LOCKED' });
    expect(act('lock/takeOver', null, 'page 2')).toMatchObject({ ok: true });
    expect(desk.show.editState().lock).toMatchObject({ holder: 'page 2' });
    act('lock/release', null, 'page 2');
    expect(act('cue/go', null, 'page 1')).toMatchObject({ ok: true });
  });

  it('knows a console by its address, whatever port it sends from', () => {
    act('lock/take', null, 'osc 10.0.0.2:5000');
    expect(desk.dispatcher.dispatch(mix, 0.5, 'osc 10.0.0.2:6000')).toMatchObject({ ok: true });
    expect(desk.dispatcher.dispatch(mix, 0.6, 'osc 10.0.0.20:5000')).toMatchObject({ code: 'LOCKED' });
  });

  it('does not stop a fade that runs', () => {
    cue('1', { values: { [mix]: 0 }, fadeMs: 100 });
    act('cue/go', null, 'page 2');
    act('lock/take', 'all', 'page 1');
    pass(120);
    expect(desk.dispatcher.get(mix)).toBe(0);
  });
});

describe('versions', () => {
  it('bring everything back, save what stood before, and are one step of undo', () => {
    cue('1', { values: { [mix]: 0.25 } });
    desk.dispatcher.dispatch(mirror, true, 'page 1');
    act('cue/go');
    expect(act('version/save', 'Before lunch')).toMatchObject({ ok: true });
    edit({ kind: 'cue-remove', number: '1' });
    desk.dispatcher.dispatch(mirror, false, 'page 1');
    desk.assign('performer', 'older', 'page 1');
    expect(act('version/restore', 1)).toMatchObject({ ok: true });
    expect([desk.dispatcher.get(mirror), desk.cast()[0]!.likenessId, desk.show.book.cues.length]).toEqual([
      true,
      'likeness',
      1,
    ]);
    expect(desk.show.cueState().current).toBe('1');
    expect(desk.show.versionList()).toMatchObject([
      { number: 2, name: 'before version 1', automatic: true },
      { number: 1, name: 'Before lunch', automatic: false, by: 'page 1' },
    ]);
    act('edit/undo');
    expect([desk.dispatcher.get(mirror), desk.cast()[0]!.likenessId, desk.show.book.cues.length]).toEqual([
      false,
      'older',
      0,
    ]);
  });

  it('save themselves every five minutes while something changed, and not otherwise', () => {
    desk.dispatcher.dispatch(mix, 0.5, 'page 1');
    pass(299_000, 1000);
    expect(desk.show.versionList()).toEqual([]);
    pass(2000, 1000);
    expect(desk.show.versionList()).toMatchObject([{ automatic: true, by: 'server' }]);
    pass(900_000, 1000);
    expect(desk.show.versionList()).toHaveLength(1);
  });

  it('do not restore a likeness whose consent is gone, nor a number that is not there', () => {
    desk.assign('performer', 'older', 'page 1');
    act('version/save');
    desk.assign('performer', 'likeness', 'page 1');
    const manifest = join(place.folder, 'likenesses', 'older', 'likeness.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"synthetic": true', '"synthetic": false'));
    expect(act('version/restore', 1)).toMatchObject({ code: 'CONSENT_MISSING' });
    expect(desk.cast()[0]!.likenessId).toBe('likeness');
    expect(act('version/restore', 77)).toMatchObject({ code: 'SHOW_VERSION_UNKNOWN' });
  });

  it("are saved by a console's button without a name, once per press", () => {
    expect(act('version/save', 1)).toMatchObject({ changed: true });
    expect(act('version/save', 0)).toMatchObject({ changed: false });
    expect(desk.show.versionList()).toMatchObject([{ number: 1, name: '' }]);
  });

  it('survive a restart with their numbers, and a file somebody broke is left alone and never written over', () => {
    act('version/save', 'One');
    writeFileSync(join(place.folder, 'state', 'versions', '000002.json'), 'half a fi');
    const { desk: again } = place.open();
    again.dispatcher.dispatch('/understudy/show/version/save', 'Three', 'page 1');
    expect(again.show.versionList().map(({ number, name }) => [number, name])).toEqual([
      [3, 'Three'],
      [1, 'One'],
    ]);
    expect(readFileSync(join(place.folder, 'state', 'versions', '000002.json'), 'utf8')).toBe('half a fi');
  });
});

describe('the stage', () => {
  it('tells each lane where the walls are in its own picture, when it changes and when the lane connects', () => {
    const triangle = [
      [0, 0],
      [1, 0],
      [0.5, 1],
    ] as const;
    const wall = {
      id: 'main',
      name: 'Main wall',
      shape: 'curved',
      positionM: [0, 0, -4],
      yawDeg: 0,
      widthM: 12,
      heightM: 4.5,
      radiusM: 8,
      pictureRegions: { 'cam-a': [triangle], 'cam-b': [] },
    } as const;
    expect(edit({ kind: 'stage-set', stage: { walls: [wall], cameras: [] } })).toBeNull();
    expect(open.sent.at(-1)).toEqual({ message: { type: 'wall-regions', polygons: [triangle] }, laneId: 'cam-a' });
    const told = place
      .open()
      .desk.greet({ type: 'lane-hello', laneId: 'cam-a', pid: 1, values: {}, changedAtLane: [], version: 0 });
    expect(told).toContainEqual({ type: 'wall-regions', polygons: [triangle] });
  });
});

describe('a show file that is changed while the show runs', () => {
  it('brings cameras, takes them away, and leaves what stands alone', () => {
    const show = demoShow();
    desk.dispatcher.dispatch(mix, 0.5, 'page 1');
    cue('1', { values: { [mix]: 0.1 } });
    const second = { ...show.sources[0]!, id: 'cam-b', source: 'B', outputName: 'B' };
    const mixB = mix.replace('cam-a', 'cam-b');
    desk.follow({ ...show, sources: [show.sources[0]!, second], cues: [{ number: '9' }], values: { [mixB]: 0.75 } });
    expect([desk.dispatcher.get(mix), desk.dispatcher.get(mixB)]).toEqual([0.5, 0.75]);
    expect(desk.show.book.cues.map(({ number }) => number)).toEqual(['1', '9']);
    desk.dispatcher.dispatch(mixB, 0.2, 'page 1');
    act('edit/undo');
    expect(desk.dispatcher.get(mixB)).toBe(0.75);
    desk.dispatcher.dispatch(mixB, 0.3, 'page 1');
    desk.follow(show);
    expect(desk.dispatcher.dispatch(mixB, 0, 'page 1')).toMatchObject({ code: 'PARAM_UNKNOWN_ADDRESS' });
    desk.follow({ ...show, sources: [show.sources[0]!, second] });
    expect([desk.dispatcher.get(mix), desk.dispatcher.get(mixB)]).toEqual([0.5, 0.3]);
  });

  it('brings performers with the likeness that the file or the operator gave them', () => {
    const show = demoShow();
    desk.assign('performer', 'older', 'page 1');
    const guest = { performerId: 'guest', name: 'Guest', enrolment: [], likeness: 'likeness' };
    desk.follow({ ...show, cast: [...show.cast, guest] });
    expect(desk.cast().map(({ performerId, likenessId: id }) => [performerId, id])).toEqual([
      ['performer', 'older'],
      ['guest', 'likeness'],
    ]);
  });
});
