import { smooth01 } from '../../frame/ramps.js';
import type { FaceBake } from './bake.js';
import { stepOf, type TexturePolar, wrapped } from './skin-reach.js';
import { boxBlur } from './texture-filters.js';
import { textureSizePx } from './unwrap.js';
import { bareSkin } from './veil-tone.js';

/** Cells a side in which the texture is looked at, and texels of one. */
const cells = 96;
const cellTexels = textureSizePx / cells;
/** The likeness thins out over this many cells inside of where its photos end. A centimetre is about three. */
const fadeCells = 3;
/** Shares of the oval's radius between which nothing fades: nostrils and lips are no rim. */
const insideOval = 0.72;
const atOval = 0.85;

/** Between these landmarks, the cheek before the ear and the temple beside the brow, the likeness's own hair thins out upwards: a sideburn tapers. */
const sideburnFrom = 234;
const sideburnTo = 162;

/**
 * The likeness thins out where its photos end or its scalp begins: sideburns and beard as hair does, where a cut would stand on the performer's
 * skin as a block; skin because what was filled in there is worse than the performer's own under the veil.
 */
export class KnownFade {
  /** cells²: 1 where the likeness is shown whole. */
  readonly #shown = new Float32Array(cells * cells);
  /** The same where it is shown whole, and rises further inside, to twice as deep. */
  readonly #deep = new Float32Array(cells * cells);

  constructor(
    likeness: FaceBake,
    private readonly polar: TexturePolar,
    uvs: Float32Array,
  ) {
    const known = new Float32Array(cells * cells);
    for (let i = 0; i < cells * cells; i++) {
      const middle = middleOf(i);
      // A side that no photo saw is filled from the other.
      const mirror = middle - (middle % textureSizePx) + textureSizePx - 1 - (middle % textureSizePx);
      known[i] = Math.max(likeness.texture[middle * 4 + 3]!, likeness.texture[mirror * 4 + 3]!) > 0 ? 1 : 0;
    }
    boxBlur(known, cells, fadeCells, this.#shown);
    boxBlur(known, cells, 2 * fadeCells, this.#deep);
    const tapered = taperOf(likeness, uvs);
    for (let i = 0; i < cells * cells; i++) {
      this.#shown[i] = smooth01((this.#shown[i]! - 0.5) / 0.45) * tapered[i]!;
      this.#deep[i] = smooth01((this.#deep[i]! - 0.5) / 0.45) * tapered[i]!;
    }
  }

  /** How much of the likeness is shown at (u, v) from the texture's middle, 0…1. */
  at(u: number, v: number): number {
    return this.#of(this.#shown, u, v);
  }
  /** 0 where nothing is shown, 1 two fades inside of there. */
  deepAt(u: number, v: number): number {
    return this.#of(this.#deep, u, v);
  }

  #of(plane: Float32Array, u: number, v: number): number {
    const share = Math.hypot(u, v) / wrapped(this.polar.oval, stepOf(u, v));
    const rim = smooth01((share - insideOval) / (atOval - insideOval));
    return rim <= 0 ? 1 : 1 - rim * (1 - sampled(plane, (u + 0.5) * cells - 0.5, (v + 0.5) * cells - 0.5));
  }
}

/** cells²: 1, and less where the likeness has hair, the higher up the less. Skin that shines through beside it counts as hair. */
function taperOf(likeness: FaceBake, uvs: Float32Array): Float32Array {
  const skin = skinColour(likeness);
  const [low, high] = [uvs[sideburnFrom * 2 + 1]! - 0.5, uvs[sideburnTo * 2 + 1]! - 0.5];
  const hair = Float32Array.from({ length: cells * cells }, (_, i) =>
    strangeness(ycc(likeness.texture, middleOf(i) * 4), skin),
  );
  const near = new Float32Array(cells * cells);
  boxBlur(hair, cells, 1, near);
  return near.map((share, i) => {
    const v = (Math.floor(i / cells) + 0.5) / cells - 0.5;
    return 1 - Math.min(1, 1.6 * share) * smooth01((low - v) / (low - high));
  });
}
/** Texel in the middle of a cell. */
const middleOf = (cell: number): number =>
  Math.floor((Math.floor(cell / cells) + 0.5) * cellTexels) * textureSizePx +
  Math.floor(((cell % cells) + 0.5) * cellTexels);

function sampled(plane: Float32Array, x: number, y: number): number {
  const cx = Math.min(cells - 1.001, Math.max(0, x)),
    cy = Math.min(cells - 1.001, Math.max(0, y));
  const [ix, iy] = [Math.floor(cx), Math.floor(cy)];
  const [fx, fy] = [cx - ix, cy - iy];
  const at = iy * cells + ix;
  const upper = plane[at]! + (plane[at + 1]! - plane[at]!) * fx;
  return upper + (plane[at + cells]! + (plane[at + cells + 1]! - plane[at + cells]!) * fx - upper) * fy;
}

/** 1 where a vertex of the likeness is hair or lip and not skin, 0 where it is skin. */
export function strangeVertices(likeness: FaceBake, count: number): Float32Array {
  const skin = skinColour(likeness);
  return Float32Array.from({ length: count }, (_, i) => strangeness(ycc(likeness.vertexRgb, i * 3), skin));
}

/** The middle one by luma of what no beard covers. */
const skinColour = ({ vertexRgb }: FaceBake): number[] =>
  bareSkin.map((i) => ycc(vertexRgb, i * 3)).sort((a, b) => a[0]! - b[0]!)[bareSkin.length >> 1]!;

/** Y, Cb, Cr about 0 (BT.709, full range). */
function ycc(rgb: ArrayLike<number>, at: number): number[] {
  const [r, g, b] = [rgb[at]!, rgb[at + 1]!, rgb[at + 2]!];
  const y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return [y, (b - y) / 1.8556, (r - y) / 1.5748];
}
/** How little a colour is that skin in some shade, 0…1. */
function strangeness(colour: readonly number[], skin: readonly number[]): number {
  const shade = (colour[0]! + 4) / (skin[0]! + 4);
  const off = Math.hypot(colour[1]! - skin[1]! * shade, colour[2]! - skin[2]! * shade) / (4 + 0.06 * colour[0]!);
  return Math.max(smooth01((off - 0.8) / 1.2), smooth01((0.5 - shade) / 0.2));
}
