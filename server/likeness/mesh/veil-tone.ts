import type { YuvMatrix } from '../../frame/format.js';
import type { FaceBake } from './bake.js';
import { rgbToYuv } from './sample.js';

/** Landmarks of bare skin on any face: forehead, cheekbones, the cheeks beside the nose. No beard grows there. */
export const bareSkin = [151, 108, 337, 69, 299, 123, 352, 50, 280, 117, 346, 118, 347] as const;
/** Gains of a channel further from 1 are a fault of the photos and not two people's skin: blue of very fair and very dark skin lies at 0.17. */
const leastGain = 0.12;
const mostGain = 2.9;

/** From the performer's skin to the likeness's under one light. Codes are gamma coded: a ratio of two skins is the same in any light. */
export class VeilTone {
  /** Gains − 1 of R, G, B. */
  readonly rgb = new Float32Array(3);
  /** Gain of luma less 16, − 1; what of luma less 16 comes onto Cb and Cr, less 128. */
  readonly yuv = new Float32Array(3);
  readonly #performer = new Float32Array(3);
  readonly #likeness = new Float32Array(3);
  #of: YuvMatrix | null = null;

  constructor(likeness: FaceBake, performer: FaceBake) {
    // All channels by one share: a skin half as far is a skin, one held channel by channel is red.
    let share = 1;
    for (let c = 0; c < 3; c++) {
      // Its bake gives back what was clipped; the picture in which the veil lies is clipped likewise.
      this.#performer[c] = Math.min(255, median(performer.vertexRgb, c));
      this.rgb[c] = median(likeness.vertexRgb, c) / Math.max(8, this.#performer[c]!) - 1;
      share = Math.min(share, (this.rgb[c]! < 0 ? leastGain - 1 : mostGain - 1) / this.rgb[c]!);
    }
    for (let c = 0; c < 3; c++) {
      this.rgb[c]! *= share;
      this.#likeness[c] = this.#performer[c]! * (1 + this.rgb[c]!);
    }
  }

  /** Makes `yuv` for pictures of this matrix; again only when that changes. */
  use(matrix: YuvMatrix): void {
    if (this.#of === matrix) return;
    this.#of = matrix;
    const from = new Float32Array(3),
      to = new Float32Array(3);
    rgbToYuv(this.#performer[0]!, this.#performer[1]!, this.#performer[2]!, matrix, from, 0);
    rgbToYuv(this.#likeness[0]!, this.#likeness[1]!, this.#likeness[2]!, matrix, to, 0);
    const luma = Math.max(8, from[0]! - 16);
    this.yuv[0] = (to[0]! - 16) / luma - 1;
    for (let c = 1; c < 3; c++) this.yuv[c] = (to[c]! - 128 - (from[c]! - 128) * (1 + this.yuv[0]!)) / luma;
  }
}

function median(vertexRgb: Float32Array, channel: number): number {
  const values = bareSkin.map((i) => vertexRgb[i * 3 + channel]!).sort((a, b) => a - b);
  return values[values.length >> 1]!;
}
