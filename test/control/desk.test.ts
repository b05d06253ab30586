import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { likenessDigest, sha256Of } from '../../server/likeness/package/manifest.js';
import type { ControlToLane } from '../../server/protocol/lane-link.js';
import type { SimulatedClock } from '../../server/time/clock.js';
import { verifyAuditLog } from '../../server/trust/audit-log.js';
import { consentRecord } from '../trust/consent-record.js';
import { DeskUnderTest, synthetic, type OpenDesk } from './desk-under-test.js';

const bypass = '/understudy/output/cam-a/output/bypass';
const mix = '/understudy/lane/cam-a/likeness/mix01';
const likenessId = '/understudy/lane/cam-a/likeness/id';
let place: DeskUnderTest;
let folder: string;
let clock: SimulatedClock;
const open = (): OpenDesk => place.open();

const hello = (values = {}, changedAtLane: string[] = []) =>
  ({ type: 'lane-hello', laneId: 'cam-a', pid: 1, values, changedAtLane, version: 0 }) as const;
const paramsOf = (messages: readonly ControlToLane[]) =>
  messages.find((message): message is Extract<ControlToLane, { type: 'params' }> => message.type === 'params')!.values;

beforeEach(() => {
  place = new DeskUnderTest();
  ({ folder, clock } = place);
});
afterEach(() => place.close());

describe('the desk', () => {
  it('pushes a change to the one lane it concerns', () => {
    const { desk, sent } = open();
    desk.dispatcher.dispatch(bypass, true, 'page');
    desk.dispatcher.dispatch('/understudy/show/preview/maxFps', 10, 'page');
    expect(sent).toEqual([
      { message: { type: 'params', values: { [bypass]: true }, version: 0 }, laneId: 'cam-a' },
      { message: { type: 'params', values: { '/understudy/show/preview/maxFps': 10 }, version: 0 }, laneId: null },
    ]);
  });

  it('comes back to the last on-air state, and gives it to the lane, whatever the lane runs with', () => {
    open().desk.dispatcher.dispatch(mix, 0.3, 'page');
    const { desk } = open();
    expect(paramsOf(desk.greet(hello({ [mix]: 0.9 })))[mix]).toBe(0.3);
  });

  it('believes a lane about what it changed by itself: a bypass pressed while control was dead stays pressed', () => {
    const first = open();
    first.desk.dispatcher.dispatch(bypass, false, 'page');
    const { desk } = open();
    expect(paramsOf(desk.greet(hello({ [bypass]: true, [mix]: 0.9 }, [bypass])))).toMatchObject({
      [bypass]: true,
      [mix]: 1,
    });
    expect(open().desk.dispatcher.get(bypass)).toBe(true);
  });

  it('refuses a likeness without consent and says so, and nothing changes', () => {
    const { desk, sent } = open();
    expect(desk.dispatcher.dispatch(likenessId, 'placeholder', 'osc')).toMatchObject({
      ok: false,
      code: 'CONSENT_MISSING',
    });
    expect(desk.dispatcher.dispatch(likenessId, 'nobody', 'osc')).toMatchObject({
      ok: false,
      code: 'LIKENESS_UNKNOWN',
    });
    expect(desk.assign('performer', 'placeholder', 'page')).toMatchObject({ code: 'CONSENT_MISSING' });
    expect(desk.assign('stranger', 'likeness', 'page')).toMatchObject({ code: 'CAST_UNKNOWN_PERFORMER' });
    expect(desk.dispatcher.get(likenessId)).toBe('');
    expect(sent).toEqual([]);
  });

  it('tells the lane where the package is before the value that names it', () => {
    const { desk, sent } = open();
    expect(desk.dispatcher.dispatch(likenessId, 'likeness', 'page')).toMatchObject({ ok: true });
    expect(sent.map(({ message }) => message.type)).toEqual(['likeness-path', 'params']);
    expect(sent[0]!.message).toMatchObject({ packagePath: join(folder, 'likenesses', 'likeness') });
  });

  it('assigns, remembers, and takes away', () => {
    const first = open();
    expect(first.desk.assign('performer', null, 'page')).toBeNull();
    expect(open().desk.cast()).toEqual([
      { performerId: 'performer', name: 'Performer (synthetic)', likenessId: null, enrolled: false },
    ]);
    expect(first.desk.assign('performer', 'likeness', 'page')).toBeNull();
    const { desk } = open();
    expect(desk.greet(hello())[0]).toEqual({
      type: 'assign',
      performerId: 'performer',
      likenessId: 'likeness',
      packagePath: join(folder, 'likenesses', 'likeness'),
    });
  });

  it('checks consent again at every load: what was revoked on disk meanwhile does not come back, and an alarm says why', () => {
    const { desk } = open();
    expect(desk.greet(hello())[0]).toMatchObject({ likenessId: 'likeness' });
    const manifest = join(folder, 'likenesses', 'likeness', 'likeness.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"synthetic": true', '"synthetic": false'));
    expect(desk.greet(hello())[0]).toEqual({
      type: 'assign',
      performerId: 'performer',
      likenessId: null,
      packagePath: null,
    });
    expect(desk.alarms.list()).toContainEqual(expect.objectContaining({ code: 'CONSENT_MISSING', active: true }));
  });

  it('refuses a package whose photo is not the one it was built with', () => {
    const { desk } = open();
    writeFileSync(join(folder, 'likenesses', 'likeness', 'photo-1.jpg'), 'somebody else');
    expect(desk.dispatcher.dispatch(likenessId, 'likeness', 'page')).toMatchObject({
      code: 'LIKENESS_PACKAGE_CHANGED',
    });
  });

  it('offers a package that is made while the show runs, and no longer one that is taken away; pages are told once', () => {
    const { desk } = open();
    let told = 0;
    desk.onCast = () => told++;
    desk.checkLikenesses();
    expect(told).toBe(0);
    place.makePackage('later', synthetic);
    desk.checkLikenesses();
    desk.checkLikenesses();
    expect(told).toBe(1);
    expect(desk.castMessage().likenesses.map(({ id }) => id)).toContain('later');
    expect(desk.assign('performer', 'later', 'page')).toBeNull();
    rmSync(join(folder, 'likenesses', 'placeholder'), { recursive: true });
    desk.checkLikenesses();
    expect(desk.castMessage().likenesses.map(({ id }) => id)).not.toContain('placeholder');
  });

  it('raises an alarm when a consent ends on air, once, and leaves the picture to the operator', () => {
    const digest = likenessDigest([{ sha256: sha256Of(Buffer.from('photo of anna')) }]);
    place.makePackage(
      'anna',
      consentRecord({ likenessModelDigests: [digest], production: 'Understudy demo', scenes: 'all' }),
    );
    const { desk } = open();
    expect(clock.wallClockIso().slice(0, 10)).toBe('2026-05-28');
    expect(desk.assign('performer', 'anna', 'page')).toBeNull();
    desk.checkLikenesses();
    const alarmed = (): unknown[] =>
      desk.alarms.list().filter((alarm) => alarm.code === 'CONSENT_ENDED_ON_AIR' && alarm.active);
    expect(alarmed()).toEqual([]);
    clock.advanceUs(40 * 86_400_000_000);
    desk.checkLikenesses();
    desk.checkLikenesses();
    expect(alarmed()).toHaveLength(1);
    expect(desk.cast()[0]!.likenessId).toBe('anna');
    expect(desk.assign('performer', 'anna', 'page')).toMatchObject({ code: 'CONSENT_EXPIRED' });
  });

  it('puts bypass, loads, refusals and settled faders on record in a chain that verifies', () => {
    const { desk, close } = open();
    desk.dispatcher.dispatch(bypass, true, 'osc 127.0.0.1:9');
    for (let n = 0; n <= 100; n += 1) desk.dispatcher.dispatch(mix, n / 100, 'page');
    for (let n = 100; n >= 40; n -= 1) desk.dispatcher.dispatch(mix, n / 100, 'page');
    desk.dispatcher.dispatch(likenessId, 'placeholder', 'page');
    desk.assign('performer', 'likeness', 'page');
    close();
    const path = join(folder, 'state', 'audit.jsonl');
    expect(verifyAuditLog(path)).toMatchObject({ ok: true });
    const entries = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; detail: Record<string, unknown> });
    expect(entries.map(({ kind }) => kind)).toEqual([
      'opened',
      'bypass',
      'consent-check',
      'consent-check',
      'likeness-load',
      'assign',
      'param',
    ]);
    expect(entries[2]!.detail).toMatchObject({ ok: false, code: 'CONSENT_MISSING' });
    expect(entries[6]!.detail).toEqual({ address: mix, value: 0.4 });
  });
});
