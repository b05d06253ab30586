import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demoShow } from '../../server/show/show-file.js';
import { durationUs } from '../../server/time/time.js';
import {
  act,
  cue,
  desk,
  interval,
  light,
  likenessId,
  mirror,
  mix,
  open,
  openShow,
  paramsSent,
  pass,
  place,
  useShow,
} from './show-under-test.js';

useShow();

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
    openShow({ ...show, cues: [{ number: '1', values: { [gone]: 0, [mix]: 0.3 } }] });
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
    openShow({ ...show, sources: [show.sources[0]!, two] });
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
