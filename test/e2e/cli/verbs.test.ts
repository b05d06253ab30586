import { createSocket } from 'node:dgram';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadImage } from '@napi-rs/canvas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPngText } from '../../../server/cli/ndi/png-text.js';
import { paintRows } from '../../../server/frame/paint.js';
import { readBypass } from '../../../server/pipeline/bypass-door.js';
import { drawLabelPlate } from '../../../server/stages/label/glyphs.js';
import { Peers, uniqueName } from '../support/peer-process.js';
import { startCli, transpileCli, type Ended } from './command.js';

const widthPx = 1280;
const heightPx = 720;
const likenessMark =
  '<understudy version="1" kind="likeness" ai="modified" label="AI MODIFIED · AI 合成" step="likeness" likeness="older" consent="c1" delay_frames="0"/>';
let folder: string;
let main: string;
const peers = new Peers();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-e2e-'));
  main = transpileCli();
});
afterAll(async () => {
  await peers.close();
  rmSync(folder, { recursive: true, force: true });
});

const cli = (...words: string[]): Promise<Ended> =>
  startCli(main, words, { UNDERSTUDY_STATE: join(folder, 'state') }).ended;

/** One raw UYVY picture for the bare sender: mid-grey, with the label where the label stage puts it, or without. */
function pictureFile(name: string, labelled: boolean, level = 130): string {
  const picture = Buffer.alloc(widthPx * heightPx * 2);
  for (let i = 0; i < picture.length; i += 2) [picture[i], picture[i + 1]] = [128, level];
  if (labelled) {
    const plate = drawLabelPlate(widthPx, heightPx);
    const rows = paintRows(plate.rgba, plate.widthPx, plate.heightPx, 'UYVY', 'bt709');
    const margin = 18;
    for (let y = 0; y < plate.heightPx; y++) {
      picture.set(
        rows.first.subarray(y * rows.rowBytes, (y + 1) * rows.rowBytes),
        ((y + margin) * widthPx + widthPx - margin - plate.widthPx) * 2,
      );
    }
  }
  const file = join(folder, `${name}.uyvy`);
  writeFileSync(file, picture);
  return file;
}

const output = (name: string, labelled: boolean, videoMetadata?: string, level?: number) =>
  peers.sender({
    name,
    widthPx,
    heightPx,
    file: pictureFile(name, labelled, level),
    ...(videoMetadata === undefined ? {} : { videoMetadata }),
  });

describe('sources', () => {
  it('lists a camera with its address and how it was looked for', async () => {
    const name = uniqueName('cli listed');
    const camera = await peers.sender({ name });
    const { code, out } = await cli('sources', '--wait', '3', '--json');
    expect(code).toBe(0);
    const report = JSON.parse(out) as { discovery: { mode: string }; sources: { name: string; url: string }[] };
    expect(report.sources.find((source) => source.name === `PEER (${name})`)?.url).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(['mdns', 'asked']).toContain(report.discovery.mode);
    await camera.stop();
  });
});

describe('monitor', () => {
  it('reports rate, order, mark and label of a labelled output, and exits 0', async () => {
    const name = uniqueName('cli labelled');
    const sender = await output(name, true, likenessMark);
    const { code, out } = await cli('monitor', name, '--frames', '40', '--json');
    const report = JSON.parse(out) as Record<string, unknown>;
    expect(report).toMatchObject({
      frames: 40,
      framesOutOfOrder: 0,
      framesBlack: 0,
      framesUnlabelled: 0,
      framesLabelled: 40,
      kinds: { likeness: 40 },
      steps: { likeness: 40 },
      plate: { corner: 'top-right' },
      declaredFps: 25,
    });
    expect(report['fps']).toBeGreaterThan(15);
    expect(code).toBe(0);
    await sender.stop();
  });

  it('exits 1 where a likeness comes without its label, or a picture is black', async () => {
    const [bare, dark] = [uniqueName('cli bare'), uniqueName('cli dark')];
    const unlabelled = await output(bare, false, likenessMark);
    const seen = await cli('monitor', bare, '--frames', '10', '--json');
    expect(seen.code).toBe(1);
    expect(JSON.parse(seen.out)).toMatchObject({ framesUnlabelled: 10, framesLabelled: 0, plate: null });
    await unlabelled.stop();
    const black = await output(dark, false, undefined, 16);
    const blackSeen = await cli('monitor', dark, '--frames', '10', '--json');
    expect(blackSeen.code).toBe(1);
    expect(JSON.parse(blackSeen.out)).toMatchObject({ framesBlack: 10, kinds: { none: 10 } });
    await black.stop();
  });

  it('ends on Ctrl-C with its summary and leaves no folder of ours behind', async () => {
    const name = uniqueName('cli interrupted');
    const camera = await peers.sender({ name });
    const temporary = join(folder, 'tmp');
    mkdirSync(temporary, { recursive: true });
    const running = startCli(main, ['monitor', name], { TMPDIR: temporary });
    for (let tries = 0; tries < 100 && !running.out().includes('fps'); tries++) await sleep(100);
    running.signal('SIGINT');
    const { code, out, err } = await running.ended;
    expect(code).toBe(0);
    expect(out).toMatch(/\d+ pictures: /);
    expect(err).toBe('');
    // libndi leaves an empty NTK_RECV_… of its own.
    expect(readdirSync(temporary).filter((entry) => entry.startsWith('understudy'))).toEqual([]);
    await camera.stop();
  });

  it('names what it did see where the source is not there', async () => {
    const { code, err } = await cli('monitor', uniqueName('cli nobody'), '--wait', '1');
    expect(code).toBe(2);
    expect(err).toMatch(/^CLI_SOURCE_NOT_SEEN: /);
  });
});

describe('still', () => {
  it('saves a labelled picture with its mark in the file, and does not replace it unasked', async () => {
    const name = uniqueName('cli still');
    const sender = await output(name, true, likenessMark);
    const file = join(folder, 'still.png');
    expect((await cli('still', name, '-o', file)).code).toBe(0);
    const image = await loadImage(file);
    expect([image.width, image.height]).toEqual([widthPx, heightPx]);
    const texts = readPngText(readFileSync(file));
    expect(texts['Understudy Mark']).toBe(likenessMark);
    expect(texts['Digital Source Type']).toContain('compositeWithTrainedAlgorithmicMedia');
    const again = await cli('still', name, '-o', file);
    expect(again.code).toBe(2);
    expect(again.err).toContain('CLI_FILE_EXISTS');
    await sender.stop();
  });

  it('refuses a likeness without its label, whatever is asked', async () => {
    const name = uniqueName('cli unlabelled');
    const sender = await output(name, false, likenessMark);
    const file = join(folder, 'never.png');
    const { code, err } = await cli('still', name, '-o', file, '--unmarked');
    expect(code).toBe(2);
    expect(err).toContain('STILL_NOT_LABELLED');
    expect(() => readFileSync(file)).toThrow();
    await sender.stop();
  });
});

describe('bypass', () => {
  it('reaches the door of the lane in run.json, in the words the door reads', async () => {
    const door = createSocket('udp4');
    const heard: (boolean | null)[] = [];
    door.on('message', (packet) => heard.push(readBypass(packet)));
    await new Promise<void>((resolve) => door.bind(0, '127.0.0.1', resolve));
    const bypassPort = door.address().port;
    const state = join(folder, 'running', 'my-show');
    mkdirSync(state, { recursive: true });
    writeFileSync(
      join(state, 'run.json'),
      JSON.stringify({
        pid: process.pid,
        runFolder: folder,
        httpPort: 1,
        lanes: [{ laneId: 'cam-a', pid: process.pid, bypassPort, outputName: 'Out' }],
      }),
    );
    const root = join(folder, 'running');
    expect((await cli('bypass', 'cam-a', 'on', '--state', root)).code).toBe(0);
    expect((await cli('bypass', String(bypassPort), 'off')).code).toBe(0);
    expect(heard).toEqual([true, false]);
    const unknown = await cli('bypass', 'cam-z', 'on', '--state', root);
    expect([unknown.code, unknown.err.split(':')[0]]).toEqual([2, 'LANE_UNKNOWN']);
    await new Promise<void>((resolve) => door.close(resolve));
    const deaf = await cli('bypass', 'cam-a', 'on', '--state', root);
    expect([deaf.code, deaf.err.split(':')[0]]).toEqual([2, 'BYPASS_NOT_HEARD']);
  });
});

describe('doctor', () => {
  it('finds libndi, the models and the kernels that set-up made', async () => {
    const { code, out } = await cli('doctor', '--no-speed', '--json');
    const { fit, checks } = JSON.parse(out) as {
      fit: boolean;
      checks: { name: string; state: string; needed: boolean; detail: string }[];
    };
    const of = (name: string) => checks.find((check) => check.name === name);
    for (const name of ['node', 'libndi', 'onnxruntime', 'models', 'kernels'])
      expect(of(name)).toMatchObject({ state: 'ok' });
    expect(of('libndi')?.detail).toMatch(/libndi/);
    expect(code).toBe(fit ? 0 : 1);
  });
});
