import { type FaceTrack, surfaceCount } from '../../frame/face-track.js';
import type { YuvMatrix } from '../../frame/format.js';
import { rasterVertexFloats } from '../../kernels/raster.js';
import type { RegionView } from '../../frame/region-view.js';
import type { LikenessEngine, Look, PatchFill, PatchView } from '../port.js';
import { type FaceBake, textureSizePx } from './bake.js';
import { faceWidthCm } from './canonical.js';
import { type MeshCanvas, maxPatchSidePx } from './canvas.js';
import { type IrisTint, irisTintOf, Openings } from './openings.js';
import { coverOutline } from './outline.js';
import { closeLids } from './lids.js';
import { vertexNormals } from './normals.js';
import { hangRings, skinVertexCount } from './skin-mesh.js';
import { rimDistance, skinGoesOn } from './skin-mask.js';
import { SkinTexture } from './skin-texture.js';
import { EdgeTone } from './edge-tone.js';
import { shapeTransfer } from './shape-transfer.js';
import { LightFit, type LightSamples, type VertexLight } from './relight.js';
import { fitSimilarity, newPose } from './pose.js';
import { probe, rgbToYuv } from './sample.js';

const vertexCount = skinVertexCount;
/**
 * The mesh likeness: a photographed face's skin, drawn on the performer's tracked mesh under the performer's light, with the
 * performer's own eyes and mouth interior moved along by the shape transfer.
 */
export class MeshLikeness implements LikenessEngine {
  readonly #texture: SkinTexture;
  #texturePtr = 0;
  /** Moves the grain. */
  #pictures = 0;
  #coloursOf: YuvMatrix | null = null;
  /** The texture's own Y Cb Cr at every vertex, legal-range codes. */
  readonly #textureYuv = new Float32Array(vertexCount * 3);
  /** The performer's, in this picture. */
  readonly #seenYuv = new Float32Array(vertexCount * 3);
  readonly #reference: FaceBake | null;
  readonly #referenceYuv = new Float32Array(vertexCount * 3);
  readonly #light: VertexLight = {
    gain: new Float32Array(vertexCount).fill(1),
    tintCb: new Float32Array(vertexCount),
    tintCr: new Float32Array(vertexCount),
  };
  readonly #fits = new Map<number, LightFit>();
  readonly #samples: LightSamples;
  readonly #shaped = new Float32Array(vertexCount * 2);
  readonly #seen = new Float32Array(vertexCount * 3);
  readonly #shapeOffset = new Float32Array(vertexCount * 3);
  /** Centimetres inside the end of the drawn skin; below 0 outside. */
  readonly #fromRim: Float32Array;
  /** Vertices at which the performer's light can be read. */
  readonly #isSkin: Uint8Array;
  readonly #edge: EdgeTone;
  readonly #pose = newPose();
  readonly #openings: Openings;
  readonly #irisTint: IrisTint | null;
  readonly #patch: { ptr: number; strideBytes: number; x0: number; y0: number; x1: number; y1: number };

  constructor(
    private readonly canvas: MeshCanvas,
    private readonly bake: FaceBake,
    /** The performer's own bake from enrolment: what light and shape are measured against. Null: the likeness's photo. */
    reference: FaceBake | null,
  ) {
    this.#reference = reference;
    this.#samples = canvas.light;
    this.#openings = new Openings(canvas);
    this.#irisTint = reference ? irisTintOf(bake.irisRgb, reference.irisRgb) : null;
    this.#patch = { ptr: canvas.patchPtr, strideBytes: 0, x0: 0, y0: 0, x1: 0, y1: 0 };
    const reach = (reference ?? bake).reach;
    this.#fromRim = rimDistance(canvas.mesh, reach);
    this.#edge = new EdgeTone(canvas.memory, canvas.vertex, canvas.mesh, this.#fromRim, skinGoesOn(canvas.mesh));
    this.#texture = new SkinTexture(canvas.memory, bake, canvas.mesh, reach);
    this.#isSkin = new Uint8Array(vertexCount);
    this.#isSkin.set(canvas.topology.isSkin);
    for (let i = surfaceCount; i < vertexCount; i++) this.#isSkin[i] = this.#fromRim[i] > 0.6 ? 1 : 0;
    if (reference) shapeTransfer(bake.shape, reference.shape, canvas.topology, canvas.mesh, this.#shapeOffset);
  }

  render(face: FaceTrack, region: RegionView, matrix: YuvMatrix, look: Look, fill: PatchFill): PatchView | null {
    const rgb = region.format === 1 || region.format === 2;
    this.#useColours(matrix);
    this.#texturePtr = this.#texture.use(rgb ? 'rgb' : matrix, look);
    this.#place(face, region, look);
    if (!this.#boundPatch(region)) return null;
    // A matte's region is black: light is not read from it.
    if (fill === 'likeness') this.#measureLight(face, region, matrix, look);
    this.#draw(face, region, matrix, look, rgb, fill);
    if (fill === 'likeness') this.canvas.camera.apply(face, region, this.#patch, rgb, look.grain01, this.#pictures++);
    return this.#patch;
  }

  /** Vertex colours in the picture's colour model; again only when that changes. */
  #useColours(matrix: YuvMatrix): void {
    if (this.#coloursOf === matrix) return;
    this.#coloursOf = matrix;
    const reference = (this.#reference ?? this.bake).vertexRgb;
    const own = this.bake.vertexRgb;
    for (let i = 0; i < vertexCount * 3; i += 3) {
      rgbToYuv(reference[i], reference[i + 1], reference[i + 2], matrix, this.#referenceYuv, i);
      rgbToYuv(own[i], own[i + 1], own[i + 2], matrix, this.#textureYuv, i);
    }
  }

  /** Vertex positions with shape transfer, and normals, in region pixels. */
  #place(face: FaceTrack, region: RegionView, look: Look): void {
    const { landmarks } = face;
    const seen = this.#seen;
    for (let i = 0; i < surfaceCount; i++) {
      seen[i * 3] = landmarks[i * 3];
      seen[i * 3 + 1] = -landmarks[i * 3 + 1];
      seen[i * 3 + 2] = -landmarks[i * 3 + 2];
    }
    const pose = this.#pose;
    fitSimilarity(this.canvas.canonical.positions, seen, surfaceCount, null, pose);
    hangRings(this.canvas.mesh, pose, seen);
    const R = pose.rotation;
    const s = pose.scale * look.shape01;
    const offset = this.#shapeOffset;
    for (let i = 0; i < vertexCount; i++) {
      const ox = offset[i * 3],
        oy = offset[i * 3 + 1],
        oz = offset[i * 3 + 2];
      this.#shaped[i * 2] = seen[i * 3] - region.box.x0 + s * (R[0] * ox + R[1] * oy + R[2] * oz);
      this.#shaped[i * 2 + 1] = -seen[i * 3 + 1] - region.box.y0 - s * (R[3] * ox + R[4] * oy + R[5] * oz);
    }
    closeLids(landmarks, this.#shaped);
    vertexNormals(seen, this.canvas.mesh.triangles, this.#samples.normals);
    coverOutline(this.#samples.normals, this.#shaped, pose.scale);
  }

  #boundPatch(region: RegionView): boolean {
    let x0 = Infinity,
      y0 = Infinity,
      x1 = -Infinity,
      y1 = -Infinity;
    for (let i = 0; i < vertexCount; i++) {
      const x = this.#shaped[i * 2],
        y = this.#shaped[i * 2 + 1];
      if (x < x0) x0 = x;
      if (x > x1) x1 = x;
      if (y < y0) y0 = y;
      if (y > y1) y1 = y;
    }
    const patch = this.#patch;
    patch.x0 = Math.max(0, Math.floor(x0) - 2) & ~1;
    patch.y0 = Math.max(0, Math.floor(y0) - 2);
    patch.x1 = Math.min(region.widthPx & ~1, patch.x0 + maxPatchSidePx, (Math.ceil(x1) + 3) & ~1);
    patch.y1 = Math.min(region.heightPx, patch.y0 + maxPatchSidePx, Math.ceil(y1) + 2);
    patch.strideBytes = (patch.x1 - patch.x0) * 8;
    return patch.x1 - patch.x0 >= 8 && patch.y1 - patch.y0 >= 8;
  }

  #measureLight(face: FaceTrack, region: RegionView, matrix: YuvMatrix, look: Look): void {
    const { landmarkConfidence, landmarkVisible01 } = face;
    // A hand before the face has light of its own: beside the tracked points nothing says where it ends.
    const beside01 = face.maskPtr === 0 ? 0.4 : 0;
    const seen = this.#seen;
    const radius = Math.max(1, (face.box.x1 - face.box.x0) * 0.012);
    const reference = this.#referenceYuv;
    const yuv = this.#seenYuv;
    for (let i = 0; i < vertexCount; i++) {
      this.#samples.weight[i] = 0;
      const facing = this.#samples.normals[i * 3 + 2];
      if (this.#isSkin[i] === 0 || facing < 0.15) continue;
      probe(
        this.canvas.memory,
        region,
        seen[i * 3] - region.box.x0,
        -seen[i * 3 + 1] - region.box.y0,
        radius,
        matrix,
        this.#seenYuv,
        i * 3,
      );
      // Read in place: a view per vertex is 32 kB of garbage a picture.
      const at = i * 3;
      const luma = Math.max(1, yuv[at] - 16);
      const was = Math.max(4, reference[i * 3] - 16);
      this.#samples.ratio[i] = Math.min(4, luma / was);
      this.#samples.dCb[i] =
        (yuv[at + 1] - 128) / Math.max(12, luma) - (reference[i * 3 + 1] - 128) / Math.max(12, was);
      this.#samples.dCr[i] =
        (yuv[at + 2] - 128) / Math.max(12, luma) - (reference[i * 3 + 2] - 128) / Math.max(12, was);
      this.#samples.weight[i] =
        facing * (i < surfaceCount ? (0.1 + landmarkConfidence[i]) * landmarkVisible01[i] : beside01);
    }
    let fit = this.#fits.get(face.faceId);
    if (!fit) {
      fit = new LightFit(this.#samples);
      this.#fits.set(face.faceId, fit);
    }
    fit.fit(0.35, this.#light);
    for (let i = 0; i < vertexCount; i++) {
      this.#light.gain[i] = 1 + (this.#light.gain[i] - 1) * look.light01;
      this.#light.tintCb[i] *= look.light01;
      this.#light.tintCr[i] *= look.light01;
    }
    this.#edge.measure(face.faceId, this.#seenYuv, this.#textureYuv, this.#light, this.#samples.weight, look.tone01);
  }

  #draw(face: FaceTrack, region: RegionView, matrix: YuvMatrix, look: Look, rgb: boolean, fill: PatchFill): void {
    const { canvas } = this;
    const { raster } = canvas;
    const patch = this.#patch;
    const widthPx = patch.x1 - patch.x0;
    const heightPx = patch.y1 - patch.y0;
    // By the kernel: TypedArray.fill goes byte by byte over shared memory.
    raster.fillDepth(patch.ptr, widthPx * heightPx * 2, 0);
    this.#fillVertices(rgb, look.edge01);
    if (fill === 'white') this.#whiten();
    const offsets =
      fill === 'white'
        ? rgb
          ? canvas.whiteRgbPtr
          : canvas.whiteYuvPtr
        : rgb
          ? canvas.offsetsRgbPtr
          : canvas.offsetsYuvPtr;
    canvas.layers.split(canvas.lists, canvas.vertexPtr, widthPx, heightPx);
    const rowBytes = textureSizePx * 4;
    const { fromV, toV } = canvas.mesh;
    const firstRow = Math.floor(fromV * textureSizePx);
    raster.touch(this.#texturePtr + firstRow * rowBytes, (Math.ceil(toV * textureSizePx) - firstRow) * rowBytes);
    const { plainPtr, plainCount, testedPtr, testedCount } = canvas.skin;
    this.#drawSkin(plainPtr, plainCount, offsets, 0);
    // Nearer is smaller. The nose hides the far cheek, the far side hides behind itself.
    this.#drawSkin(testedPtr, testedCount, offsets, canvas.depthPtr);
    if (this.#reference) {
      this.#openings.draw(face, region, matrix, patch, offsets, fill === 'likeness' ? this.#irisTint : null);
    }
  }

  #drawSkin(trianglesPtr: number, count: number, offsets: number, depthPtr: number): void {
    const patch = this.#patch;
    this.canvas.raster.drawSkin(
      this.canvas.vertexPtr,
      trianglesPtr,
      count,
      this.#texturePtr,
      offsets,
      patch.ptr,
      depthPtr,
      textureSizePx,
      patch.x1 - patch.x0,
      patch.y1 - patch.y0,
      patch.strideBytes,
    );
  }

  /** No gain, no bias: every texel becomes the offset, which is white. */
  #whiten(): void {
    const { f32 } = this.canvas.memory;
    for (let i = 0; i < vertexCount; i++) {
      for (const base of [this.canvas.vertexPtr, this.canvas.selfVertexPtr]) {
        const at = (base >> 2) + i * rasterVertexFloats;
        f32[at + 5] = f32[at + 6] = f32[at + 7] = 0;
        f32[at + 9] = f32[at + 10] = f32[at + 11] = 0;
      }
    }
  }

  #fillVertices(rgb: boolean, edge01: number): void {
    const { memory, mesh, vertexPtr, selfVertexPtr } = this.canvas;
    const skin = memory.f32;
    const patch = this.#patch;
    const { gain, tintCb, tintCr } = this.#light;
    const edgeCm = Math.max(0.05, edge01 * faceWidthCm);
    for (let i = 0; i < vertexCount; i++) {
      const at = (vertexPtr >> 2) + i * rasterVertexFloats;
      const own = (selfVertexPtr >> 2) + i * rasterVertexFloats;
      const x = this.#shaped[i * 2] - patch.x0;
      const y = this.#shaped[i * 2 + 1] - patch.y0;
      skin[at] = x;
      skin[at + 1] = y;
      const z = -this.#seen[i * 3 + 2];
      skin[at + 2] = z;
      skin[at + 3] = mesh.uvs[i * 2] * textureSizePx;
      skin[at + 4] = mesh.uvs[i * 2 + 1] * textureSizePx;
      // Only what faces away is left out: fading earlier lets the performer's own profile through.
      const facing = Math.min(1, Math.max(0, (this.#samples.normals[i * 3 + 2] + 0.15) / 0.15));
      const lit = (this.#textureYuv[i * 3] - 16) * gain[i];
      const tone = this.#edge.tone;
      const luma = tone[i * 3],
        cb = tintCb[i] * lit + tone[i * 3 + 1],
        cr = tintCr[i] * lit + tone[i * 3 + 2];
      skin[at + 5] = gain[i];
      skin[at + 6] = gain[i];
      skin[at + 7] = gain[i];
      skin[at + 8] = Math.min(1, Math.max(0, this.#fromRim[i]) / edgeCm) * facing;
      // Over RGB pictures the tint becomes the BT.709 chroma contributions; over YUV it is the chroma itself.
      skin[at + 9] = rgb ? luma * 1.164 + cr * 1.793 : luma;
      skin[at + 10] = rgb ? luma * 1.164 - cb * 0.213 - cr * 0.533 : cb;
      skin[at + 11] = rgb ? luma * 1.164 + cb * 2.112 : cr;
      skin[own] = x;
      skin[own + 1] = y;
      skin[own + 2] = z;
      skin[own + 5] = 1;
      skin[own + 6] = 1;
      skin[own + 7] = 1;
      skin[own + 8] = 1;
      skin[own + 9] = 0;
      skin[own + 10] = 0;
      skin[own + 11] = 0;
    }
  }
}
