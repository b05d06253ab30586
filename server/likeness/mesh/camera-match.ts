import type { FaceTrack } from '../../frame/face-track.js';
import type { BoxPx } from '../../frame/geometry.js';
import type { RegionView } from '../../frame/region-view.js';
import { type CameraKernel, grainTileSidePx } from '../../kernels/camera.js';
import { patchPixelBytes } from '../../kernels/formats.js';
import type { KernelMemory } from '../../kernels/memory.js';
import type { PatchView } from '../port.js';

/** Kernel format of a patch's first channel. */
const patchFormat = 4;
/** Flat skin: both cheeks and the forehead (MediaPipe landmarks). Grain is read where it is least, so that stubble is none. */
const flatSkin = [50, 280, 151] as const;
/** Side of such a box as a share of the face's width. */
const flatShare = 0.12;
/** Immerkær (1996): σ of the noise from the mean magnitude of his mask's answer. */
const noiseOfMask = Math.sqrt(Math.PI / 2) / 6;
/** Focus and grain are read in one of so many pictures, each in its own: neither changes faster. */
const readEvery = 3;
/** How fast the estimates follow, a reading. */
const follow01 = 0.7;
/** Spread of the edges of a picture in focus, px: the likeness is drawn about as sharp. */
const inFocusPx = 0.6;
/** A face's own soft shading makes its edges look less spread than they are: measured on the simulated stage's defocus. */
const calibration = 1.25;
/** Below these nothing is done: what the estimate itself is unsure by. */
const leastBlurPx = 0.9;
const leastGrainCodes = 0.8;
const mostBlurPx = 12;
/** Chroma grain beside luma grain: 4:2:2 cameras smooth it. */
const chromaShare = 0.25;

/** A patch, and the box of what was drawn into it, px of the region. */
export interface DrawnPatch {
  readonly patch: PatchView;
  readonly box: BoxPx;
}

interface Seen {
  /** σ of the picture's edges at the eyes, px. */
  edgePx: number;
  blurPx: number;
  grainCodes: number;
  /** Of the drawn likeness. */
  ownCodes: number;
  frame: number;
  pictures: number;
}

/** ∫ (Φ((x + d)/σ) − Φ(x/σ))² dx: what a step edge of spread σ adds to the squared difference over a distance d. */
function edgeEnergy(d: number, sigma: number): number {
  const t = d / (2 * sigma);
  return d * erf(t) - ((2 * sigma) / Math.sqrt(Math.PI)) * (1 - Math.exp(-t * t));
}
/** Abramowitz and Stegun 7.1.26, error below 1.5e-7. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * x);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return 1 - poly * Math.exp(-x * x);
}
const sigmas = Float64Array.from({ length: 120 }, (_, i) => 0.15 * 1.04 ** i);
const ratios = sigmas.map((sigma) => edgeEnergy(1, sigma) / edgeEnergy(4, sigma));

/** Spread of edges (px) from the ratio of squared differences over one and over four pixels. */
export function edgeSpreadPx(near: number, far: number): number {
  const ratio = near / Math.max(far, 1e-6);
  // Falls with σ: the first that is below.
  for (let i = 0; i < ratios.length; i++) if (ratios[i] <= ratio) return sigmas[i];
  return sigmas[sigmas.length - 1];
}

/**
 * Gives the likeness the camera's focus and grain: both are read from the performer's own face in this picture. Focus is the
 * spread of the edges round the eyes; grain the noise of flat skin.
 */
export class CameraMatch {
  readonly #seen = new Map<number, Seen>();
  readonly #outPtr: number;
  readonly #amplitudePtr: number;
  readonly #tilePtr: number;
  readonly #energy = { near: 0, far: 0, noise: 0, count: 0 };

  constructor(
    private readonly memory: KernelMemory,
    private readonly kernel: CameraKernel,
    private readonly scratchPtr: number,
  ) {
    this.#outPtr = memory.allocate(64);
    this.#amplitudePtr = memory.allocate(64);
    const tile = grainTile();
    this.#tilePtr = memory.allocate(tile.byteLength);
    memory.u8.set(new Uint8Array(tile.buffer), this.#tilePtr);
  }

  /** What was read last of a face: blur in px (box radius), grain in codes. For status and tests. */
  seenOf(faceId: number): { readonly blurPx: number; readonly grainCodes: number } | null {
    return this.#seen.get(faceId) ?? null;
  }

  /** amount01: 0 leaves the likeness clean and sharp. frame: moves the grain. */
  apply(face: FaceTrack, region: RegionView, drawn: DrawnPatch, rgb: boolean, amount01: number, frame: number): void {
    if (amount01 <= 0) return;
    const { patch } = drawn;
    const seen = this.#measure(face, region);
    const widthPx = patch.x1 - patch.x0,
      heightPx = patch.y1 - patch.y0;
    const radius = Math.round(seen.blurPx * amount01);
    if (seen.blurPx >= leastBlurPx) this.#blur(drawn, radius);
    if (seen.pictures === 0 || seen.pictures % readEvery === 1) seen.ownCodes = this.#patchNoise(face, region, patch);
    seen.pictures++;
    const grain = Math.sqrt(Math.max(0, seen.grainCodes ** 2 - seen.ownCodes ** 2)) * amount01;
    if (grain < leastGrainCodes) return;
    const chroma = rgb ? 1 : chromaShare;
    this.memory.f32.set([grain, grain * chroma, grain * chroma, 0], this.#amplitudePtr >> 2);
    // Twice an odd step, as the kernel wants, and an odd one: no two of 128 pictures show the tile at the same place.
    this.kernel.addGrain(
      patch.ptr,
      patch.strideBytes,
      widthPx,
      heightPx,
      this.#tilePtr,
      (frame * 74) & (grainTileSidePx - 1),
      (frame * 53) & (grainTileSidePx - 1),
      this.#amplitudePtr,
    );
  }

  /** Only as far as what was drawn can spread. */
  #blur({ patch, box }: DrawnPatch, radiusPx: number): void {
    const reachPx = radiusPx + 1;
    const x0 = Math.max(0, Math.floor(box.x0 - patch.x0) - reachPx),
      y0 = Math.max(0, Math.floor(box.y0 - patch.y0) - reachPx);
    const widthPx = Math.min(patch.x1 - patch.x0, Math.ceil(box.x1 - patch.x0) + reachPx) - x0,
      heightPx = Math.min(patch.y1 - patch.y0, Math.ceil(box.y1 - patch.y0) + reachPx) - y0;
    if (widthPx <= 0 || heightPx <= 0) return;
    const at = patch.ptr + y0 * patch.strideBytes + x0 * patchPixelBytes;
    this.kernel.blurPatch(at, this.scratchPtr, patch.strideBytes, widthPx, heightPx, radiusPx);
  }

  #measure(face: FaceTrack, region: RegionView): Seen {
    let seen = this.#seen.get(face.faceId);
    const fresh = !seen || seen.frame !== face.startedFrame;
    if (!seen || fresh) {
      seen = { edgePx: 0, blurPx: 0, grainCodes: 0, ownCodes: 0, frame: face.startedFrame, pictures: 0 };
      this.#seen.set(face.faceId, seen);
    }
    if (seen.pictures % readEvery !== 0) return seen;
    const sizePx = face.box.x1 - face.box.x0;
    const noise = this.#flatNoise(face, region, sizePx);
    seen.grainCodes += (noise - seen.grainCodes) * (fresh ? 1 : follow01);
    const { near, far, count } = this.#eyes(face, region);
    if (count < 64) return seen;
    const floor = 2 * noise * noise * count;
    const edgePx = edgeSpreadPx(Math.max(near - floor, 1e-3), Math.max(far - floor, 1e-3));
    seen.edgePx += (edgePx - seen.edgePx) * (fresh ? 1 : follow01);
    const blurPx = calibration * Math.sqrt(Math.max(0, seen.edgePx ** 2 - inFocusPx ** 2));
    // σ of a box of radius r is √(((2r + 1)² − 1) / 12).
    seen.blurPx = Math.min(mostBlurPx, (Math.sqrt(12 * blurPx * blurPx + 1) - 1) / 2);
    return seen;
  }

  #flatNoise(face: FaceTrack, region: RegionView, sizePx: number): number {
    let least = Infinity;
    const half = Math.max(6, (sizePx * flatShare) / 2);
    for (const i of flatSkin) {
      const x = face.landmarks[i * 3] - region.box.x0,
        y = face.landmarks[i * 3 + 1] - region.box.y0;
      const { noise, count } = this.#box(region, x - half, y - half, x + half, y + half);
      if (count >= 25) least = Math.min(least, (noise / count) * noiseOfMask);
    }
    return Number.isFinite(least) ? least : 0;
  }

  /** The same on the drawn likeness: pores are not to be taken for too little grain twice. */
  #patchNoise(face: FaceTrack, region: RegionView, patch: PatchView): number {
    const half = Math.max(6, ((face.box.x1 - face.box.x0) * flatShare) / 2);
    let least = Infinity;
    for (const i of flatSkin) {
      const x = face.landmarks[i * 3] - region.box.x0 - patch.x0,
        y = face.landmarks[i * 3 + 1] - region.box.y0 - patch.y0;
      const x0 = Math.max(1, Math.floor(x - half)),
        y0 = Math.max(1, Math.floor(y - half));
      const x1 = Math.min(patch.x1 - patch.x0 - 4, x + half),
        y1 = Math.min(patch.y1 - patch.y0 - 1, y + half);
      if (x1 - x0 < 10 || y1 - y0 < 10) continue;
      this.kernel.boxEnergy(patch.ptr, patch.strideBytes, patchFormat, x0, y0, x1, y1, this.#outPtr);
      const at = this.#outPtr >> 2;
      least = Math.min(least, (this.memory.f32[at + 2] / this.memory.f32[at + 3]) * noiseOfMask);
    }
    return Number.isFinite(least) ? least : 0;
  }

  /** From the outer corner of one eye to the other's, brows to cheekbones. */
  #eyes(face: FaceTrack, region: RegionView): { near: number; far: number; count: number } {
    const { landmarks } = face;
    const at = (i: number, axis: 0 | 1): number =>
      landmarks[i * 3 + axis] - (axis === 0 ? region.box.x0 : region.box.y0);
    const x0 = Math.min(at(33, 0), at(133, 0)),
      x1 = Math.max(at(263, 0), at(362, 0));
    const y0 = Math.min(at(105, 1), at(334, 1)),
      y1 = Math.max(at(145, 1), at(374, 1));
    return this.#box(region, x0, y0, x1, y1 + (y1 - y0) * 0.2);
  }

  #box(
    region: RegionView,
    x0: number,
    y0: number,
    x1: number,
    y1: number,
  ): { near: number; far: number; noise: number; count: number } {
    const left = Math.max(1, Math.floor(x0)),
      top = Math.max(1, Math.floor(y0));
    const right = Math.min(region.widthPx - 4, Math.floor(x1)),
      bottom = Math.min(region.heightPx - 1, Math.floor(y1));
    const energy = this.#energy;
    energy.near = energy.far = energy.noise = energy.count = 0;
    if (right <= left || bottom <= top) return energy;
    this.kernel.boxEnergy(region.ptr, region.strideBytes, region.format, left, top, right, bottom, this.#outPtr);
    const at = this.#outPtr >> 2;
    const { f32 } = this.memory;
    energy.near = f32[at];
    energy.far = f32[at + 1];
    energy.noise = f32[at + 2];
    energy.count = f32[at + 3];
    return energy;
  }
}

/** Unit normal noise × 256 in three channels; the same on every machine. */
function grainTile(): Int16Array {
  let state = 0x2545f491;
  const uniform = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 0.5) / 4294967296;
  };
  return Int16Array.from({ length: grainTileSidePx ** 2 * 4 }, (_, i) =>
    // Box and Muller (1958); four σ are enough.
    i % 4 === 3
      ? 0
      : Math.round(
          256 *
            Math.max(-3.99, Math.min(3.99, Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()))),
        ),
  );
}
