/**
 * The camera of the loop rows, a process of its own: renders some pictures of the simulated stage once, then plays them to and
 * fro over NDI. Each frame carries its number in the picture (a stamp), in its timecode and in its metadata, with the time of its
 * sending. Paced here and not by libndi, so that this time is the one of the hand-over.
 */
import { StageScene } from '../../server/stage-sim/stage-scene.js';
import type { SceneName } from '../../server/stage-sim/scene/scripts.js';
import {
  encodeVideo,
  newBytes,
  newVideo,
  nowUs,
  onCommand,
  openNdi,
  say,
  useLoopback,
} from '../e2e/support/ndi-peer/binding.js';
import { fourCC, writeStamp } from '../e2e/support/ndi-peer/picture.js';
import { pingPong } from './ping-pong.js';

export interface LoopCameraSettings {
  readonly configFolder: string;
  readonly machineName: string;
  readonly name: string;
  readonly scene: SceneName;
  readonly seed: number;
  readonly people: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly framesPerSecond: number;
  /** Pictures rendered; the loop is 2·count − 2 frames long. */
  readonly pictures: number;
  /** The scene's picture that the loop begins with; 0 where not given. */
  readonly firstPicture?: number;
}

const settings = JSON.parse(process.argv[2]!) as LoopCameraSettings;
const { widthPx, heightPx, framesPerSecond } = settings;
useLoopback(settings.configFolder, settings.machineName);
const ndi = openNdi();
const sender = ndi.sendCreate({ p_ndi_name: settings.name, p_groups: null, clock_video: false, clock_audio: false });
if (sender === null) throw new Error(`libndi refused the sender ${settings.name}`);
let stopping = false;
onCommand((command) => {
  if (command['do'] === 'stop') stopping = true;
});
say('ready', { pid: process.pid });

const pictures = render();
const structures = [newVideo(), newVideo()];
const intervalUs = 1e6 / framesPerSecond;
const timecodeStep = BigInt(Math.round(1e7 / framesPerSecond));
const startUs = nowUs();
let frame = 0;
say('playing', {});
tick();

function render(): { address: bigint; bytes: Uint8Array }[] {
  const { scene, seed, people, firstPicture = 0 } = settings;
  const stage = new StageScene({ scene, seed, people, widthPx, heightPx, framesPerSecond });
  return Array.from({ length: settings.pictures }, (_, index) => {
    const picture = newBytes(widthPx * heightPx * 2);
    stage.renderFrame(firstPicture + index, { who: 'performer' }, picture.bytes);
    return picture;
  });
}

function tick(): void {
  if (stopping) finish();
  const waitUs = startUs + frame * intervalUs - nowUs();
  // A timer is late by up to a millisecond; the rest is waited for in short turns, so that commands are still heard.
  if (waitUs > 1500) setTimeout(tick, Math.floor((waitUs - 1000) / 1000));
  else {
    if (waitUs <= 0) send();
    setImmediate(tick);
  }
}

function send(): void {
  const picture = pictures[pingPong(frame, pictures.length)]!;
  writeStamp(picture.bytes, 'UYVY', widthPx, heightPx, frame);
  const structure = structures[frame % 2]!;
  encodeVideo(structure, {
    xres: widthPx,
    yres: heightPx,
    FourCC: fourCC('UYVY'),
    frame_rate_N: framesPerSecond,
    frame_rate_D: 1,
    picture_aspect_ratio: widthPx / heightPx,
    frame_format_type: 1,
    timecode: BigInt(frame) * timecodeStep,
    p_data: picture.address,
    line_stride_in_bytes: widthPx * 2,
    p_metadata: `<understudy_sim frame="${frame}" at_us="${nowUs()}"/>`,
    timestamp: 0,
  });
  ndi.sendVideoAsync(sender, structure);
  frame++;
}

function finish(): never {
  ndi.sendVideoAsync(sender, null);
  ndi.sendDestroy(sender);
  say('stopped', { frames: frame, behindMs: Math.round((nowUs() - startUs - frame * intervalUs) / 1000) });
  process.exit(0);
}
