/**
 * A bare NDI monitor of another make: reports each frame that reaches it. One JSON argument (ProbeSettings); commands and
 * events as JSON lines (see README.md).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeAudio,
  decodeMeta,
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
  type VideoStruct,
} from './binding.js';
import { bytesOf, fourCCName, meanLuma01, readStamp, type PeerFormat } from './picture.js';

export interface ProbeSettings {
  readonly configFolder: string;
  readonly machineName: string;
  /** The source: "MACHINE (NAME)" or "NAME"; or its address. */
  readonly name?: string;
  readonly url?: string;
  /** Connect by name alone and let libndi find it (needs mDNS): a receiver that must follow a failover or a restart. */
  readonly byNameOnly?: boolean;
  /** NDIlib_recv_color_format_e: 100 fastest (default), 101 best, 0 BGRX/BGRA, 1 UYVY/BGRA, 2 RGBX/RGBA. */
  readonly colorFormat?: number;
  readonly allowFields?: boolean;
  /** Ends by itself after so many pictures. */
  readonly frames?: number;
  /** Reports every picture, sound and metadata frame; otherwise only changes and the summary. */
  readonly reportEach?: boolean;
  /** Raw pictures are written here as frame-000012.UYVY. */
  readonly saveFolder?: string;
  /** Ordinal numbers of the pictures to save. */
  readonly saveFrames?: readonly number[];
  readonly connectionMetadata?: readonly string[];
  /** Mean luma below which a picture counts as black; legal black is 0.063. */
  readonly blackBelow01?: number;
}

const settings = JSON.parse(process.argv[2]!) as ProbeSettings;
useLoopback(settings.configFolder, settings.machineName);
const ndi = openNdi();
const wanted = settings.url ?? settings.name ?? '';
const found =
  settings.url !== undefined
    ? { name: null, url: settings.url }
    : settings.byNameOnly === true
      ? { name: settings.name ?? null, url: null }
      : findSource(ndi, wanted, 20_000);
if (found === null) {
  say('absent', { wanted });
  process.exit(3);
}
const receiver = ndi.recvCreate({
  source: { p_ndi_name: found.name, p_url_address: found.url },
  color_format: settings.colorFormat ?? 100,
  bandwidth: 100,
  allow_video_fields: settings.allowFields ?? true,
  p_ndi_recv_name: 'probe',
});
for (const xml of settings.connectionMetadata ?? []) {
  ndi.recvAddConnectionMetadata(receiver, { length: 0, timecode: 0, p_data: xml });
}

const [video, audio, meta] = [newVideo(), newAudio(), newMeta()];
const blackBelow01 = settings.blackBelow01 ?? 0.09;
let stopping = false;
let stalledUntilUs = 0;
let saveNext = 0;
let videoLost = false;
let lastVideoAtUs = 0;
let shapeBefore = '';
let stampBefore: number | null = null;
let timecodeBefore: bigint | null = null;
const count = { frames: 0, sounds: 0, metadata: 0, black: 0, outOfOrder: 0, missing: 0, repeated: 0, unstamped: 0 };

/** Stamps must rise by one; what they skip is missing, what they repeat or step back is counted apart. */
function checkOrder(stamp: number | null, timecode: bigint): void {
  if (stamp === null) count.unstamped++;
  else if (stampBefore !== null) {
    if (stamp === stampBefore) count.repeated++;
    else if (stamp < stampBefore) count.outOfOrder++;
    else count.missing += stamp - stampBefore - 1;
  } else if (timecodeBefore !== null && timecode < timecodeBefore) count.outOfOrder++;
  if (stamp !== null) stampBefore = stamp;
  timecodeBefore = timecode;
}

function takeVideo(atUs: number): void {
  const frame: VideoStruct = decodeVideo(video);
  const format = fourCCName(frame.FourCC);
  const pixels = viewBytes(frame.p_data!, bytesOf(format as PeerFormat, frame.yres, frame.line_stride_in_bytes));
  const luma01 = meanLuma01(pixels, format, frame.xres, frame.yres, frame.line_stride_in_bytes);
  const stamp = readStamp(pixels, format, frame.xres, frame.yres, frame.line_stride_in_bytes);
  if (luma01 < blackBelow01) count.black++;
  checkOrder(stamp, BigInt(frame.timecode));
  const shape = `${frame.xres}x${frame.yres} ${format} ${frame.frame_rate_N}/${frame.frame_rate_D}`;
  if (shape !== shapeBefore) say('shape', { frame: count.frames, shape, atUs });
  shapeBefore = shape;
  if (videoLost) say('back', { frame: count.frames, atUs });
  videoLost = false;
  lastVideoAtUs = atUs;
  if (saveNext > 0 || settings.saveFrames?.includes(count.frames)) {
    if (saveNext > 0) saveNext--;
    const file = join(settings.saveFolder!, `frame-${String(count.frames).padStart(6, '0')}.${format}`);
    writeFileSync(file, pixels);
    say('saved', {
      frame: count.frames,
      file,
      format,
      widthPx: frame.xres,
      heightPx: frame.yres,
      strideBytes: frame.line_stride_in_bytes,
    });
  }
  if (settings.reportEach === true) {
    say('video', {
      frame: count.frames,
      stamp,
      atUs,
      timecode: BigInt(frame.timecode),
      timestamp: BigInt(frame.timestamp),
      widthPx: frame.xres,
      heightPx: frame.yres,
      format,
      frameRateNum: frame.frame_rate_N,
      frameRateDen: frame.frame_rate_D,
      aspect: frame.picture_aspect_ratio,
      frameFormatType: frame.frame_format_type,
      metadata: frame.p_metadata,
      meanLuma01: Math.round(luma01 * 1e4) / 1e4,
    });
  }
  count.frames++;
  ndi.recvFreeVideo(receiver, video);
}

function takeAudio(atUs: number): void {
  const frame = decodeAudio(audio);
  const channels = Array.from({ length: frame.no_channels }, (_, c) => {
    const bytes = viewBytes(frame.p_data! + BigInt(c * frame.channel_stride_in_bytes), frame.no_samples * 4);
    const floats = new Float32Array(bytes.buffer, 0, frame.no_samples);
    return { first: floats[0], second: floats[1], last: floats[frame.no_samples - 1] };
  });
  if (settings.reportEach === true) {
    say('audio', {
      atUs,
      timecode: BigInt(frame.timecode),
      sampleRateHz: frame.sample_rate,
      samples: frame.no_samples,
      metadata: frame.p_metadata,
      channels,
    });
  }
  count.sounds++;
  ndi.recvFreeAudio(receiver, audio);
}

function finish(): never {
  say('summary', count);
  ndi.recvDestroy(receiver);
  ndi.destroy();
  process.exit(0);
}

function tick(): void {
  if (stopping || (settings.frames !== undefined && count.frames >= settings.frames)) finish();
  if (nowUs() < stalledUntilUs) {
    setTimeout(tick, 10);
    return;
  }
  const type = ndi.recvCapture(receiver, video, audio, meta, 20) as number;
  const atUs = nowUs();
  if (type === 1) takeVideo(atUs);
  if (type === 2) takeAudio(atUs);
  if (type === 3) {
    const { p_data: xml, timecode } = decodeMeta(meta);
    say('metadata', { xml, timecode: BigInt(timecode), atUs });
    count.metadata++;
    ndi.recvFreeMetadata(receiver, meta);
  }
  if (type === 100) say('status', { webControl: ndi.recvWebControl(receiver) });
  if (!videoLost && lastVideoAtUs > 0 && atUs - lastVideoAtUs > 500_000) {
    videoLost = true;
    say('lost', { frame: count.frames, atUs });
  }
  setImmediate(tick);
}

if (settings.saveFolder !== undefined) mkdirSync(settings.saveFolder, { recursive: true });
onCommand((command) => {
  if (command['do'] === 'stop') stopping = true;
  if (command['do'] === 'tally') {
    ndi.recvSetTally(receiver, { on_program: command['program'] === true, on_preview: command['preview'] === true });
  }
  if (command['do'] === 'metadata') {
    ndi.recvSendMetadata(receiver, { length: 0, timecode: 0, p_data: command['xml'] });
  }
  if (command['do'] === 'save') saveNext = Number(command['count'] ?? 1);
  if (command['do'] === 'stall') stalledUntilUs = nowUs() + Number(command['ms']) * 1000;
  if (command['do'] === 'summary') say('summary', count);
});
say('ready', { source: found.name ?? found.url, url: found.url, pid: process.pid });
tick();
