import { type FaceTrack, surfaceCount } from '../../frame/face-track.js';
import type { YuvMatrix } from '../../frame/format.js';
import type { RegionView } from '../../frame/region-view.js';
import type { LikenessEngine, Look, PatchFill, PatchView } from '../port.js';
import { type FaceBake, textureSizePx } from './bake.js';
import type { DrawnPatch } from './camera-match.js';
import { type MeshCanvas, maxPatchSidePx } from './canvas.js';
import { type IrisTint, irisTintOf, Openings } from './openings.js';
import { DrawnVertices } from './drawn-vertices.js';
import { believeTint } from './believed-tint.js';
import { coverOutline, type Overlaps, overlapsOf } from './outline.js';
import { Lids } from './lids.js';
import { vertexNormals } from './normals.js';
import { strangeVertices } from './known-fade.js';
import { hangRings, skinVertexCount } from './skin-mesh.js';
import { SkinMask } from './skin-mask.js';
import { SkinTexture } from './skin-texture.js';
import { EdgeTone, takeOnCm } from './edge-tone.js';
import { shapeTransfer } from './shape-transfer.js';
import { LightReading } from './light-reading.js';
import type { LightSamples } from './relight.js';
import { RimLoops } from './rim-loops.js';
import { VeilTone } from './veil-tone.js';
import { gradeOf, inGrade } from './photo-grade.js';
import { fitSimilarity, newPose } from './pose.js';
import { rgbToYuv } from './sample.js';

const vertexCount = skinVertexCount;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
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
  /** In the grade of the performer's enrolment. */
  readonly #bake: FaceBake;
  readonly #reference: FaceBake | null;
  readonly #referenceYuv = new Float32Array(vertexCount * 3);
  readonly #reading: LightReading;
  readonly #samples: LightSamples;
  readonly #shaped = new Float32Array(vertexCount * 2);
  readonly #seen = new Float32Array(vertexCount * 3);
  readonly #shapeOffset = new Float32Array(vertexCount * 3);
  readonly #vertices: DrawnVertices;
  readonly #edge: EdgeTone;
  readonly #hair01: Float32Array;
  readonly #overlaps: Overlaps;
  readonly #pose = newPose();
  readonly #openings: Openings;
  readonly #lids: Lids;
  readonly #irisTint: IrisTint | null;
  readonly #loops: RimLoops;
  readonly #isDrawn: Uint8Array;
  /** From the performer's skin to the likeness's; null where the performer's is not known. */
  readonly #veilTone: VeilTone | null;
  readonly #patch: Mutable<PatchView>;
  readonly #drawn: DrawnPatch;

  constructor(
    private readonly canvas: MeshCanvas,
    photographed: FaceBake,
    /** The performer's own bake from enrolment: what light and shape are measured against. Null: the likeness's photo. */
    reference: FaceBake | null,
  ) {
    this.#reference = reference;
    this.#samples = canvas.light;
    const grade = reference ? gradeOf(photographed, reference, canvas.topology, canvas.mesh) : 1;
    const bake = inGrade(photographed, grade);
    this.#bake = bake;
    this.#lids = new Lids(bake.shape, reference?.shape ?? null, canvas.topology);
    this.#openings = new Openings(canvas, this.#lids);
    this.#irisTint = reference ? irisTintOf(bake.irisRgb, reference.irisRgb) : null;
    this.#patch = { ptr: canvas.patchPtr, strideBytes: 0, x0: 0, y0: 0, x1: 0, y1: 0, veil: null };
    this.#drawn = { patch: this.#patch, box: { x0: 0, y0: 0, x1: 0, y1: 0 } };
    this.#veilTone = reference ? new VeilTone(bake, reference) : null;
    const reach = (reference ?? bake).reach;
    this.#overlaps = overlapsOf(canvas.mesh.positions);
    this.#loops = new RimLoops(canvas.mesh, reach);
    const mask = new SkinMask(canvas.mesh, reach, bake);
    this.#isDrawn = mask.isDrawn();
    const fromRim = mask.shownCm(),
      fromSkin = mask.skinCm();
    this.#hair01 = strangeVertices(bake, vertexCount);
    this.#edge = new EdgeTone(canvas.memory, canvas.vertex, canvas.mesh, mask.rim01(takeOnCm), this.#hair01);
    this.#texture = new SkinTexture(canvas.memory, bake, mask, grade);
    const isSkin = new Uint8Array(vertexCount);
    isSkin.set(canvas.topology.isSkin);
    for (let i = surfaceCount; i < vertexCount; i++) isSkin[i] = fromSkin[i]! > 0.6 ? 1 : 0;
    this.#reading = new LightReading(canvas, isSkin);
    this.#vertices = new DrawnVertices(canvas, {
      shaped: this.#shaped,
      seen: this.#seen,
      fromRim,
      textureYuv: this.#textureYuv,
      light: this.#reading.light,
      tone: this.#edge.tone,
    });
    if (reference) shapeTransfer(bake.shape, reference.shape, canvas.topology, canvas.mesh, this.#shapeOffset);
  }

  render(face: FaceTrack, region: RegionView, matrix: YuvMatrix, look: Look, fill: PatchFill): PatchView | null {
    const rgb = region.format === 1 || region.format === 2;
    this.#useColours(matrix);
    this.#texturePtr = this.#texture.use(rgb ? 'rgb' : matrix, look);
    this.#place(face, region, look);
    if (!this.#boundPatch(region)) return null;
    this.#measureLight(face, region, matrix, look);
    this.#draw(face, region, matrix, look, rgb, fill);
    if (fill === 'likeness') this.canvas.camera.apply(face, region, this.#drawn, rgb, look.grain01, this.#pictures++);
    this.#finishRim(face, region, look, rgb, fill === 'white');
    return this.#patch;
  }

  /** Vertex colours in the picture's colour model; again only when that changes. */
  #useColours(matrix: YuvMatrix): void {
    if (this.#coloursOf === matrix) return;
    this.#coloursOf = matrix;
    const reference = (this.#reference ?? this.#bake).vertexRgb;
    const own = this.#bake.vertexRgb;
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
    this.#lids.lay(landmarks, this.#shaped, pose, look.shape01);
    vertexNormals(seen, this.canvas.mesh.triangles, this.#samples.normals);
    coverOutline(this.#samples.normals, seen, this.#shaped, region.box, pose.scale, this.#overlaps);
  }

  #boundPatch(region: RegionView): boolean {
    let x0 = Infinity,
      y0 = Infinity,
      x1 = -Infinity,
      y1 = -Infinity;
    for (let i = 0; i < vertexCount; i++) {
      if (this.#isDrawn[i] === 0) continue;
      const x = this.#shaped[i * 2],
        y = this.#shaped[i * 2 + 1];
      if (x < x0) x0 = x;
      if (x > x1) x1 = x;
      if (y < y0) y0 = y;
      if (y > y1) y1 = y;
    }
    const drawn = this.#drawn.box;
    drawn.x0 = x0;
    drawn.y0 = y0;
    drawn.x1 = x1;
    drawn.y1 = y1;
    const rim = this.canvas.rim.place(this.#loops, this.#pose, this.#seen);
    for (let i = 0; i < rim.length; i += 2) {
      x0 = Math.min(x0, rim[i]! - region.box.x0);
      x1 = Math.max(x1, rim[i]! - region.box.x0);
      y0 = Math.min(y0, rim[i + 1]! - region.box.y0);
      y1 = Math.max(y1, rim[i + 1]! - region.box.y0);
    }
    const patch = this.#patch;
    // Fours of pixels: see SkinRim.
    patch.x0 = Math.max(0, Math.floor(x0) - 2) & ~3;
    patch.y0 = Math.max(0, Math.floor(y0) - 2);
    patch.x1 = Math.min(region.widthPx & ~3, patch.x0 + maxPatchSidePx, (Math.ceil(x1) + 5) & ~3);
    patch.y1 = Math.min(region.heightPx, patch.y0 + maxPatchSidePx, Math.ceil(y1) + 2);
    patch.strideBytes = (patch.x1 - patch.x0) * 8;
    return patch.x1 - patch.x0 >= 8 && patch.y1 - patch.y0 >= 8;
  }

  #measureLight(face: FaceTrack, region: RegionView, matrix: YuvMatrix, look: Look): void {
    const reading = this.#reading;
    reading.measure(face, region, matrix, this.#seen, this.#referenceYuv, look.light01);
    believeTint(reading.light, this.#hair01);
    const { weight } = this.#samples;
    this.#veilTone?.use(matrix);
    this.#edge.measure(
      face.faceId,
      reading.seenYuv,
      this.#textureYuv,
      reading.light,
      weight,
      look.tone01,
      this.#veilTone?.yuv ?? noTone,
      veilOf(look),
    );
  }

  #draw(face: FaceTrack, region: RegionView, matrix: YuvMatrix, look: Look, rgb: boolean, fill: PatchFill): void {
    const { canvas } = this;
    const { raster } = canvas;
    const patch = this.#patch;
    const widthPx = patch.x1 - patch.x0;
    const heightPx = patch.y1 - patch.y0;
    // By the kernel: TypedArray.fill goes byte by byte over shared memory.
    raster.fillDepth(patch.ptr, widthPx * heightPx * 2, 0);
    this.#vertices.fill(this.#samples.normals, patch, rgb, look.edge01);
    const { f32, u8 } = canvas.memory;
    this.#lids.finish(f32, canvas.vertexPtr >> 2, u8, this.#texturePtr, rgb ? rgbZeros : yuvZeros);
    if (fill === 'white') this.#vertices.whiten();
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

  /** The drawn skin's alpha by what the picture shows, and the veil over the skin beside it. */
  #finishRim(face: FaceTrack, region: RegionView, look: Look, rgb: boolean, isWhite: boolean): void {
    const tone = this.#veilTone;
    const { light } = this.#reading;
    this.#patch.veil = this.canvas.rim.finish(
      region,
      this.#patch,
      face,
      this.#loops,
      this.#samples.normals,
      this.#referenceYuv,
      light,
      tone ? veilOf(look) : 0,
      tone === null ? noTone : rgb ? tone.rgb : tone.yuv,
      isWhite,
    );
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
}

/** Codes of the texture's channels that are no light and no colour. */
const yuvZeros = [16, 128, 128] as const;
const rgbZeros = [0, 0, 0] as const;
const noTone = new Float32Array(3);
/** What the face takes on of the performer's tone, its surroundings need not give up. */
const veilOf = (look: Look): number => look.veil01 * (1 - look.tone01);
