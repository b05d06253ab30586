import { lumaWeights, type YuvMatrix } from '../../frame/format.js';
import type { KernelMemory } from '../../kernels/memory.js';
import type { Look } from '../port.js';
import type { FaceBake } from './bake.js';
import { rgbToYuv } from './sample.js';
import type { SkinMask } from './skin-mask.js';
import { textureSizePx } from './unwrap.js';

export type TextureModel = YuvMatrix | 'rgb';
/** Rows made a picture when a look changes: 0.1–0.3 ms of the frame path, done within 24 pictures. */
const rowsPerPicture = 32;
/** What full age does: how much light a line loses at its deepest, how much stronger the rest of the detail is, and how much colour the skin loses. */
const ageOnLines = 0.85;
/** A line's shadow is warm: light that comes out of skin has lost its blue. */
const lineColour = [0.85, 1, 1.05] as const;
const ageOnDetail = 0.25;
const ageOnColour = 0.16;

/**
 * The likeness's skin in kernel memory, four bytes a texel, in the picture's colour model and with the look's texture and age in it. A change is
 * made beside the texture that is shown, some rows a picture, and shown when it is whole.
 */
export class SkinTexture {
  readonly #ptrs: readonly [number, number];
  readonly #texel = new Float32Array(3);
  /** Alpha by texel: where the performer's skin may be drawn over; does not change. */
  readonly #mask = new Uint8Array(textureSizePx * textureSizePx);
  #shown: 0 | 1 | null = null;
  #shownKey = '';
  #building: { readonly key: string; readonly model: TextureModel; readonly look: TextureLook; row: number } | null =
    null;

  constructor(
    private readonly memory: KernelMemory,
    private readonly bake: FaceBake,
    private readonly shownAt: SkinMask,
    /** Of colour about its luma: see gradeOf. */
    private readonly chromaGain = 1,
  ) {
    const bytes = textureSizePx * textureSizePx * 4;
    this.#ptrs = [memory.allocate(bytes), memory.allocate(bytes)];
  }

  /** Pointer of what is to be drawn now. The first call makes the whole texture unless `warm` has. */
  use(model: TextureModel, look: TextureLook): number {
    this.#aim(model, look);
    // Another colour model is another picture format: the old texture would be wrong, not merely old.
    const whole = this.#shown === null || !this.#shownKey.startsWith(`${model} `);
    if (this.#building) this.#build(whole ? textureSizePx : rowsPerPicture);
    return this.#ptrs[this.#shown ?? 0];
  }

  /** Makes some rows; true when the texture is whole. For an engine that waits beside the one on air. */
  warm(model: TextureModel, look: TextureLook, rows = rowsPerPicture): boolean {
    this.#aim(model, look);
    if (this.#building) this.#build(rows);
    return this.#building === null;
  }

  #aim(model: TextureModel, look: TextureLook): void {
    const { texture01, age01 } = look;
    const key = `${model} ${texture01} ${age01}`;
    if (this.#building ? this.#building.key === key : this.#shownKey === key) return;
    this.#building = key === this.#shownKey ? null : { key, model, look: { texture01, age01 }, row: 0 };
  }

  #build(rows: number): void {
    const build = this.#building!;
    const into: 0 | 1 = this.#shown === 0 ? 1 : 0;
    const end = Math.min(textureSizePx, build.row + rows);
    for (; build.row < end; build.row++) this.#makeRow(build.row, this.#ptrs[into], build.model, build.look);
    if (build.row < textureSizePx) return;
    this.#shown = into;
    this.#shownKey = build.key;
    this.#building = null;
  }

  #makeRow(y: number, ptr: number, model: TextureModel, { texture01, age01 }: TextureLook): void {
    const { texture, smooth, lines } = this.bake;
    const { u8 } = this.memory;
    const texel = this.#texel;
    const detail = texture01 * (1 + ageOnDetail * age01);
    const deepening = (ageOnLines * age01 * texture01) / 255;
    for (let x = 0; x < textureSizePx; x++) {
      const i = y * textureSizePx + x;
      const shade = deepening * lines[i]!;
      for (let c = 0; c < 3; c++) {
        const low = smooth[i * 3 + c]!;
        const lit = low + (texture[i * 4 + c]! - low) * detail;
        texel[c] = Math.min(255, Math.max(0, lit * (1 - shade * lineColour[c]!)));
      }
      const kept = this.chromaGain * (1 - ageOnColour * age01);
      if (kept !== 1) dull(texel, 1 - kept);
      if (model !== 'rgb') rgbToYuv(texel[0], texel[1], texel[2], model, texel, 0);
      if (this.#mask[i] === 0) this.#mask[i] = this.shownAt.at(x, y);
      const at = ptr + i * 4;
      for (let c = 0; c < 3; c++) u8[at + c] = Math.min(255, texel[c]! + dither(x + 17 * c, y));
      u8[at + 3] = this.#mask[i]!;
    }
  }
}

/** 0…1 by Jimenez's interleaved gradients (2014): a texel's rounding is not its neighbour's, so that ten bits show no steps. */
function dither(x: number, y: number): number {
  const inner = 0.06711056 * x + 0.00583715 * y;
  const outer = 52.9829189 * (inner - Math.floor(inner));
  return outer - Math.floor(outer);
}

export type TextureLook = Pick<Look, 'texture01' | 'age01'>;

/** share below 0 makes it more colourful. */
function dull(rgb: Float32Array, share: number): void {
  const { kr, kb } = lumaWeights.bt709;
  const luma = kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2];
  for (let c = 0; c < 3; c++) rgb[c] = Math.max(0, rgb[c] + (luma - rgb[c]) * share);
}
