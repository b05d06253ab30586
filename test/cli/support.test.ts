import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { strFromU8, unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildProgram } from '../../server/cli/program.js';
import { collectState, type Entries, type LeftOut } from '../../server/cli/support/collect.js';
import { redactLog, redactText, redactValue } from '../../server/cli/support/redact.js';
import { AuditLog } from '../../server/trust/audit-log.js';
import { SimulatedClock } from '../../server/time/clock.js';

const embedding = Array.from({ length: 1024 }, (_, i) => Math.sin(i) / 7);
const secret = 'hunter2hunter2';
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'support-test-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function pngBytes(): Buffer {
  const canvas = createCanvas(64, 64);
  canvas.getContext('2d').fillRect(0, 0, 20, 20);
  return canvas.toBuffer('image/png');
}

/** A state folder such as a show leaves it, with all that must not get out planted where it could be. */
function plantShow(): string {
  const folder = join(root, 'feature-film');
  mkdirSync(join(folder, 'logs'), { recursive: true });
  mkdirSync(join(folder, 'prepared'));
  writeFileSync(join(folder, 'prepared', 'abc-v1.bake'), Buffer.from('UNDERSTUDY-BAKE1 secret face'));
  writeFileSync(join(folder, 'prepared', 'abc-v1.identity'), new Uint8Array(new Float32Array(embedding).buffer));
  writeFileSync(join(folder, 'face.bake'), Buffer.from('UNDERSTUDY-BAKE1 another'));
  writeFileSync(join(folder, 'grab.png'), pngBytes());
  writeFileSync(join(folder, 'logs', 'picture.log'), pngBytes());
  symlinkSync(join(folder, 'grab.png'), join(folder, 'logs', 'link.log'));
  writeFileSync(join(folder, 'logs', 'frame.jpg'), pngBytes());
  writeFileSync(
    join(folder, 'logs', 'lane-cam-a.log'),
    [
      JSON.stringify({
        level: 30,
        msg: 'enrolled',
        performer: 'p1',
        embedding,
        thumbnail: pngBytes().toString('base64'),
      }),
      `identity ${embedding.join(', ')}`,
      `POST /api authorization=${secret}`,
      `preview data:image/png;base64,${pngBytes().toString('base64')}`,
      'lane cam-a: receiving 1920x1080 at 25 fps',
    ].join('\n'),
  );
  writeFileSync(
    join(folder, 'state.json'),
    JSON.stringify({ sequence: 3, values: { '/understudy/lane/cam-a/smooth/amount01': 0.5 }, sessionToken: secret }),
  );
  writeFileSync(join(folder, 'run.json'), JSON.stringify({ pid: 1, lanes: [] }));
  const audit = new AuditLog(join(folder, 'audit.jsonl'), new SimulatedClock());
  audit.append('assign', 'Jane Operator', { performer: 'Famous Person' });
  audit.close();
  return folder;
}

function collected(): { entries: Entries; leftOut: LeftOut[]; all: string } {
  const entries: Entries = new Map();
  const leftOut: LeftOut[] = [];
  collectState(root, entries, leftOut);
  return { entries, leftOut, all: [...entries].map(([name, text]) => `${name}\n${text}`).join('\n') };
}

const facesAndSecrets = [
  secret,
  pngBytes().toString('base64').slice(20, 80),
  'UNDERSTUDY-BAKE1',
  'Famous Person',
  'Jane Operator',
  String(embedding[5]),
  String(embedding[900]),
];

describe('a support archive', () => {
  it('holds logs, settings and the verdict on the audit log', () => {
    plantShow();
    const { entries, all } = collected();
    expect([...entries.keys()].sort()).toEqual([
      'state/feature-film/audit-verdict.json',
      'state/feature-film/logs/lane-cam-a.log',
      'state/feature-film/run.json',
      'state/feature-film/state.json',
    ]);
    expect(all).toContain('receiving 1920x1080 at 25 fps');
    expect(all).toContain('/understudy/lane/cam-a/smooth/amount01');
    expect(JSON.parse(entries.get('state/feature-film/audit-verdict.json')!)).toMatchObject({ ok: true, entries: 2 });
  });

  it('holds no picture, bake, embedding, name from the audit log, or secret', () => {
    plantShow();
    const { all } = collected();
    for (const trace of facesAndSecrets) expect(all).not.toContain(trace);
  });

  it('says what was left out', () => {
    plantShow();
    const left = collected().leftOut.map(({ path }) => path);
    for (const name of ['prepared/', 'face.bake', 'grab.png', 'logs/picture.log', 'logs/link.log', 'logs/frame.jpg']) {
      expect(left).toContain(`state/feature-film/${name}`);
    }
  });

  it('as a zip, made by the verb, is as clean, show file included', async () => {
    plantShow();
    const show = join(root, 'my.show.json');
    writeFileSync(
      show,
      JSON.stringify({
        schemaVersion: 1,
        name: 'S',
        production: 'P',
        sources: [{ id: 'cam-a', source: 'Cam', outputName: 'Out' }],
        cast: [{ performerId: 'p1', name: 'Famous Person', enrolment: ['/secret/place/face.png'], embedding }],
      }),
    );
    const file = join(root, 'out.zip');
    await (
      await buildProgram('support')
    ).parseAsync(['support', '-o', file, '--state', root, '--show', show, '--no-speed', '--json'], {
      from: 'user',
    });
    const entries = Object.entries(unzipSync(new Uint8Array(readFileSync(file))));
    expect(entries.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        'understudy-support/versions.json',
        'understudy-support/doctor.txt',
        'understudy-support/show.json',
        'understudy-support/contents.json',
      ]),
    );
    const all = entries.map(([, bytes]) => strFromU8(bytes)).join('\n');
    for (const trace of [...facesAndSecrets, '/secret/place']) expect(all).not.toContain(trace);
    expect(all).toContain('"cam-a"');
  });
});

describe('redaction', () => {
  it('keeps settings, counters and messages as they are', () => {
    const settings = {
      values: { '/understudy/output/cam-a/label/corner': 'auto', port: 8080 },
      list: [1, 2, 3],
      on: true,
      none: null,
    };
    expect(redactValue(settings)).toEqual(settings);
    const line = 'lane-cam-a stopped (SIGKILL); restarting it. captureToSend p50 4.2 ms, p95 6.0 ms';
    expect(redactText(line)).toBe(line);
  });
  it('finds an embedding that went through JSON as a typed array', () => {
    const text = redactLog(JSON.stringify({ data: new Float32Array(embedding) }));
    expect(text).toBe('{"data":"[removed: 1024 numbers]"}');
  });
  it('finds secrets in text, JSON-like and header-like', () => {
    for (const line of [
      `token=${secret}`,
      `"apiKey": "${secret}"`,
      `Authorization: Bearer ${secret}`,
      `password : '${secret}'`,
    ]) {
      expect(redactText(line)).not.toContain(secret);
    }
  });
  it('takes a broken JSON line as text, not as it is', () => {
    expect(redactLog(`{"token": "${secret}", `)).not.toContain(secret);
    expect(redactLog(`{"e": [${embedding.join(',')}`)).not.toContain(String(embedding[500]));
  });
});
