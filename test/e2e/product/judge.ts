import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { createSession } from '../../../server/onnx/ort.js';
import { buildRoot } from '../../../server/paths.js';
import { FaceDetector } from '../../../server/stages/keyframe/analysis/face-detector.js';
import { FaceMesher } from '../../../server/stages/keyframe/analysis/face-mesher.js';
import { cosine } from '../../../server/frame/identity.js';
import { IdentityEmbedder } from '../../../server/stages/keyframe/analysis/identity-embedder.js';
import type { RgbPicture } from '../../../server/stages/keyframe/analysis/picture.js';
import { drawLabelPlate } from '../../../server/stages/label/glyphs.js';
import { uyvyToRgba } from '../../bench/pictures.js';
import { meshFace } from '../../keyframe/face-of.js';

export interface PlatePlace {
  readonly x: number;
  readonly y: number;
  /** Mean difference in luma codes between the picture there and the plate as it is drawn. */
  readonly meanDifferenceCodes: number;
}

/** Where the label's plate fits best: any of the four corners, right way round. */
export function findLabel(uyvy: Uint8Array, widthPx: number, heightPx: number): PlatePlace {
  const plate = drawLabelPlate(widthPx, heightPx);
  const margin = Math.round(Math.min(widthPx, heightPx) * 0.025) & ~1;
  const right = (widthPx - margin - plate.widthPx) & ~1;
  const bottom = heightPx - margin - plate.heightPx;
  const places = [
    [right, margin],
    [margin, margin],
    [right, bottom],
    [margin, bottom],
  ] as const;
  const judged = places.map(([x, y]) => {
    let sum = 0;
    for (let row = 0; row < plate.heightPx; row++) {
      for (let column = 0; column < plate.widthPx; column++) {
        const wanted = 16 + (plate.rgba[(row * plate.widthPx + column) * 4]! * 219) / 255;
        sum += Math.abs(uyvy[((y + row) * widthPx + x + column) * 2 + 1]! - wanted);
      }
    }
    return { x, y, meanDifferenceCodes: sum / (plate.widthPx * plate.heightPx) };
  });
  return judged.sort((a, b) => a.meanDifferenceCodes - b.meanDifferenceCodes)[0]!;
}
/** A codec's ringing around glyphs stays far under this; a picture without the label is far over it. */
export const labelToleranceCodes = 12;

/** Height of the capital letters, in pixels, as they stand in the picture: rows of the plate that reach white. */
export function glyphHeightPx(uyvy: Uint8Array, widthPx: number, heightPx: number, place: PlatePlace): number {
  const plate = drawLabelPlate(widthPx, heightPx);
  // "AI" stands first: its left third of the plate holds capitals of Latin letters only.
  let rows = 0;
  for (let row = 0; row < plate.heightPx; row++) {
    let brightest = 0;
    for (let column = 0; column < plate.widthPx / 3; column++) {
      brightest = Math.max(brightest, uyvy[((place.y + row) * widthPx + place.x + column) * 2 + 1]!);
    }
    if (brightest > 150) rows++;
  }
  return rows;
}

export const meanDifferenceCodes = (a: Uint8Array, b: Uint8Array): number => {
  let sum = 0;
  for (let i = 1; i < a.length; i += 2) sum += Math.abs(a[i]! - b[i]!);
  return sum / (a.length / 2);
};

/** Difference of mean luma in the 16×16 block where it is largest, leaving out the lowest tenth (the camera's stamp). */
export function worstBlockCodes(
  a: Uint8Array,
  b: Uint8Array,
  widthPx: number,
  heightPx: number,
  part = { x0: 0, x1: widthPx },
): number {
  let worst = 0;
  for (let y = 0; y + 16 <= heightPx * 0.9; y += 16) {
    for (let x = part.x0; x + 16 <= part.x1; x += 16) {
      let sum = 0;
      for (let row = y; row < y + 16; row++) {
        for (let column = x; column < x + 16; column++) {
          const at = (row * widthPx + column) * 2 + 1;
          sum += a[at]! - b[at]!;
        }
      }
      worst = Math.max(worst, Math.abs(sum) / 256);
    }
  }
  return worst;
}

/** UYVY mirrored left to right, chroma pairs kept. */
export function mirrored(uyvy: Uint8Array, widthPx: number): Uint8Array {
  const out = new Uint8Array(uyvy.length);
  const stride = widthPx * 2;
  for (let line = 0; line < uyvy.length; line += stride) {
    for (let pair = 0; pair < stride; pair += 4) {
      const from = line + stride - 4 - pair;
      out[line + pair] = uyvy[from]!;
      out[line + pair + 1] = uyvy[from + 3]!;
      out[line + pair + 2] = uyvy[from + 2]!;
      out[line + pair + 3] = uyvy[from + 1]!;
    }
  }
  return out;
}

/** Says how near a picture's face is to the likeness, by the product's own embedding of the likeness' photos. */
export class IdentityJudge {
  private constructor(
    private readonly detector: FaceDetector,
    private readonly mesher: FaceMesher,
    private readonly embedder: IdentityEmbedder,
    private readonly likeness: Float32Array,
    private readonly performer: Float32Array,
  ) {}

  static async open(): Promise<IdentityJudge> {
    const parts = [
      await FaceDetector.create(createSession),
      await FaceMesher.create(createSession),
      await IdentityEmbedder.create(createSession),
    ] as const;
    const blank = new Float32Array(1024);
    const embedOnly = new IdentityJudge(...parts, blank, blank);
    const mean = async (files: readonly string[]): Promise<Float32Array> => {
      const sum = new Float32Array(1024);
      for (const file of files) (await embedOnly.#embed(await photo(file))).forEach((v, i) => (sum[i]! += v));
      return sum;
    };
    const likeness = await mean([1, 2, 3].map((n) => join(buildRoot, 'demo', 'photos', `sasha-${n}.png`)));
    const performer = await mean([1, 2, 3].map((n) => join(buildRoot, 'demo', 'performers', `robin-${n}.png`)));
    return new IdentityJudge(...parts, likeness, performer);
  }

  async close(): Promise<void> {
    await Promise.all([this.detector.close(), this.mesher.close(), this.embedder.close()]);
  }

  /** Similarities of the largest face in a UYVY picture. Throws where there is none. */
  async judge(
    uyvy: Uint8Array,
    widthPx: number,
    heightPx: number,
  ): Promise<{ toLikeness: number; toPerformer: number }> {
    const identity = await this.#embed(rgbOf(uyvyToRgba(uyvy, widthPx, heightPx), widthPx, heightPx));
    return { toLikeness: cosine(identity, this.likeness), toPerformer: cosine(identity, this.performer) };
  }

  async #embed(picture: RgbPicture): Promise<Float32Array> {
    const [face] = await this.detector.detect(picture.data, picture.widthPx, picture.heightPx);
    if (!face) throw new Error('no face in the picture');
    const { crop, landmarks } = await meshFace(picture, face, this.mesher);
    return (await this.embedder.embed(crop, landmarks)).slice();
  }
}

/** (s − plain) / (truth − plain), all similarities to the likeness: 0 is the plain feed, 1 the ideal (design.md §8). */
export const identityGain = (s: number, plain: number, truth: number): number => (s - plain) / (truth - plain);

const rgbOf = (rgba: Uint8ClampedArray, widthPx: number, heightPx: number): RgbPicture => {
  const data = new Uint8Array(widthPx * heightPx * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) data.set(rgba.subarray(from, from + 3), to);
  return { data, widthPx, heightPx };
};

async function photo(file: string): Promise<RgbPicture> {
  const image = await loadImage(readFileSync(file));
  const context = createCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  return rgbOf(context.getImageData(0, 0, image.width, image.height).data, image.width, image.height);
}
