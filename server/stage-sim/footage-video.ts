import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { CodedError } from '../errors/coded-error.js';
import { yuvMatrixOf } from '../frame/format.js';
import { sizeOf, type FootageOptions } from './footage-options.js';
import { parseFrameRate, type FrameRate, type NextPicture, type PictureFeed } from './ndi-camera.js';

/** ffmpeg's names of the matrices. */
const matrixNames = { bt601: 'bt601', bt709: 'bt709', bt2020: 'bt2020' } as const;

interface Probed {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rate: FrameRate;
}

/** Asks ffprobe for size and rate. @throws CLI_FILE_UNREADABLE */
function probe(path: string): Probed {
  const asked = spawnSync(
    'ffprobe',
    ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'stream=width,height,r_frame_rate', '-of', 'json', path],
    { encoding: 'utf8' },
  );
  const unreadable = (reason: string): CodedError => new CodedError('CLI_FILE_UNREADABLE', { file: path, reason });
  if (asked.error) throw unreadable('ffmpeg is not installed (Debian: apt-get install ffmpeg)');
  if (asked.status !== 0) throw unreadable(asked.stderr.trim().split('\n').at(-1) ?? 'ffprobe refuses it');
  const stream = (JSON.parse(asked.stdout) as { streams: { width: number; height: number; r_frame_rate: string }[] })
    .streams[0];
  const rate = stream === undefined ? null : parseFrameRate(stream.r_frame_rate);
  if (stream === undefined || rate === null) throw unreadable('there is no video in it');
  return { widthPx: stream.width, heightPx: stream.height, rate };
}

/** A video through ffmpeg, one process at a time: UYVY by the rules of the size sent, legal range. @throws CLI_FILE_UNREADABLE */
export async function openVideo(options: FootageOptions): Promise<PictureFeed> {
  const probed = probe(options.path),
    size = sizeOf(options, probed),
    rate = options.rate ?? probed.rate;
  const decoder = new Decoder(options, size, rate);
  await decoder.firstPicture();
  return { ...size, rate, sound: 'none', next: (target) => decoder.next(target) };
}

/** Pictures kept ready; ffmpeg waits when that many are. */
const aheadCount = 6;

class Decoder {
  readonly #pictureBytes: number;
  readonly #ready: Uint8Array[] = [];
  readonly #spare: Uint8Array[] = [];
  readonly #arguments: string[];
  #filling: Uint8Array;
  #filled = 0;
  #child: ChildProcess | null = null;
  #hasEnded = false;
  #said = '';
  #onPicture: (() => void) | null = null;

  constructor(
    readonly options: FootageOptions,
    size: { widthPx: number; heightPx: number },
    rate: FrameRate,
  ) {
    const { widthPx: w, heightPx: h } = size,
      matrix = matrixNames[yuvMatrixOf(w, h, null)];
    this.#pictureBytes = w * h * 2;
    this.#filling = new Uint8Array(this.#pictureBytes);
    this.#arguments = [
      '-v',
      'error',
      '-i',
      options.path,
      '-an',
      '-vf',
      `fps=${rate.num}/${rate.den},scale=${w}:${h}:force_original_aspect_ratio=decrease:flags=bicubic:out_color_matrix=${matrix}:out_range=tv,pad=${w}:${h}:-1:-1,format=uyvy422`,
      '-f',
      'rawvideo',
      '-',
    ];
    this.#start();
    process.on('exit', () => this.#child?.kill());
  }

  /** @throws CLI_FILE_UNREADABLE when ffmpeg gives none. */
  async firstPicture(): Promise<void> {
    await new Promise<void>((resolve) => (this.#onPicture = resolve));
    if (this.#ready.length === 0)
      throw new CodedError('CLI_FILE_UNREADABLE', {
        file: this.options.path,
        reason: this.#said.trim() || 'ffmpeg finds no picture in it',
      });
  }

  next(target: Uint8Array): NextPicture {
    const picture = this.#ready.shift();
    if (!picture) return this.#hasEnded ? 'end' : 'late';
    target.set(picture);
    this.#spare.push(picture);
    this.#child?.stdout?.resume();
    return { metadata: null };
  }

  #start(): void {
    const child = spawn('ffmpeg', this.#arguments, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    let pictures = 0;
    child.stderr.on('data', (text: Buffer) => (this.#said = text.toString().slice(-400)));
    child.stdout.on('data', (bytes: Buffer) => (pictures += this.#take(bytes)));
    child.once('error', () => this.#onPicture?.());
    child.once('close', () => {
      this.#filled = 0;
      // A file that gives no picture would be started over for ever.
      if (this.options.atEnd === 'start-over' && pictures > 0) return this.#start();
      this.#hasEnded = true;
      this.#child = null;
      this.#onPicture?.();
    });
  }

  /** Cuts the byte stream into pictures; gives how many were finished. */
  #take(bytes: Buffer): number {
    let at = 0,
      finished = 0;
    while (at < bytes.length) {
      const count = Math.min(bytes.length - at, this.#pictureBytes - this.#filled);
      this.#filling.set(bytes.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
      if (this.#filled < this.#pictureBytes) break;
      this.#ready.push(this.#filling);
      this.#filling = this.#spare.pop() ?? new Uint8Array(this.#pictureBytes);
      this.#filled = 0;
      finished++;
      this.#onPicture?.();
    }
    if (this.#ready.length >= aheadCount) this.#child?.stdout?.pause();
    return finished;
  }
}
