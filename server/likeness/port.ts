import type { FaceTrack } from '../frame/face-track.js';
import type { YuvMatrix } from '../frame/format.js';
import type { RegionView } from '../frame/region-view.js';

/**
 * The port that every likeness engine fits: given a tracked face and the picture's region round it, draw the likeness as a
 * patch with straight alpha, which the composite stage lays over the picture.
 */
export interface PatchView {
  /** u16×4 interleaved, 8.8: [Y U V A] over 4:2:2 pictures, [R G B A] over RGB ones. Covers the whole region. */
  readonly ptr: number;
  readonly strideBytes: number;
  /** The part of the region that may have alpha, even x: nothing outside needs blending. */
  x0: number;
  y0: number;
  x1: number;
  y1: number;
  /** What happens to the performer's skin beside what is drawn; absent or null: nothing. */
  readonly veil?: SkinVeil | null;
}

/** The performer's skin that stays in sight, ears and neck, takes on another tone. In kernel memory, valid until the next `render`. */
export interface SkinVeil {
  /** u8 per pixel of the box, 255 whole; rows `strideBytes` apart. */
  readonly ptr: number;
  readonly strideBytes: number;
  /** Three f32: see the blend kernel's veilOver. */
  readonly tonePtr: number;
  /** Of it all. */
  readonly mix01: number;
  /** Where it lies in the region, even x, width a multiple of 4. */
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** 'white' draws the patch's shape alone, for the matte output. */
export type PatchFill = 'likeness' | 'white';

export interface Look {
  /** 0 leaves the performer, 1 is the likeness. */
  readonly mix01: number;
  /** How much of the likeness's bone structure is carried over. */
  readonly shape01: number;
  /** How much the performer's light falls on the likeness. */
  readonly light01: number;
  /** How far the likeness's skin takes on the performer's own tone in this picture. */
  readonly tone01: number;
  /** Width of the mask's soft edge as a fraction of the face's width. */
  readonly edge01: number;
  /** How far the performer's skin beside the drawn face, ears and neck, is led to the likeness's tone. */
  readonly veil01: number;
  /** How much of the skin's own fine detail is shown. */
  readonly texture01: number;
  /** Deepens lines and dulls the skin. */
  readonly age01: number;
  /** How much of the camera's focus and grain is put on the likeness. */
  readonly grain01: number;
}

export interface LikenessEngine {
  /** Draws into the engine's own patch, valid until the next call. Null where the face cannot be drawn (behind, too small). */
  render(face: FaceTrack, region: RegionView, matrix: YuvMatrix, look: Look, fill: PatchFill): PatchView | null;
}
