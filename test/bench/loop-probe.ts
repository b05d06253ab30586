/**
 * The eye of the loop rows, a process of its own with the tests' own NDI binding: watches one source at a time and notes of every
 * frame what the bench counts. Commands: connect {name}, disconnect, take, grab {count, everyFrames}, stop.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PixelFormat } from '../../server/frame/format.js';
import { readMark } from '../../server/cli/ndi/mark.js';
import { findPlate } from '../../server/cli/ndi/plate.js';
import { isBlack } from '../../server/cli/ndi/picture.js';
import {
  decodeVideo,
  findSource,
  newAudio,
  newMeta,
  newVideo,
  nowUs,
  onCommand,
  openNdi,
  say,
  useLoopback,
  viewBytes,
} from '../e2e/support/ndi-peer/binding.js';
import { bytesOf, fourCCName, readStamp, type PeerFormat } from '../e2e/support/ndi-peer/picture.js';

export interface LoopProbeSettings {
  readonly configFolder: string;
  readonly machineName: string;
  /** Grabbed pictures are written here, raw. */
  readonly grabFolder: string;
}

/** One frame as it reached the probe. */
export interface SeenFrame {
  /** The camera's number, read from the picture; null where the stamp is damaged. */
  readonly stamp: number | null;
  /** From the camera's hand-over to libndi until the probe's capture returned. */
  readonly delayUs: number | null;
  readonly black: boolean;
  /** kind and step of the metadata mark; null without one. */
  readonly kind: string | null;
  readonly step: string | null;
  /** The visible label was found in the picture. */
  readonly plate: boolean;
}
export interface GrabbedFrame {
  readonly stamp: number;
  readonly file: string;
  readonly format: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly strideBytes: number;
  readonly step: string | null;
}

const settings = JSON.parse(process.argv[2]!) as LoopProbeSettings;
useLoopback(settings.configFolder, settings.machineName);
mkdirSync(settings.grabFolder, { recursive: true });
const ndi = openNdi();
const [video, audio, meta] = [newVideo(), newAudio(), newMeta()];
let receiver: unknown = null;
let stopping = false;
let seen: SeenFrame[] = [];
let grabsLeft = 0;
let grabEvery = 1;
let framesConnected = 0;

function takeVideo(atUs: number): void {
  const frame = decodeVideo(video);
  const format = fourCCName(frame.FourCC);
  const { xres: widthPx, yres: heightPx, line_stride_in_bytes: strideBytes, p_metadata: metadata } = frame;
  const pixels = viewBytes(frame.p_data!, bytesOf(format as PeerFormat, heightPx, strideBytes));
  const stamp = readStamp(pixels, format, widthPx, heightPx, strideBytes);
  const sentAtUs = /<understudy_sim [^>]*at_us="(\d+)"/.exec(metadata ?? '')?.[1];
  const mark = readMark(metadata);
  const picture = { widthPx, heightPx, strideBytes, format: format as PixelFormat, pixels };
  seen.push({
    stamp,
    delayUs: sentAtUs === undefined ? null : atUs - Number(sentAtUs),
    black: isBlack(picture),
    kind: mark?.kind ?? null,
    step: mark?.step ?? null,
    plate: mark?.kind === 'likeness' && findPlate(picture) !== null,
  });
  if (framesConnected++ === 0) say('first', { widthPx, heightPx, format });
  if (grabsLeft > 0 && stamp !== null && stamp % grabEvery === 0) {
    grabsLeft--;
    const file = join(settings.grabFolder, `${stamp}.${format.toLowerCase()}`);
    writeFileSync(file, pixels);
    say('grabbed', {
      stamp,
      file,
      format,
      widthPx,
      heightPx,
      strideBytes,
      step: mark?.step ?? null,
    } satisfies GrabbedFrame);
  }
  ndi.recvFreeVideo(receiver, video);
}

function connect(name: string): void {
  disconnect();
  const found = findSource(ndi, name, 20_000);
  if (found === null) {
    say('absent', { name });
    return;
  }
  framesConnected = 0;
  seen = [];
  receiver = ndi.recvCreate({
    source: { p_ndi_name: found.name, p_url_address: found.url },
    color_format: 100,
    bandwidth: 100,
    allow_video_fields: true,
    p_ndi_recv_name: 'bench',
  });
}

function disconnect(): void {
  if (receiver !== null) ndi.recvDestroy(receiver);
  receiver = null;
}

function tick(): void {
  if (stopping) {
    disconnect();
    say('summary', {});
    process.exit(0);
  }
  if (receiver === null) {
    setTimeout(tick, 10);
    return;
  }
  const type = ndi.recvCapture(receiver, video, audio, meta, 10) as number;
  if (type === 1) takeVideo(nowUs());
  if (type === 2) ndi.recvFreeAudio(receiver, audio);
  if (type === 3) ndi.recvFreeMetadata(receiver, meta);
  setImmediate(tick);
}

onCommand((command) => {
  switch (command['do']) {
    case 'connect':
      connect(String(command['name']));
      return;
    case 'disconnect':
      disconnect();
      return;
    case 'take':
      say('taken', { frames: seen });
      seen = [];
      return;
    case 'grab':
      grabsLeft = Number(command['count']);
      grabEvery = Number(command['everyFrames']);
      return;
    case 'stop':
      stopping = true;
      return;
    default:
  }
});
say('ready', { pid: process.pid });
tick();
