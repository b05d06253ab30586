import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { openLibndi } from '../ndi/libndi.js';
import { machineClock } from '../time/clock.js';
import { frameIntervalUs } from '../time/time.js';
import { isSceneName, type OccluderKind, type SceneName } from './scene/scripts.js';
import { StageScene } from './stage-scene.js';
import { ToneTrack } from './tone.js';

/**
 * A camera of the simulated stage on NDI, as a process: running timecode, a quiet tone as sound, the frame's number in its
 * metadata. `--loop N` renders N frames first and plays them to and fro, so that rendering does not eat the machine.
 * JSON lines on standard input: {"scene":"hand"} changes the scene, {"occluder":"hand"} sends a hand or a prop across now.
 */
const { values } = parseArgs({
  options: {
    name: { type: 'string', default: 'CAM A' },
    scene: { type: 'string', default: 'demo' },
    people: { type: 'string', default: '1' },
    width: { type: 'string', default: '1920' },
    height: { type: 'string', default: '1080' },
    fps: { type: 'string', default: '25' },
    seed: { type: 'string', default: '1' },
    loop: { type: 'string', default: '0' },
    interface: { type: 'string', default: '127.0.0.1' },
  },
});
const widthPx = Number(values.width), heightPx = Number(values.height), fps = Number(values.fps), loopFrames = Number(values.loop);
const intervalUs = frameIntervalUs(fps, 1);
const clock = machineClock;

const sceneOf = (name: string): StageScene => {
  if (!isSceneName(name)) throw new Error(`No scene is called "${name}"`);
  return new StageScene({ scene: name as SceneName, seed: Number(values.seed), widthPx, heightPx, framesPerSecond: fps, people: Number(values.people) });
};
let stage = sceneOf(values.scene);
let sceneStart = 0;
let frameNumber = 0;

const configFolder = mkdtempSync(join(tmpdir(), 'understudy-camera-'));
const ndi = openLibndi({ clock, network: { interfaceAddresses: [values.interface] }, configFolder });
const sender = ndi.createSender({ name: values.name, clockVideo: false, clockAudio: false });
sender.addConnectionMetadata('<ndi_product long_name="Understudy simulated stage" short_name="Stage" manufacturer="Understudy" version="1" model_name="Simulated camera" serial="" session_name=""/>');
const shape = { widthPx, heightPx, format: 'UYVY' as const, frameRateNum: fps, frameRateDen: 1 };
// libndi reads the picture that was sent last: three in turn are always enough.
const frames = [0, 1, 2].map(() => ndi.createVideoFrame(shape));
const sound = ndi.createAudioFrame({ sampleRateHz: 48_000, channels: 2, samples: Math.round(48_000 / fps) });
const tone = new ToneTrack(48_000);

const loop: Uint8Array[] = [];
for (let n = 0; n < loopFrames; n++) {
  const picture = new Uint8Array(widthPx * heightPx * 2);
  stage.renderFrame(n, { who: 'performer' }, picture);
  loop.push(picture);
}
/** To and fro: no cut where the loop begins again. */
const loopIndex = (n: number): number => {
  const period = Math.max(1, 2 * loop.length - 2);
  const at = n % period;
  return at < loop.length ? at : period - at;
};

const startedAtUs = clock.nowUs();
const startTimecode = BigInt(clock.wallClockUs()) * 10n;
let nextAtUs: number = startedAtUs;
let skipped = 0;

function sendOne(): void {
  const frame = frames[frameNumber % frames.length]!;
  if (loop.length > 0) frame.pixels.set(loop[loopIndex(frameNumber)]!);
  else stage.renderFrame(frameNumber - sceneStart, { who: 'performer' }, frame.pixels);
  // The timecode is the frame's, not the clock's: a late frame keeps its place.
  const timecode = startTimecode + BigInt(frameNumber) * BigInt(intervalUs) * 10n;
  frame.timecode100ns = timecode;
  sender.sendVideo(frame, `<understudy_sim frame="${loop.length > 0 ? loopIndex(frameNumber) : frameNumber - sceneStart}" scene="${stage.options.scene}"/>`);
  tone.fill(sound.data, sound.samples, sound.channels, sound.channelStrideBytes);
  sound.timecode100ns = timecode;
  sender.sendAudio(sound);
  frameNumber++;
}

function tick(): void {
  sendOne();
  nextAtUs += intervalUs;
  const now = clock.nowUs();
  // Late by whole intervals: the camera drops them, as a camera does, and says so.
  while (nextAtUs < now - intervalUs) {
    nextAtUs += intervalUs;
    skipped++;
  }
  timer = setTimeout(tick, Math.max(0, (nextAtUs - now) / 1000));
}
let timer = setTimeout(tick, 0);
process.send?.({ type: 'ready', name: sender.sourceName });
process.stdout.write(JSON.stringify({ event: 'ready', name: sender.sourceName }) + '\n');

createInterface({ input: process.stdin }).on('line', (line) => {
  try {
    const asked = JSON.parse(line) as { scene?: string; occluder?: OccluderKind };
    if (asked.scene !== undefined) {
      stage = sceneOf(asked.scene);
      sceneStart = frameNumber;
    }
    if (asked.occluder !== undefined) stage.callOccluder(asked.occluder, frameNumber - sceneStart);
  } catch (error) {
    process.stderr.write(`camera: ${(error as Error).message}\n`);
  }
});

let closing = false;
function close(): void {
  if (closing) return;
  closing = true;
  clearTimeout(timer);
  process.stdout.write(JSON.stringify({ event: 'closed', frames: frameNumber, skipped }) + '\n');
  sender.close();
  ndi.close();
  rmSync(configFolder, { recursive: true, force: true });
  process.exit(0);
}
process.on('SIGTERM', close);
process.on('SIGINT', () => {
  // Under a supervisor the supervisor decides the order; alone, Ctrl-C ends it.
  if (!process.send) close();
});
process.on('disconnect', close);
