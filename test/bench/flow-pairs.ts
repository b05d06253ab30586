import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { testFootageRoot } from '../../server/paths.js';

/** Two 8-bit luma pictures without row padding, and the true flow from the first to the second. */
export interface FlowPair {
  readonly name: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  /** Interleaved (u, v); values beyond 1e9 are unknown. */
  readonly truth: Float32Array;
}

export interface Luma {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly pixels: Uint8Array;
}

/** Rec. 601 luma as OpenCV's BGR2GRAY rounds it. */
function lumaOf(rgb: Uint8Array | Uint8ClampedArray, pixelBytes: number, count: number): Uint8Array {
  const out = new Uint8Array(count);
  for (let k = 0; k < count; k++) {
    const at = k * pixelBytes;
    out[k] = (rgb[at]! * 4899 + rgb[at + 1]! * 9617 + rgb[at + 2]! * 1868 + 8192) >> 14;
  }
  return out;
}

export async function readLuma(file: string, fit?: { widthPx: number; heightPx: number }): Promise<Luma> {
  if (file.endsWith('.ppm')) return readPpm(file);
  const image = await loadImage(readFileSync(file));
  const widthPx = fit?.widthPx ?? image.width;
  const heightPx = fit?.heightPx ?? image.height;
  const context = createCanvas(widthPx, heightPx).getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, widthPx, heightPx);
  const { data } = context.getImageData(0, 0, widthPx, heightPx);
  return { widthPx, heightPx, pixels: lumaOf(data, 4, widthPx * heightPx) };
}

function readPpm(file: string): Luma {
  const bytes = readFileSync(file);
  const header = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.subarray(0, 64).toString('latin1'));
  if (!header) throw new Error(`${file} is not a binary PPM`);
  const widthPx = Number(header[1]);
  const heightPx = Number(header[2]);
  return { widthPx, heightPx, pixels: lumaOf(bytes.subarray(header[0].length), 3, widthPx * heightPx) };
}

/** Middlebury .flo: tag 202021.25, width, height, interleaved f32. */
function readFlo(file: string): Float32Array {
  const bytes = readFileSync(file);
  if (bytes.readFloatLE(0) !== 202021.25) throw new Error(`${file} is not a .flo file`);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset + 12, bytes.byteOffset + bytes.byteLength));
}

export function cropPair(
  pair: FlowPair,
  name: string,
  left: number,
  top: number,
  widthPx: number,
  heightPx: number,
): FlowPair {
  const cut = <T extends Uint8Array | Float32Array>(source: T, channels: number, out: T): T => {
    for (let y = 0; y < heightPx; y++) {
      const at = ((top + y) * pair.widthPx + left) * channels;
      out.set(source.subarray(at, at + widthPx * channels), y * widthPx * channels);
    }
    return out;
  };
  const size = widthPx * heightPx;
  return {
    name,
    widthPx,
    heightPx,
    from: cut(pair.from, 1, new Uint8Array(size)),
    to: cut(pair.to, 1, new Uint8Array(size)),
    truth: cut(pair.truth, 2, new Float32Array(size * 2)),
  };
}

const centre = (pair: FlowPair, name: string, widthPx: number, heightPx: number): FlowPair =>
  cropPair(pair, name, (pair.widthPx - widthPx) >> 1, (pair.heightPx - heightPx) >> 1, widthPx, heightPx);

/** The public pairs with dense truth, whole and cropped; empty without test footage. */
export async function publicPairs(): Promise<FlowPair[]> {
  const root = testFootageRoot();
  if (!root) return [];
  const load = async (name: string, from: string, to: string, truth: string): Promise<FlowPair> => {
    const [a, b] = await Promise.all([readLuma(join(root, 'flow', from)), readLuma(join(root, 'flow', to))]);
    return {
      name,
      widthPx: a.widthPx,
      heightPx: a.heightPx,
      from: a.pixels,
      to: b.pixels,
      truth: readFlo(join(root, 'flow', truth)),
    };
  };
  const whale = await load(
    'middlebury',
    'rubberwhale_frame10.png',
    'rubberwhale_frame11.png',
    'rubberwhale_flow10.flo',
  );
  const chairs = await load('chairs', 'chairs1_img0.ppm', 'chairs1_img1.ppm', 'chairs1_flow.flo');
  return [
    cropPair(whale, 'middlebury.256.at160,60', 160, 60, 256, 256),
    centre(whale, 'middlebury.256.centre', 256, 256),
    centre(whale, 'middlebury.512', 512, 384),
    whale,
    chairs,
    centre(chairs, 'chairs.256', 256, 256),
  ];
}

/** Mean end-point error in pixels over the pixels whose truth is known. */
export function meanEndPointError(flow: Float32Array, pair: FlowPair): number {
  let sum = 0;
  let known = 0;
  for (let k = 0; k < pair.truth.length; k += 2) {
    const u = pair.truth[k]!;
    const v = pair.truth[k + 1]!;
    if (!(Math.abs(u) < 1e9 && Math.abs(v) < 1e9)) continue;
    sum += Math.hypot(flow[k]! - u, flow[k + 1]! - v);
    known++;
  }
  return sum / known;
}
