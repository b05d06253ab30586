import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { NdiReceiver } from '../../../server/ndi/port.js';
import { entryOf } from '../../../server/paths.js';
import { isCastBuilt } from '../../../server/stage-sim/stage-scene.js';
import { openDoor, receiverOf, type Door } from '../ndi/door.js';
import { uniqueName } from '../support/peer-process.js';

const entry = entryOf('stage-sim/camera.ts');
const ready = isCastBuilt() && existsSync(entry);
let door: Door;
let camera: ChildProcess | null = null;

beforeAll(() => {
  if (ready) door = openDoor();
});
afterAll(() => {
  if (ready) door.close();
});
afterEach(async () => {
  const running = camera;
  camera = null;
  if (!running || running.exitCode !== null) return;
  await new Promise((resolve) => {
    running.once('close', resolve);
    running.kill('SIGTERM');
  });
});

/** Starts the camera and waits until it says that it is on air. */
async function start(name: string, ...more: string[]): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [entry, '--name', name, '--width', '320', '--height', '180', '--loop', '4', ...more],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  camera = child;
  await new Promise<void>((resolve, reject) => {
    child.stdout!.once('data', () => resolve());
    child.once('close', (code) => reject(new Error(`the camera ended with ${code}`)));
  });
  return child;
}

interface Seen {
  readonly timecode100ns: bigint;
  readonly frame: number;
  readonly scene: string;
}

/** Receives pictures and sound until `count` pictures came. */
async function receive(
  receiver: NdiReceiver,
  count: number,
): Promise<{ pictures: Seen[]; samples: number; peak: number }> {
  const pictures: Seen[] = [];
  let samples = 0,
    peak = 0;
  while (pictures.length < count) {
    const captured = await receiver.capture(5000);
    if (captured.kind === 'none') throw new Error('the camera is silent');
    if (captured.kind === 'audio') {
      samples += captured.audio.samples;
      const floats = new Float32Array(captured.audio.data.slice().buffer);
      peak = floats.reduce((most, value) => Math.max(most, Math.abs(value)), peak);
      captured.audio.release();
    }
    if (captured.kind !== 'video') continue;
    const { video } = captured,
      mark = /<understudy_sim frame="(\d+)" scene="(\w+)"\/>/.exec(video.metadata ?? '');
    expect([video.widthPx, video.heightPx, video.format]).toEqual([320, 180, 'UYVY']);
    pictures.push({ timecode100ns: video.timecode100ns, frame: Number(mark?.[1]), scene: mark?.[2] ?? '' });
    video.release();
  }
  return { pictures, samples, peak };
}

describe.skipIf(!ready)(`the simulated camera${ready ? '' : ' (skipped: the cast is not built)'}`, () => {
  it('sends every frame with running timecode, its number and a quiet tone', async () => {
    const name = uniqueName('stage');
    await start(name);
    const receiver = await receiverOf(door.ndi, name);
    const { pictures, samples, peak } = await receive(receiver, 30);
    const steps = pictures.slice(1).map(({ timecode100ns }, i) => Number(timecode100ns - pictures[i]!.timecode100ns));
    expect(new Set(steps)).toEqual(new Set([400_000]));
    // To and fro: 0 1 2 3 2 1 0 …
    for (const [i, { frame }] of pictures.slice(1).entries()) expect(Math.abs(frame - pictures[i]!.frame)).toBe(1);
    expect(samples).toBeGreaterThan(1920 * 20);
    expect(peak).toBeGreaterThan(0.005);
    expect(peak).toBeLessThan(0.05);
    receiver.close();
  });

  it('keeps an NTSC rate exact, and changes its scene when told', async () => {
    const name = uniqueName('stage');
    const child = await start(name, '--fps', '29.97', '--scene', 'still');
    const receiver = await receiverOf(door.ndi, name);
    const { pictures } = await receive(receiver, 16);
    const span = Number(pictures[15]!.timecode100ns - pictures[0]!.timecode100ns);
    expect(Math.abs(span - (15 * 10_010_000) / 30)).toBeLessThanOrEqual(1);
    expect(pictures[0]!.scene).toBe('still');
    child.stdin!.write('{"scene":"hand"}\n');
    for (let tries = 0; tries < 20; tries++) {
      if ((await receive(receiver, 5)).pictures.at(-1)!.scene === 'hand') break;
      expect(tries).toBeLessThan(19);
    }
    receiver.close();
  });

  it('ends with an explanation when asked for a scene that there is not', async () => {
    const child = spawn(process.execPath, [entry, '--scene', 'nowhere'], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1);
    expect(said).toContain('there is no scene "nowhere"; there are demo, still');
    expect(said).not.toContain('at ');
  });
});
