/**
 * A bare NDI camera. One JSON argument (SenderSettings); commands and events as JSON lines (see README.md).
 */
import { readFileSync } from 'node:fs';
import {
  decodeMeta,
  encodeVideo,
  findSource,
  newBytes,
  newMeta,
  newVideo,
  nowUs,
  onCommand,
  openNdi,
  say,
  useLoopback,
} from './binding.js';
import { bytesOf, fourCC, paintKnown, strideOf, writeStamp, type PeerFormat } from './picture.js';

export interface SenderSettings {
  readonly configFolder: string;
  readonly machineName: string;
  readonly name: string;
  readonly format?: PeerFormat;
  readonly widthPx?: number;
  readonly heightPx?: number;
  readonly frameRateNum?: number;
  readonly frameRateDen?: number;
  readonly pictureAspectRatio?: number;
  /** 'fields' sends field 0 and field 1 by turns, each of `heightPx` lines. */
  readonly scan?: 'progressive' | 'interleaved' | 'fields';
  /** Raw pictures in `format`, one after another, played in a loop; without it the known picture is sent. */
  readonly file?: string;
  readonly stamp?: boolean;
  /** Stops by itself after so many frames (then keeps the connection until told to stop). */
  readonly frames?: number;
  /** Waits for a receiver before the first frame. */
  readonly waitForReceiver?: boolean;
  /** Decimal strings: 100 ns units do not fit in JSON numbers. Frame n has first + n × step. */
  readonly firstTimecode100ns?: string;
  readonly timecodeStep100ns?: string;
  readonly videoMetadata?: string;
  readonly audio?: { readonly channels: number; readonly sampleRateHz: number };
  /** A metadata frame `<test n="…"/>` before every n-th picture. */
  readonly metadataEvery?: number;
  readonly connectionMetadata?: readonly string[];
  readonly failover?: string;
  /** Reports every send: {"event":"sent","frame":n,"atUs":…}. */
  readonly reportEach?: boolean;
}

const settings = JSON.parse(process.argv[2]!) as SenderSettings;
const format = settings.format ?? 'UYVY';
const rateNum = settings.frameRateNum ?? 25;
const rateDen = settings.frameRateDen ?? 1;
let widthPx = settings.widthPx ?? 640;
let heightPx = settings.heightPx ?? 360;
useLoopback(settings.configFolder, settings.machineName);
const ndi = openNdi();
const sender = ndi.sendCreate({ p_ndi_name: settings.name, p_groups: null, clock_video: true, clock_audio: false });
if (sender === null) throw new Error(`libndi refused the sender ${settings.name}`);
for (const xml of settings.connectionMetadata ?? []) {
  ndi.sendAddConnectionMetadata(sender, { length: 0, timecode: 0, p_data: xml });
}
if (settings.failover !== undefined) {
  const to = findSource(ndi, settings.failover, 10_000);
  ndi.sendSetFailover(sender, { p_ndi_name: to?.name ?? settings.failover, p_url_address: to?.url ?? null });
}

interface Picture {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}
/** Two buffers more than are in flight: one with libndi, one being stamped. */
function makePictures(): Picture[] {
  const size = bytesOf(format, heightPx, strideOf(format, widthPx));
  const file = settings.file === undefined ? null : readFileSync(settings.file);
  const count = file === null ? 3 : Math.max(1, Math.floor(file.byteLength / size));
  const made = Array.from({ length: Math.max(3, count) }, () => newBytes(size));
  made.forEach((picture, index) => {
    if (file === null) paintKnown(picture.bytes, format, widthPx, heightPx);
    else picture.bytes.set(file.subarray((index % count) * size, ((index % count) + 1) * size));
  });
  return file === null || count >= 3 ? made : made.slice(0, 3);
}

let pictures = makePictures();
let frame = 0;
let paused = false;
let stopping = false;
let tallyBefore = '';
const structures = [newVideo(), newVideo()];
const incoming = newMeta();
const first = BigInt(settings.firstTimecode100ns ?? '0');
const step = BigInt(settings.timecodeStep100ns ?? String(Math.round((1e7 * rateDen) / rateNum)));
const sound = settings.audio
  ? newBytes(settings.audio.channels * Math.round((settings.audio.sampleRateHz * rateDen) / rateNum) * 4)
  : null;

/** A ramp per channel: sample i of frame n on channel c is (c + 1) / 10 + i / 1e6, and the first sample carries n / 1e4. */
function sendSound(timecode: bigint): void {
  if (sound === null || settings.audio === undefined) return;
  const samples = sound.bytes.byteLength / 4 / settings.audio.channels;
  const floats = new Float32Array(sound.bytes.buffer, sound.bytes.byteOffset, sound.bytes.byteLength / 4);
  for (let c = 0; c < settings.audio.channels; c++) {
    for (let i = 0; i < samples; i++) floats[c * samples + i] = (c + 1) / 10 + i / 1e6;
    floats[c * samples] = frame / 1e4;
  }
  ndi.sendAudio(sender, {
    sample_rate: settings.audio.sampleRateHz,
    no_channels: settings.audio.channels,
    no_samples: samples,
    timecode,
    FourCC: fourCC('FLTp'),
    p_data: sound.address,
    channel_stride_in_bytes: samples * 4,
    p_metadata: `<sound n="${frame}"/>`,
    timestamp: 0,
  });
}

function sendPicture(): void {
  const timecode = first + BigInt(frame) * step;
  const picture = pictures[frame % pictures.length]!;
  if (settings.stamp === true) writeStamp(picture.bytes, format, widthPx, heightPx, frame);
  if (settings.metadataEvery !== undefined && frame % settings.metadataEvery === 0) {
    ndi.sendMetadata(sender, { length: 0, timecode, p_data: `<test n="${frame}"/>` });
  }
  sendSound(timecode);
  const structure = structures[frame % 2]!;
  const scan = settings.scan ?? 'progressive';
  encodeVideo(structure, {
    xres: widthPx,
    yres: heightPx,
    FourCC: fourCC(format),
    frame_rate_N: rateNum,
    frame_rate_D: rateDen,
    picture_aspect_ratio: settings.pictureAspectRatio ?? 0,
    frame_format_type: scan === 'progressive' ? 1 : scan === 'interleaved' ? 0 : 2 + (frame % 2),
    timecode,
    p_data: picture.address,
    line_stride_in_bytes: strideOf(format, widthPx),
    p_metadata: settings.videoMetadata?.replace('{n}', String(frame)) ?? null,
    timestamp: 0,
  });
  if (settings.reportEach === true) say('sent', { frame, timecode, atUs: nowUs() });
  ndi.sendVideoAsync(sender, structure);
  frame++;
}

function listen(): void {
  const tally = { on_program: false, on_preview: false };
  ndi.sendTally(sender, tally, 0);
  const text = JSON.stringify(tally);
  if (text !== tallyBefore) say('tally', tally);
  tallyBefore = text;
  while (ndi.sendCapture(sender, incoming, 0) === 3) {
    say('metadata', { xml: decodeMeta(incoming).p_data });
    ndi.sendFreeMetadata(sender, incoming);
  }
}

function tick(): void {
  if (stopping) {
    ndi.sendVideoAsync(sender, null);
    ndi.sendDestroy(sender);
    ndi.destroy();
    say('stopped', { frames: frame });
    process.exit(0);
  }
  listen();
  const finished = settings.frames !== undefined && frame >= settings.frames;
  const waiting = settings.waitForReceiver === true && frame === 0 && Number(ndi.sendConnections(sender, 0)) === 0;
  if (paused || finished || waiting) {
    setTimeout(tick, 5);
    return;
  }
  // libndi itself waits for the frame's turn (clock_video).
  sendPicture();
  setImmediate(tick);
}

onCommand((command) => {
  if (command['do'] === 'stop') stopping = true;
  if (command['do'] === 'pause') paused = true;
  if (command['do'] === 'resume') paused = false;
  if (command['do'] === 'metadata') {
    ndi.sendMetadata(sender, { length: 0, timecode: 0, p_data: command['xml'] });
  }
  if (command['do'] === 'size') {
    ndi.sendVideoAsync(sender, null);
    widthPx = Number(command['widthPx']);
    heightPx = Number(command['heightPx']);
    pictures = makePictures();
  }
});
say('ready', { name: `${settings.machineName} (${settings.name})`, pid: process.pid });
tick();
