import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demoShow } from '../../server/show/show-file.js';
import { act, bypass, cue, desk, edit, mirror, mix, open, pass, place, useShow } from './show-under-test.js';

useShow();

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
