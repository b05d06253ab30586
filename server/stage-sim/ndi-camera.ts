import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLibndi } from '../ndi/libndi.js';
import type { NdiPort, NdiSender } from '../ndi/port.js';
import type { Clock } from '../time/clock.js';
import { markStart } from '../time/start-marks.js';
import { ToneTrack } from './tone.js';

export interface FrameRate {
  readonly num: number;
  readonly den: number;
}

/** "25", "30000/1001" or a decimal of the NTSC family; null where it is none of them. */
export function parseFrameRate(text: string): FrameRate | null {
  const [num, den = 1, ...rest] = text.split('/').map(Number);
  if (num === undefined || rest.length > 0 || !(num > 0) || !(den > 0)) return null;
  if (Number.isInteger(num) && Number.isInteger(den)) return { num, den };
  const whole = Math.ceil(num);
  if (den === 1 && Math.abs((whole * 1000) / 1001 - num) < 0.01) return { num: whole * 1000, den: 1001 };
  return den === 1 ? { num: Math.round(num * 1000), den: 1000 } : null;
}

/** A picture that was written, with its metadata XML (null for none); or why there is none: not ready, or no further one. */
export type NextPicture = { readonly metadata: string | null } | 'late' | 'end';

/** What a camera shows. */
export interface PictureFeed {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rate: FrameRate;
  readonly sound: 'tone' | 'none';
  /** Writes the next picture (UYVY, rows tight). 'late' sends nothing this time, 'end' closes the camera. */
  next(target: Uint8Array): NextPicture;
}

const sampleRateHz = 48_000;

/**
 * Sends a feed as an NDI camera at its frame rate, with running timecode: of the frame, not of the clock, so that a frame that
 * goes out late keeps its place. Late by whole intervals, it drops them and counts, and never sends two to catch up.
 */
export class NdiCamera {
  readonly sourceName: string;
  framesSent = 0;
  intervalsSkipped = 0;
  readonly ended: Promise<void>;
  readonly #ndi: NdiPort;
  readonly #sender: NdiSender;
  readonly #configFolder: string;
  readonly #tone = new ToneTrack(sampleRateHz);
  readonly #frames;
  readonly #sounds = new Map<number, ReturnType<NdiPort['createAudioFrame']>>();
  readonly #startTimecode100ns: bigint;
  readonly #startedAtUs: number;
  #interval = 0;
  #timer: NodeJS.Timeout;
  #end: () => void = () => undefined;
  #closed = false;

  constructor(
    readonly feed: PictureFeed,
    readonly clock: Clock,
    options: { readonly name: string; readonly interfaceAddress: string; readonly modelName: string },
  ) {
    this.#configFolder = mkdtempSync(join(tmpdir(), 'understudy-camera-'));
    this.#ndi = openLibndi({
      clock,
      network: { interfaceAddresses: [options.interfaceAddress] },
      configFolder: this.#configFolder,
    });
    this.#sender = this.#ndi.createSender({ name: options.name, clockVideo: false, clockAudio: false });
    this.#sender.addConnectionMetadata(
      `<ndi_product long_name="Understudy ${options.modelName}" short_name="Stage" manufacturer="Understudy" version="1" model_name="${options.modelName}" serial="" session_name=""/>`,
    );
    const { widthPx, heightPx, rate } = feed;
    const shape = { widthPx, heightPx, format: 'UYVY' as const, frameRateNum: rate.num, frameRateDen: rate.den };
    // libndi still reads the picture sent last: three in turn are always enough.
    this.#frames = [0, 1, 2].map(() => this.#ndi.createVideoFrame(shape));
    this.sourceName = this.#sender.sourceName;
    this.#startTimecode100ns = BigInt(clock.wallClockUs()) * 10n;
    this.#startedAtUs = clock.nowUs();
    this.ended = new Promise((resolve) => (this.#end = resolve));
    this.#timer = setTimeout(() => this.#tick(), 0);
  }

  connections(): number {
    return this.#sender.connections();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#sender.close();
    this.#ndi.close();
    rmSync(this.#configFolder, { recursive: true, force: true });
    this.#end();
  }

  /** Start of an interval, µs after the first; exact for every rate. */
  #dueUs(interval: number): number {
    return Math.floor((interval * 1_000_000 * this.feed.rate.den) / this.feed.rate.num);
  }

  #tick(): void {
    if (this.#sendOne() === 'end') return this.close();
    this.#interval++;
    const elapsedUs = this.clock.nowUs() - this.#startedAtUs;
    while (this.#dueUs(this.#interval + 1) < elapsedUs) {
      this.#interval++;
      this.intervalsSkipped++;
    }
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, (this.#dueUs(this.#interval) - elapsedUs) / 1000));
  }

  #sendOne(): 'sent' | 'late' | 'end' {
    const frame = this.#frames[this.framesSent % this.#frames.length]!,
      { rate } = this.feed;
    const picture = this.feed.next(frame.pixels);
    if (picture === 'late' || picture === 'end') return picture;
    const timecode =
      this.#startTimecode100ns + (BigInt(this.framesSent) * 10_000_000n * BigInt(rate.den)) / BigInt(rate.num);
    frame.timecode100ns = timecode;
    this.#sender.sendVideo(frame, picture.metadata);
    if (this.feed.sound === 'tone') this.#sendTone(timecode);
    if (this.framesSent++ === 0) markStart('first picture sent');
    return 'sent';
  }

  /** The samples of one frame: at 59.94 frames sometimes 800, sometimes 801. */
  #sendTone(timecode: bigint): void {
    const { num, den } = this.feed.rate,
      n = this.framesSent;
    const samplesUntil = (frames: number): number => Math.floor((frames * sampleRateHz * den) / num);
    const samples = samplesUntil(n + 1) - samplesUntil(n);
    const sound = this.#sounds.get(samples) ?? this.#ndi.createAudioFrame({ sampleRateHz, channels: 2, samples });
    this.#sounds.set(samples, sound);
    this.#tone.fill(sound.data, samples, 2, sound.channelStrideBytes);
    sound.timecode100ns = timecode;
    this.#sender.sendAudio(sound);
  }
}

/** Ends with the parent, SIGTERM or (alone, not under a supervisor, which keeps its own order) Ctrl-C. Tells both when it is on air. */
export function runCameraProcess(camera: NdiCamera): void {
  process.send?.({ type: 'ready', name: camera.sourceName });
  process.stdout.write(`${JSON.stringify({ event: 'ready', name: camera.sourceName })}\n`);
  void camera.ended.then(() => {
    process.stdout.write(
      `${JSON.stringify({ event: 'closed', frames: camera.framesSent, skipped: camera.intervalsSkipped })}\n`,
      () => process.exit(0),
    );
  });
  process.on('SIGTERM', () => camera.close());
  process.on('SIGINT', () => {
    if (!process.send) camera.close();
  });
  process.on('disconnect', () => camera.close());
}
