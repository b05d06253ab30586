import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { act, bypass, cue, desk, edit, light, mirror, mix, open, place, useShow } from './show-under-test.js';

useShow();

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
