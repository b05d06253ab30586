import { type FaceTrack, surfaceCount } from '../../frame/face-track.js';
import type { YuvMatrix } from '../../frame/format.js';
import type { BlendKernel } from '../../kernels/blend.js';
import type { KernelMemory } from '../../kernels/memory.js';
import { rasterVertexFloats, type RasterKernel } from '../../kernels/raster.js';
import type { RegionView } from '../../frame/region-view.js';
import type { LikenessEngine, Look, PatchFill, PatchView } from '../port.js';
import { type FaceBake, textureSizePx } from './bake.js';
import { type CanonicalFace, distanceFromOval, faceWidthCm, type FaceTopology, topologyOf } from './canonical.js';
import { EdgeTone } from './edge-tone.js';
import { shapeTransfer } from './shape-transfer.js';
import { LightFit, type VertexLight } from './relight.js';
import { fitSimilarity, newPose } from './pose.js';
import { probe, rgbToYuv } from './sample.js';

/** Along the oval a photo shows ear and background as often as cheek: so much of its rim is never drawn. */
const bareCm = 0.8;
/** Largest patch side; a face larger than this is drawn clipped to it. */
export const maxPatchSidePx = 1600;

/** Kernel buffers that all mesh likenesses of a lane share: they draw one after the other. */
export class MeshCanvas {
  readonly patchPtr: number;
  readonly selfPtr: number;
  readonly depthPtr: number;
  readonly vertexPtr: number;
  readonly selfVertexPtr: number;
  readonly skinPtr: number;
  /** Triangles inside each rim, as topology.rims. */
  readonly insidePtrs: readonly number[];
  readonly offsetsYuvPtr: number;
  readonly offsetsRgbPtr: number;
  readonly whiteYuvPtr: number;
  readonly whiteRgbPtr: number;
  readonly topology: FaceTopology;

  constructor(
    readonly memory: KernelMemory,
    readonly raster: RasterKernel,
    readonly blend: BlendKernel,
    readonly canonical: CanonicalFace,
  ) {
    this.topology = topologyOf(canonical);
    this.patchPtr = memory.allocate(maxPatchSidePx * maxPatchSidePx * 8);
    this.selfPtr = memory.allocate(maxPatchSidePx * maxPatchSidePx * 8);
    this.depthPtr = memory.allocate(maxPatchSidePx * maxPatchSidePx * 4);
    this.vertexPtr = memory.allocate(surfaceCount * rasterVertexFloats * 4);
    this.selfVertexPtr = memory.allocate(surfaceCount * rasterVertexFloats * 4);
    this.skinPtr = memory.allocate(this.topology.skin.length * 2);
    this.insidePtrs = this.topology.rims.map(({ inside }) => memory.allocate(inside.length * 2));
    memory.u16.set(this.topology.skin, this.skinPtr >> 1);
    this.topology.rims.forEach(({ inside }, k) => memory.u16.set(inside, this.insidePtrs[k]! >> 1));
    this.offsetsYuvPtr = memory.allocate(64);
    this.offsetsRgbPtr = memory.allocate(64);
    memory.f32.set([16, 128, 128, 0], this.offsetsYuvPtr >> 2);
    memory.f32.set([0, 0, 0, 0], this.offsetsRgbPtr >> 2);
    this.whiteYuvPtr = memory.allocate(64);
    this.whiteRgbPtr = memory.allocate(64);
    memory.f32.set([235, 128, 128, 0], this.whiteYuvPtr >> 2);
    memory.f32.set([255, 255, 255, 0], this.whiteRgbPtr >> 2);
  }
}

/**
 * The mesh likeness: a photographed face's skin, drawn on the performer's tracked mesh under the performer's light, with the
 * performer's own eyes and mouth interior moved along by the shape transfer.
 */
export class MeshLikeness implements LikenessEngine {
  readonly #texturePtr: number;
  #textureModel: YuvMatrix | 'rgb' | null = null;
  /** The texture's own Y Cb Cr at every vertex, legal-range codes. */
  readonly #textureYuv = new Float32Array(surfaceCount * 3);
  /** The performer's, in this picture. */
  readonly #seenYuv = new Float32Array(surfaceCount * 3);
  readonly #reference: FaceBake | null;
  readonly #referenceYuv = new Float32Array(surfaceCount * 3);
  readonly #light: VertexLight = {
    gain: new Float32Array(surfaceCount).fill(1),
    tintCb: new Float32Array(surfaceCount),
    tintCr: new Float32Array(surfaceCount),
  };
  readonly #fits = new Map<number, LightFit>();
  readonly #normals = new Float32Array(surfaceCount * 3);
  readonly #ratio = new Float32Array(surfaceCount);
  readonly #dCb = new Float32Array(surfaceCount);
  readonly #dCr = new Float32Array(surfaceCount);
  readonly #weight = new Float32Array(surfaceCount);
  readonly #probe = new Float32Array(3);
  readonly #shaped = new Float32Array(surfaceCount * 2);
  readonly #seen = new Float32Array(surfaceCount * 3);
  readonly #shapeOffset = new Float32Array(surfaceCount * 3);
  /** Centimetres of the canonical face. */
  readonly #fromOval = new Float32Array(surfaceCount);
  readonly #edge: EdgeTone;
  readonly #pose = newPose();
  readonly #patch: { ptr: number; strideBytes: number; x0: number; y0: number; x1: number; y1: number };

  constructor(
    private readonly canvas: MeshCanvas,
    private readonly bake: FaceBake,
    /** The performer's own bake from enrolment: what light and shape are measured against. Null: the likeness's photo. */
    reference: FaceBake | null,
  ) {
    this.#texturePtr = canvas.memory.allocate(textureSizePx * textureSizePx * 8);
    this.#reference = reference;
    this.#edge = new EdgeTone(canvas.canonical, canvas.topology);
    this.#patch = { ptr: canvas.patchPtr, strideBytes: 0, x0: 0, y0: 0, x1: 0, y1: 0 };
    distanceFromOval(canvas.canonical.positions, this.#fromOval);
    if (reference) shapeTransfer(bake.shape, reference.shape, canvas.topology, this.#shapeOffset);
  }

  render(face: FaceTrack, region: RegionView, matrix: YuvMatrix, look: Look, fill: PatchFill): PatchView | null {
    const rgb = region.format === 1 || region.format === 2;
    this.#useTexture(rgb ? 'rgb' : matrix, matrix);
    this.#place(face, region, look);
    if (!this.#boundPatch(region)) return null;
    // A matte's region is black: light is not read from it.
    if (fill === 'likeness') this.#measureLight(face, region, matrix, look);
    this.#draw(face, region, look, rgb, fill);
    return this.#patch;
  }

  /** Converts the baked RGB texture to the picture's own colour model; again only when that changes. */
  #useTexture(model: YuvMatrix | 'rgb', matrix: YuvMatrix): void {
    if (this.#textureModel === model) return;
    this.#textureModel = model;
    const { memory } = this.canvas;
    const out = memory.u16.subarray(this.#texturePtr >> 1, (this.#texturePtr >> 1) + textureSizePx * textureSizePx * 4);
    const { texture } = this.bake;
    const yuv = this.#probe;
    for (let i = 0; i < texture.length; i += 4) {
      if (model === 'rgb') {
        out[i] = texture[i] << 8;
        out[i + 1] = texture[i + 1] << 8;
        out[i + 2] = texture[i + 2] << 8;
      } else {
        rgbToYuv(texture[i], texture[i + 1], texture[i + 2], model, yuv, 0);
        out[i] = yuv[0] * 256;
        out[i + 1] = yuv[1] * 256;
        out[i + 2] = yuv[2] * 256;
      }
      out[i + 3] = texture[i + 3] << 8;
    }
    const reference = this.#reference ?? this.bake;
    for (let i = 0; i < surfaceCount; i++) {
      const from = reference.vertexRgb;
      rgbToYuv(from[i * 3], from[i * 3 + 1], from[i * 3 + 2], matrix, this.#referenceYuv, i * 3);
      const own = this.bake.vertexRgb;
      rgbToYuv(own[i * 3], own[i * 3 + 1], own[i * 3 + 2], matrix, this.#textureYuv, i * 3);
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
    const R = pose.rotation;
    const s = pose.scale * look.shape01;
    const offset = this.#shapeOffset;
    for (let i = 0; i < surfaceCount; i++) {
      const ox = offset[i * 3],
        oy = offset[i * 3 + 1],
        oz = offset[i * 3 + 2];
      this.#shaped[i * 2] = landmarks[i * 3] - region.box.x0 + s * (R[0] * ox + R[1] * oy + R[2] * oz);
      this.#shaped[i * 2 + 1] = landmarks[i * 3 + 1] - region.box.y0 - s * (R[3] * ox + R[4] * oy + R[5] * oz);
    }
    this.#findNormals(seen);
  }

  #findNormals(p: Float32Array): void {
    const n = this.#normals;
    const { triangles } = this.canvas.canonical;
    n.fill(0);
    for (let t = 0; t < triangles.length; t += 3) {
      const a = triangles[t] * 3,
        b = triangles[t + 1] * 3,
        c = triangles[t + 2] * 3;
      const ux = p[b] - p[a],
        uy = p[b + 1] - p[a + 1],
        uz = p[b + 2] - p[a + 2];
      const vx = p[c] - p[a],
        vy = p[c + 1] - p[a + 1],
        vz = p[c + 2] - p[a + 2];
      const nx = uy * vz - uz * vy,
        ny = uz * vx - ux * vz,
        nz = ux * vy - uy * vx;
      n[a] += nx;
      n[a + 1] += ny;
      n[a + 2] += nz;
      n[b] += nx;
      n[b + 1] += ny;
      n[b + 2] += nz;
      n[c] += nx;
      n[c + 1] += ny;
      n[c + 2] += nz;
    }
    for (let i = 0; i < surfaceCount * 3; i += 3) {
      const length = Math.sqrt(n[i] * n[i] + n[i + 1] * n[i + 1] + n[i + 2] * n[i + 2]) || 1;
      n[i] /= length;
      n[i + 1] /= length;
      n[i + 2] /= length;
    }
  }

  #boundPatch(region: RegionView): boolean {
    let x0 = Infinity,
      y0 = Infinity,
      x1 = -Infinity,
      y1 = -Infinity;
    for (let i = 0; i < surfaceCount; i++) {
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
    const { landmarks, landmarkConfidence } = face;
    const { isSkin } = this.canvas.topology;
    const radius = Math.max(1, (face.box.x1 - face.box.x0) * 0.012);
    const reference = this.#referenceYuv;
    const p = this.#probe;
    for (let i = 0; i < surfaceCount; i++) {
      this.#weight[i] = 0;
      const facing = this.#normals[i * 3 + 2];
      if (isSkin[i] === 0 || facing < 0.15) continue;
      probe(
        this.canvas.memory,
        region,
        landmarks[i * 3] - region.box.x0,
        landmarks[i * 3 + 1] - region.box.y0,
        radius,
        matrix,
        this.#seenYuv,
        i * 3,
      );
      p.set(this.#seenYuv.subarray(i * 3, i * 3 + 3));
      const luma = Math.max(1, p[0] - 16);
      const was = Math.max(4, reference[i * 3] - 16);
      this.#ratio[i] = Math.min(4, luma / was);
      this.#dCb[i] = (p[1] - 128) / Math.max(12, luma) - (reference[i * 3 + 1] - 128) / Math.max(12, was);
      this.#dCr[i] = (p[2] - 128) / Math.max(12, luma) - (reference[i * 3 + 2] - 128) / Math.max(12, was);
      this.#weight[i] = facing * (0.1 + landmarkConfidence[i]);
    }
    let fit = this.#fits.get(face.faceId);
    if (!fit) {
      fit = new LightFit(surfaceCount);
      this.#fits.set(face.faceId, fit);
    }
    fit.fit(this.#normals, this.#ratio, this.#dCb, this.#dCr, this.#weight, 0.35, this.#light);
    for (let i = 0; i < surfaceCount; i++) {
      this.#light.gain[i] = 1 + (this.#light.gain[i] - 1) * look.light01;
      this.#light.tintCb[i] *= look.light01;
      this.#light.tintCr[i] *= look.light01;
    }
    this.#edge.measure(face.faceId, this.#seenYuv, this.#textureYuv, this.#light, this.#weight);
  }

  #draw(face: FaceTrack, region: RegionView, look: Look, rgb: boolean, fill: PatchFill): void {
    const { canvas } = this;
    const { memory, raster } = canvas;
    const patch = this.#patch;
    const widthPx = patch.x1 - patch.x0;
    const heightPx = patch.y1 - patch.y0;
    memory.u8.fill(0, patch.ptr, patch.ptr + patch.strideBytes * heightPx);
    this.#fillVertices(face, region, rgb, look.edge01);
    if (fill === 'white') this.#whiten();
    const offsets =
      fill === 'white'
        ? rgb
          ? canvas.whiteRgbPtr
          : canvas.whiteYuvPtr
        : rgb
          ? canvas.offsetsRgbPtr
          : canvas.offsetsYuvPtr;
    // Nearer is smaller. The nose hides the far cheek, the far side hides behind itself.
    raster.fillDepth(canvas.depthPtr, widthPx * heightPx, 1e9);
    const mode = 0;
    raster.drawTriangles(
      canvas.vertexPtr,
      canvas.skinPtr,
      canvas.topology.skin.length / 3,
      this.#texturePtr,
      offsets,
      patch.ptr,
      canvas.depthPtr,
      textureSizePx,
      textureSizePx,
      widthPx,
      heightPx,
      patch.strideBytes,
      mode,
    );
    if (look.shape01 > 0 && this.#reference) {
      for (let k = 0; k < canvas.insidePtrs.length; k++) this.#drawInside(k, face, region, offsets);
    }
  }

  /** The performer's own eye or mouth, moved with the bones: a piece of the picture itself is the texture. */
  #drawInside(k: number, face: FaceTrack, region: RegionView, offsets: number): void {
    const { canvas } = this;
    const { memory, topology } = canvas;
    const { vertices, inside } = topology.rims[k]!;
    const patch = this.#patch;
    const { landmarks } = face;
    let x0 = Infinity,
      y0 = Infinity,
      x1 = -Infinity,
      y1 = -Infinity;
    for (const i of vertices) {
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
    if (widthPx < 2 || heightPx < 2) return;
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
    for (const i of vertices) {
      const own = (canvas.selfVertexPtr >> 2) + i * rasterVertexFloats;
      memory.f32[own + 3] = landmarks[i * 3] - region.box.x0 - left;
      memory.f32[own + 4] = landmarks[i * 3 + 1] - region.box.y0 - top;
    }
    canvas.raster.drawTriangles(
      canvas.selfVertexPtr,
      canvas.insidePtrs[k]!,
      inside.length / 3,
      canvas.selfPtr,
      offsets,
      patch.ptr,
      canvas.depthPtr,
      widthPx,
      heightPx,
      patch.x1 - patch.x0,
      patch.y1 - patch.y0,
      patch.strideBytes,
      0,
    );
  }

  /** No gain, no bias: every texel becomes the offset, which is white. */
  #whiten(): void {
    const { f32 } = this.canvas.memory;
    for (let i = 0; i < surfaceCount; i++) {
      for (const base of [this.canvas.vertexPtr, this.canvas.selfVertexPtr]) {
        const at = (base >> 2) + i * rasterVertexFloats;
        f32[at + 5] = f32[at + 6] = f32[at + 7] = 0;
        f32[at + 9] = f32[at + 10] = f32[at + 11] = 0;
      }
    }
  }

  #fillVertices(face: FaceTrack, region: RegionView, rgb: boolean, edge01: number): void {
    const { memory, canonical, vertexPtr, selfVertexPtr } = this.canvas;
    const skin = memory.f32;
    const patch = this.#patch;
    const { gain, tintCb, tintCr } = this.#light;
    const { landmarks } = face;
    const edgeCm = Math.max(0.05, edge01 * faceWidthCm);
    for (let i = 0; i < surfaceCount; i++) {
      const at = (vertexPtr >> 2) + i * rasterVertexFloats;
      const own = (selfVertexPtr >> 2) + i * rasterVertexFloats;
      const x = this.#shaped[i * 2] - patch.x0;
      const y = this.#shaped[i * 2 + 1] - patch.y0;
      skin[at] = x;
      skin[at + 1] = y;
      const z = landmarks[i * 3 + 2];
      skin[at + 2] = z;
      skin[at + 3] = canonical.uvs[i * 2] * textureSizePx;
      skin[at + 4] = canonical.uvs[i * 2 + 1] * textureSizePx;
      // Only what faces away is left out: fading earlier lets the performer's own profile through.
      const facing = Math.min(1, Math.max(0, (this.#normals[i * 3 + 2] + 0.15) / 0.15));
      const lit = (this.#textureYuv[i * 3] - 16) * gain[i];
      const tone = this.#edge.tone;
      const luma = tone[i * 3],
        cb = tintCb[i] * lit + tone[i * 3 + 1],
        cr = tintCr[i] * lit + tone[i * 3 + 2];
      skin[at + 5] = gain[i];
      skin[at + 6] = gain[i];
      skin[at + 7] = gain[i];
      skin[at + 8] = Math.min(1, Math.max(0, this.#fromOval[i] - bareCm) / edgeCm) * facing;
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
