import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DrawnRecord } from '../../server/control/drawn-record.js';
import { LikenessShelf } from '../../server/control/likeness-shelf.js';
import type { EngineChoice } from '../../server/likeness/engine-choice.js';
import { writeAdded } from '../../server/likeness/neural/added-models.js';
import type { ModelRole } from '../../server/likeness/neural/roles.js';
import type { DrawnBy, FaceStatus } from '../../server/protocol/messages.js';
import { consentRecord, consentUse } from '../trust/consent-record.js';
import { DeskUnderTest, synthetic } from './desk-under-test.js';

const sha256 = 'd'.repeat(64);
let place: DeskUnderTest;
let models: string;
beforeEach(() => {
  place = new DeskUnderTest();
  models = mkdtempSync(join(tmpdir(), 'us-models-'));
});
afterEach(() => {
  place.close();
  rmSync(models, { recursive: true, force: true });
});

function add(id: string, role: ModelRole): void {
  const given = { schemaVersion: 1, id, role, licence: 'cleared', source: 'here', sha256, bytes: 1 } as const;
  writeAdded(models, { ...given, addedIso: '2026-01-01', inputs: {}, outputs: {} }, new Uint8Array([1]));
}
function summaryOf(id: string, choice?: EngineChoice) {
  const engines = { folder: models, byLikeness: choice ? { [id]: choice } : {} };
  const shelf = new LikenessShelf([join(place.folder, 'likenesses')], consentUse, () => consentUse.nowIso, engines);
  return { shelf, summary: shelf.summaries().find((one) => one.id === id)! };
}
const mesh = { kind: 'mesh', models: [] };

describe('what a likeness is drawn by', () => {
  it('is named with every file of weights, in the summary and in what a load puts on record', () => {
    add('anna-swap', 'hyperswap');
    add('anna-face', 'arcface');
    const { shelf, summary } = summaryOf('likeness', { engine: 'swap', model: 'anna-swap', recogniser: 'anna-face' });
    const mark = (id: string, role: string) => ({ id, role, licence: 'cleared', sha256 });
    const engine = { kind: 'swap', models: [mark('anna-swap', 'hyperswap'), mark('anna-face', 'arcface')] };
    expect(summary).toMatchObject({
      engine,
      engineFault: null,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(shelf.load('likeness', 'cast/x')).toMatchObject({ ok: true, engine, digest: summary.digest });
  });

  it('is the mesh where the show names none, and where the weights are not there, which is said', () => {
    expect(summaryOf('likeness').summary).toMatchObject({ engine: mesh, engineFault: null });
    const { summary } = summaryOf('likeness', { engine: 'swap', model: 'gone' });
    expect(summary).toMatchObject({ engine: mesh, engineFault: expect.stringContaining('"gone"') as string });
  });

  it('is the mesh where a consent record does not name the DFM, which is itself a likeness', () => {
    add('anna-old', 'dfm');
    const consent = (record: unknown): void => {
      rmSync(join(place.folder, 'likenesses', 'anna'), { recursive: true, force: true });
      place.makePackage('anna', record);
    };
    consent(null);
    const { digest } = summaryOf('anna').summary;
    consent(consentRecord({ likenessModelDigests: [digest] }));
    const choice = { engine: 'dfm', model: 'anna-old' } as const;
    expect(summaryOf('anna', choice).summary).toMatchObject({
      engine: mesh,
      engineFault: expect.stringContaining(sha256) as string,
    });
    consent(consentRecord({ likenessModelDigests: [digest, sha256] }));
    expect(summaryOf('anna', choice).summary).toMatchObject({ engine: { kind: 'dfm' }, engineFault: null });
    consent(synthetic);
    expect(summaryOf('anna', choice).summary).toMatchObject({ engine: { kind: 'dfm' } });
  });

  it('is on record once for each change, by camera and performer', () => {
    const told: unknown[] = [];
    const record = new DrawnRecord((detail) => told.push(detail));
    const drawnBy: DrawnBy = { likenessId: 'anna', digest: 'a'.repeat(64), kind: 'mesh', models: [] };
    const face = (by: DrawnBy | null, performerId: string | null = 'robin') =>
      ({ performerId, drawnBy: by }) as FaceStatus;
    const swap: DrawnBy = { ...drawnBy, kind: 'swap', models: [{ id: 'm', role: 'ghost', licence: 'l', sha256 }] };
    for (const by of [drawnBy, drawnBy, null, drawnBy, swap, swap, drawnBy])
      record.follow({ laneId: 'cam-a', faces: [face(by), face(null, null)] });
    record.follow({ laneId: 'cam-b', faces: [face(swap)] });
    const at = { laneId: 'cam-a', performerId: 'robin', likenessId: 'anna', digest: 'a'.repeat(64) };
    expect(told).toEqual([
      { ...at, engine: 'mesh', models: [] },
      { ...at, engine: 'swap', models: [`m ${sha256}`] },
      { ...at, engine: 'mesh', models: [] },
      { ...at, laneId: 'cam-b', engine: 'swap', models: [`m ${sha256}`] },
    ]);
  });
});
