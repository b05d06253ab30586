import { type FaceTrack, surfaceCount } from '../../frame/face-track.js';
import { lumaWeights, type YuvMatrix } from '../../frame/format.js';
import type { RegionView } from '../../frame/region-view.js';
import { rasterMode, rasterVertexFloats } from '../../kernels/raster.js';
import type { PatchView } from '../port.js';
import { maxPatchSidePx, type MeshCanvas } from './canvas.js';
import { keepEyeball } from './eyeball.js';
import { eyes, type Lids } from './lids.js';
import { probe, rgbToYuv } from './sample.js';

/** Colour of the likeness's iris measured against the performer's. */
export interface IrisTint {
  /** RGB 0…255, in the light of the photos. */
  readonly likeness: Float32Array;
  readonly performer: Float32Array;
  readonly lumaGain: number;
}

/** Irises differ in luma by up to this; more is a photo in which the eye lay in shade. */
const mostLumaGain = 2.2;

/** Null where one of the two was not seen (r + g + b = 0). */
export function irisTintOf(likeness: Float32Array, performer: Float32Array): IrisTint | null {
  const { kr, kb } = lumaWeights.bt709;
  const luma = (rgb: Float32Array): number => kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2];
  const own = luma(performer);
  if (luma(likeness) < 2 || own < 2) return null;
  return { likeness, performer, lumaGain: Math.min(mostLumaGain, Math.max(1 / mostLumaGain, luma(likeness) / own)) };
}

/** First landmark of each iris (its middle; then right, top, left, bottom of the rim), in the order of topology.rims' eyes. */
const irisOfRim = [surfaceCount, surfaceCount + 5] as const;
/** Landmarks of a turned eye's iris miss it: no luma further from what is expected than this is believed. */
const mostUnexpected = 1.5;
/** Of an eye in profile; one that looks straight at the camera is found exactly. */
const astrayTurned = 0.7;
/** The landmark model's iris reaches to the limbus; outside it the colour still shows, and the kernel's own rim is soft. What is white there stays white. */
const limbus = 1.1;

/**
 * The performer's own eyes and mouth interior, moved with the likeness's bones: a piece of the picture itself is the texture,
 * so gaze, tears, teeth and tongue are real. The irises take the likeness's colour.
 */
export class Openings {
  readonly #yuv = new Float32Array(3);
  constructor(
    private readonly canvas: MeshCanvas,
    private readonly lids: Lids,
  ) {}

  /** Draws into the patch; `offsets`: see the raster kernel. */
  draw(
    face: FaceTrack,
    region: RegionView,
    matrix: YuvMatrix,
    patch: PatchView,
    offsets: number,
    tint: IrisTint | null,
  ): void {
    for (let k = 0; k < this.canvas.insides.length; k++) {
      const piece = this.#copyPiece(k, face, region);
      if (!piece) continue;
      const eye = k === 0 ? 0 : 1;
      // Of a shut eye nothing is drawn.
      if (tint && k < eyes.length && this.lids.openness01(face.landmarks, eye) > 0)
        this.#tint(eye, face, region, matrix, piece, tint);
      this.#drawPiece(k, face, region, piece, patch, offsets);
    }
  }

  /** Copies the picture round one rim; where it lies in the region, pixels. */
  #copyPiece(k: number, face: FaceTrack, region: RegionView): Piece | null {
    const { canvas } = this;
    const { landmarks } = face;
    let x0 = Infinity,
      y0 = Infinity,
      x1 = -Infinity,
      y1 = -Infinity;
    for (const i of canvas.topology.rims[k]!.vertices) {
      x0 = Math.min(x0, landmarks[i * 3]);
      x1 = Math.max(x1, landmarks[i * 3]);
      y0 = Math.min(y0, landmarks[i * 3 + 1]);
      y1 = Math.max(y1, landmarks[i * 3 + 1]);
    }
    // Two pixels more than the rim, for the bilinear fetch; even, for the chroma pairs.
    const left = Math.max(0, Math.floor(x0 - region.box.x0) - 2) & ~1;
    const top = Math.max(0, Math.floor(y0 - region.box.y0) - 2);
    const widthPx =
      Math.min(region.widthPx & ~1, left + maxPatchSidePx, (Math.ceil(x1 - region.box.x0) + 3) & ~1) - left;
    const heightPx = Math.min(region.heightPx, top + maxPatchSidePx, Math.ceil(y1 - region.box.y0) + 3) - top;
    if (widthPx < 2 || heightPx < 2) return null;
    const rgb = region.format === 1 || region.format === 2;
    const at = top * region.strideBytes + left * (rgb ? 4 : 2);
    canvas.blend.selfCopy(
      region.format,
      region.ptr + at,
      region.chromaPtr ? region.chromaPtr + at : 0,
      region.strideBytes,
      canvas.selfPtr,
      widthPx * 8,
      widthPx,
      heightPx,
    );
    return { left, top, widthPx, heightPx };
  }

  #tint(
    eye: 0 | 1,
    face: FaceTrack,
    region: RegionView,
    matrix: YuvMatrix,
    piece: Piece,
    { likeness, performer, lumaGain }: IrisTint,
  ): void {
    const { memory, iris: kernel, selfPtr } = this.canvas;
    const { landmarks } = face;
    const iris = irisOfRim[eye];
    const at = (point: number, axis: number): number => landmarks[(iris + point) * 3 + axis];
    const x = at(0, 0),
      y = at(0, 1);
    const across = (a: number, b: number): number => Math.hypot(at(a, 0) - at(b, 0), at(a, 1) - at(b, 1)) / 2;
    // A turned iris is narrow, and lids cut it from above: what is longer is nearer to its size, and beside it lies what is too bright to be tinted.
    const radiusPx = Math.max(across(1, 3), across(2, 4)) * (limbus + this.#astray(eye, landmarks));
    if (radiusPx < 1.5) return;
    // Half-way between pupil and limbus, where lids seldom reach: both sides and below; the middle one of three, as one may hit pupil or white.
    const sampled = (point: number): number => {
      const px = x + (at(point, 0) - x) * 0.6 - region.box.x0,
        py = y + (at(point, 1) - y) * 0.6 - region.box.y0;
      probe(memory, region, px, py, 1, matrix, this.#yuv, 0);
      return this.#yuv[0] - 16;
    };
    const a = sampled(1),
      b = sampled(3),
      c = sampled(4);
    rgbToYuv(performer[0], performer[1], performer[2], matrix, this.#yuv, 0);
    // What the enrolled iris would be in the light of the skin beside it.
    const gain = memory.f32[(this.canvas.vertexPtr >> 2) + eyes[eye].lower[3] * rasterVertexFloats + 5]!;
    const expected = Math.max(1, this.#yuv[0] - 16) * gain;
    const middle = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    const luma = Math.min(expected * mostUnexpected, Math.max(expected / (2 * mostUnexpected), middle));
    rgbToYuv(likeness[0], likeness[1], likeness[2], matrix, this.#yuv, 0);
    const own = Math.max(1, this.#yuv[0] - 16);
    const rgb = region.format === 1 || region.format === 2;
    // Full range keeps another ratio of chroma to luma: 255/224 against 255/219.
    const scale = rgb ? 219 / 224 : 1;
    kernel.tintIris(
      selfPtr,
      piece.widthPx * 8,
      piece.widthPx,
      piece.heightPx,
      rgb ? 1 : 0,
      x - region.box.x0 - piece.left,
      y - region.box.y0 - piece.top,
      radiusPx,
      Math.max(4, rgb ? (luma * 255) / 219 : luma),
      lumaGain,
      ((this.#yuv[1] - 128) / own) * scale,
      ((this.#yuv[2] - 128) / own) * scale,
    );
  }

  /** How far beside a turned eye's iris its landmarks may lie, shares of the radius. */
  #astray(eye: 0 | 1, landmarks: Float32Array): number {
    const [a, b] = eyes[eye].corners;
    const x = landmarks[a * 3] - landmarks[b * 3],
      y = landmarks[a * 3 + 1] - landmarks[b * 3 + 1],
      z = landmarks[a * 3 + 2] - landmarks[b * 3 + 2];
    return astrayTurned * (1 - Math.hypot(x, y) / Math.max(1, Math.hypot(x, y, z)));
  }

  #drawPiece(k: number, face: FaceTrack, region: RegionView, piece: Piece, patch: PatchView, offsets: number): void {
    const { canvas } = this;
    const { memory } = canvas;
    const { vertices } = canvas.topology.rims[k]!;
    for (const i of vertices) {
      const own = (canvas.selfVertexPtr >> 2) + i * rasterVertexFloats;
      memory.f32[own + 3] = face.landmarks[i * 3] - region.box.x0 - piece.left;
      memory.f32[own + 4] = face.landmarks[i * 3 + 1] - region.box.y0 - piece.top;
    }
    const eye = k === 0 ? 0 : 1;
    if (k < eyes.length)
      keepEyeball(memory.f32, canvas.selfVertexPtr >> 2, eye, this.lids.openness01(face.landmarks, eye));
    const { plainPtr, plainCount, testedPtr, testedCount } = canvas.insides[k]!;
    this.#drawList(plainPtr, plainCount, piece, patch, offsets, rasterMode.noDepth);
    this.#drawList(testedPtr, testedCount, piece, patch, offsets, 0);
  }

  #drawList(ptr: number, count: number, piece: Piece, patch: PatchView, offsets: number, mode: number): void {
    const { canvas } = this;
    if (count === 0) return;
    canvas.raster.drawTriangles(
      canvas.selfVertexPtr,
      ptr,
      count,
      canvas.selfPtr,
      offsets,
      patch.ptr,
      canvas.depthPtr,
      piece.widthPx,
      piece.heightPx,
      patch.x1 - patch.x0,
      patch.y1 - patch.y0,
      patch.strideBytes,
      mode,
    );
  }
}

interface Piece {
  readonly left: number;
  readonly top: number;
  readonly widthPx: number;
  readonly heightPx: number;
}
