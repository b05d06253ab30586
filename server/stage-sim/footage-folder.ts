import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createCanvas, loadImage, type Image } from '@napi-rs/canvas';
import { CodedError } from '../errors/coded-error.js';
import { yuvMatrixOf } from '../frame/format.js';
import { KernelMemory } from '../kernels/memory.js';
import { layOverCoefficients, loadStageKernel } from '../kernels/stage.js';
import { sizeOf, type FootageOptions } from './footage-options.js';
import type { PictureFeed } from './ndi-camera.js';

/** Pictures decoded ahead of the one that is sent. */
const aheadCount = 4;

/** The JPEG and PNG pictures of a folder in the order of their names (numbers by value). @throws CLI_FILE_UNREADABLE */
export async function openFolder(options: FootageOptions): Promise<PictureFeed> {
  const names = readdirSync(options.path)
    .filter((name) => /\.(jpe?g|png)$/i.test(name))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  if (names.length === 0)
    throw new CodedError('CLI_FILE_UNREADABLE', {
      file: options.path,
      reason: 'there is no JPEG or PNG picture in it',
    });
  const first = await load(join(options.path, names[0]!));
  const size = sizeOf(options, { widthPx: first.width, heightPx: first.height });
  const painter = new Painter(size.widthPx, size.heightPx);
  const ahead: Uint8Array[] = [painter.paint(first)];
  let index = 1,
    isLoading = false,
    failed = false;

  const loadAhead = async (): Promise<void> => {
    if (isLoading || failed) return;
    isLoading = true;
    while (ahead.length < aheadCount && hasNext())
      ahead.push(painter.paint(await load(join(options.path, names[index++ % names.length]!))));
    isLoading = false;
  };
  const hasNext = (): boolean => options.atEnd === 'start-over' || index < names.length;
  const failure = (error: unknown): void => {
    failed = true;
    process.stderr.write(`play: ${(error as Error).message}\n`);
  };
  await loadAhead();
  return {
    ...size,
    rate: options.rate ?? { num: 25, den: 1 },
    sound: 'none',
    next(target) {
      const picture = ahead.shift();
      if (!picture) return hasNext() && !failed ? 'late' : 'end';
      target.set(picture);
      painter.giveBack(picture);
      loadAhead().catch(failure);
      return { metadata: null };
    },
  };
}

const load = (path: string): Promise<Image> =>
  loadImage(path).catch((error: unknown) => {
    throw new CodedError('CLI_FILE_UNREADABLE', { file: path, reason: (error as Error).message }, { cause: error });
  });

/** Fits pictures into a frame, black bars beside, and turns them into UYVY by the rules of the frame's size. */
class Painter {
  readonly #memory: KernelMemory;
  readonly #kernel;
  readonly #from: number;
  readonly #to: number;
  readonly #coefficients: number;
  readonly #canvas;
  readonly #spare: Uint8Array[] = [];

  constructor(
    readonly widthPx: number,
    readonly heightPx: number,
  ) {
    this.#memory = new KernelMemory(Math.ceil((widthPx * heightPx * 6) / 1048576) + 1);
    this.#kernel = loadStageKernel(this.#memory);
    this.#from = this.#memory.allocate(widthPx * heightPx * 4);
    this.#to = this.#memory.allocate(widthPx * heightPx * 2);
    this.#coefficients = this.#memory.allocate(24);
    this.#memory.i16.set(layOverCoefficients(yuvMatrixOf(widthPx, heightPx, null)), this.#coefficients / 2);
    this.#canvas = createCanvas(widthPx, heightPx);
  }

  paint(image: Image): Uint8Array {
    const { widthPx, heightPx } = this,
      pen = this.#canvas.getContext('2d');
    const scale = Math.min(widthPx / image.width, heightPx / image.height),
      w = image.width * scale,
      h = image.height * scale;
    pen.fillStyle = '#000';
    pen.fillRect(0, 0, widthPx, heightPx);
    pen.imageSmoothingQuality = 'high';
    pen.drawImage(image, (widthPx - w) / 2, (heightPx - h) / 2, w, h);
    this.#memory.u8.set(pen.getImageData(0, 0, widthPx, heightPx).data, this.#from);
    this.#kernel.packRgba(this.#from, this.#coefficients, this.#to, widthPx, heightPx, widthPx * 4, widthPx * 2);
    const out = this.#spare.pop() ?? new Uint8Array(widthPx * heightPx * 2);
    out.set(this.#memory.u8.subarray(this.#to, this.#to + out.length));
    return out;
  }

  giveBack(picture: Uint8Array): void {
    this.#spare.push(picture);
  }
}
