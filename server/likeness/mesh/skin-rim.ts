import { cropSizePx, type FaceTrack, matteSidePx } from '../../frame/face-track.js';
import type { RegionView } from '../../frame/region-view.js';
import type { KernelMemory } from '../../kernels/memory.js';
import {
  rimFieldBytes,
  type RimGrid,
  type RimKernel,
  rimNodeBytes,
  rimScratchBytes,
  rimVertexFloats,
} from '../../kernels/rim.js';
import type { PatchView, SkinVeil } from '../port.js';
import { faceOval } from './canonical.js';
import type { FacePose } from './pose.js';
import { loopPoints, type RimLoops, rimLoops, rimTriangles } from './rim-loops.js';
import type { VertexLight } from './relight.js';
import { bareSkin } from './veil-tone.js';

/** Most cells a side, and how small they may be: 2^3 px. Twice as many cost 0.2 ms more, and no edge is better for it. */
const mostCellsASide = 66;
const leastShift = 3;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Where drawn skin ends and the veil lies, by how much the picture looks like the performer's skin there: hair that hangs into the face
 * stays, drawn skin goes up to the hairline in any pose, ears and neck take on the likeness's tone. One for all likenesses of a lane.
 */
export class SkinRim {
  readonly #triangleCount: number;
  readonly #verticesPtr: number;
  readonly #indicesPtr: number;
  readonly #fieldsPtr: number;
  readonly #nodesPtr: number;
  readonly #scratchPtr: number;
  readonly #veilPtr: number;
  readonly #tonePtr: number;
  readonly #mattePtr: number;
  readonly #matteMapPtr: number;
  /** Points of the loops, (x, y), picture px. */
  readonly #places: Float32Array;
  readonly #ovalMiddle = { x: 0, y: 0 };
  readonly #grid: RimGrid = { shift: leastShift, columns: 0, rows: 0 };
  readonly #patch = { ptr: 0, strideBytes: 0, widthPx: 0, heightPx: 0 };
  readonly #veil: Mutable<SkinVeil>;

  constructor(
    private readonly memory: KernelMemory,
    private readonly kernel: RimKernel,
    mostSidePx: number,
  ) {
    const triangles = rimTriangles();
    this.#triangleCount = triangles.length / 3;
    const points = rimLoops * loopPoints;
    this.#verticesPtr = memory.allocate(points * rimVertexFloats * 4);
    this.#indicesPtr = memory.allocate(triangles.byteLength);
    memory.u16.set(triangles, this.#indicesPtr >> 1);
    const cells = mostCellsASide ** 2;
    this.#fieldsPtr = memory.allocate(cells * rimFieldBytes);
    this.#nodesPtr = memory.allocate(cells * rimNodeBytes);
    this.#scratchPtr = memory.allocate(cells * rimScratchBytes);
    this.#veilPtr = memory.allocate(mostSidePx * mostSidePx);
    this.#tonePtr = memory.allocate(64);
    this.#mattePtr = memory.allocate(matteSidePx * matteSidePx);
    this.#matteMapPtr = memory.allocate(64);
    this.#places = new Float32Array(points * 2);
    this.#veil = { ptr: this.#veilPtr, strideBytes: 0, tonePtr: this.#tonePtr, mix01: 1, x0: 0, y0: 0, x1: 0, y1: 0 };
  }

  /** Points of the loops, (x, y), picture px, until the next call: the patch must hold them. seen: vertices × (x, y, z), picture px, y up. */
  place(loops: RimLoops, pose: FacePose, seen: Float32Array): Float32Array {
    loops.place(pose, seen, this.#places);
    return this.#places;
  }

  /**
   * After `place` and the drawing of the patch: gives its alpha the rim, and the veil that belongs to it, valid until the next call.
   * The patch begins on a multiple of 4 px and is as wide; the region holds the plain picture.
   *
   * @param person what of the crop is the person: the veil lies on nothing else
   * @param loops those that were placed
   * @param normals vertices × (x, y, z), unit, z to the camera
   * @param referenceYuv vertices × (Y, Cb, Cr): the performer's skin in flat light
   * @param veil01 how much of the veil there is; 0: the alpha alone
   * @param tone three f32, see the blend kernel's veilOver
   * @param whole the patch is white: its alpha takes in the veil
   */
  finish(
    region: RegionView,
    patch: PatchView,
    person: Pick<FaceTrack, 'matte' | 'toCrop'>,
    loops: RimLoops,
    normals: Float32Array,
    referenceYuv: Float32Array,
    light: VertexLight,
    veil01: number,
    tone: Float32Array,
    whole: boolean,
  ): SkinVeil | null {
    const grid = this.#grid;
    const widthPx = patch.x1 - patch.x0,
      heightPx = patch.y1 - patch.y0;
    grid.shift = leastShift;
    while (Math.max(widthPx, heightPx) >> grid.shift > mostCellsASide - 2) grid.shift++;
    const side = 1 << grid.shift;
    const x = region.box.x0 + patch.x0,
      y = region.box.y0 + patch.y0;
    const leftPx = x & (side - 1),
      topPx = y & (side - 1);
    grid.columns = (leftPx + widthPx + side - 1) >> grid.shift;
    grid.rows = (topPx + heightPx + side - 1) >> grid.shift;
    this.#fill(loops, normals, referenceYuv, light, veil01 > 0, x - leftPx, y - topPx, 1 / side);
    const { kernel } = this;
    const middle = this.#middle();
    kernel.fields(
      this.#fieldsPtr,
      grid,
      this.#verticesPtr,
      this.#indicesPtr,
      this.#triangleCount,
      (middle.x - x + leftPx) / side,
      (middle.y - y + topPx) / side,
    );
    kernel.nodes(region, grid, leftPx - patch.x0, topPx - patch.y0, this.#fieldsPtr, this.#nodesPtr, this.#scratchPtr);
    if (veil01 > 0) this.#holdToPerson(person, x - leftPx, y - topPx);
    this.#apply(region, patch, leftPx, topPx, whole);
    if (veil01 <= 0 || whole) return null;
    return this.#veilOf(patch, tone, veil01);
  }

  /** Of the oval, picture px. */
  #middle(): { readonly x: number; readonly y: number } {
    const middle = this.#ovalMiddle;
    middle.x = middle.y = 0;
    for (let i = loopPoints; i < 2 * loopPoints; i++) {
      middle.x += this.#places[i * 2]! / loopPoints;
      middle.y += this.#places[i * 2 + 1]! / loopPoints;
    }
    return middle;
  }

  /** (x0, y0): where the cells begin in the picture. Until a matte is there the veil goes by colour and place alone. */
  #holdToPerson({ matte, toCrop }: Pick<FaceTrack, 'matte' | 'toCrop'>, x0: number, y0: number): void {
    if (!matte) return;
    const { f32, u8 } = this.memory;
    const side = 1 << this.#grid.shift;
    const perCrop = matteSidePx / cropSizePx;
    const at = this.#matteMapPtr >> 2;
    for (let row = 0; row < 2; row++) {
      const a = toCrop[row * 3]!,
        b = toCrop[row * 3 + 1]!;
      f32[at + row * 3] = a * side * perCrop;
      f32[at + row * 3 + 1] = b * side * perCrop;
      f32[at + row * 3 + 2] = (a * (x0 + side / 2) + b * (y0 + side / 2) + toCrop[row * 3 + 2]!) * perCrop - 0.5;
    }
    u8.set(matte, this.#mattePtr);
    this.kernel.holdToPerson(this.#nodesPtr, this.#grid, this.#mattePtr, matteSidePx, this.#matteMapPtr);
  }

  #apply(region: RegionView, patch: PatchView, leftPx: number, topPx: number, whole: boolean): void {
    const target = this.#patch;
    target.ptr = patch.ptr;
    target.strideBytes = patch.strideBytes;
    target.widthPx = patch.x1 - patch.x0;
    target.heightPx = patch.y1 - patch.y0;
    const pixelBytes = region.format === 1 || region.format === 2 ? 4 : 2;
    const offset = patch.y0 * region.strideBytes + patch.x0 * pixelBytes;
    this.kernel.apply(
      region.format,
      region.ptr + offset,
      region.chromaPtr + offset,
      region.strideBytes,
      target,
      this.#grid,
      leftPx,
      topPx,
      this.#nodesPtr,
      this.#veilPtr,
      whole,
    );
  }

  #veilOf(patch: PatchView, tone: Float32Array, veil01: number): SkinVeil {
    const at = this.#tonePtr >> 2;
    for (let c = 0; c < 3; c++) this.memory.f32[at + c] = tone[c]!;
    const veil = this.#veil;
    veil.mix01 = veil01;
    veil.strideBytes = patch.x1 - patch.x0;
    veil.x0 = patch.x0;
    veil.y0 = patch.y0;
    veil.x1 = patch.x1;
    veil.y1 = patch.y1;
    return veil;
  }

  /** Vertices of the loops in cells, with the skin that the light makes of the performer's there. */
  #fill(
    loops: RimLoops,
    normals: Float32Array,
    reference: Float32Array,
    light: VertexLight,
    isVeiled: boolean,
    x0: number,
    y0: number,
    perPx: number,
  ): void {
    const { f32 } = this.memory;
    const { points, speaks, leastShade } = loops;
    const n = bareSkin.length;
    for (let k = 0; k < loopPoints; k++) {
      let y = 0,
        cb = 0,
        cr = 0;
      for (let s = 0; s < n; s++) {
        const weight = speaks[k * n + s]!;
        const i = bareSkin[s]!;
        const lit = (reference[i * 3]! - 16) * light.gain[i]!;
        y += weight * (16 + lit);
        cb += weight * (128 + (reference[i * 3 + 1]! - 128) * light.gain[i]! + light.tintCb[i]! * lit);
        cr += weight * (128 + (reference[i * 3 + 2]! - 128) * light.gain[i]! + light.tintCr[i]! * lit);
      }
      const facing = normals[faceOval[k]! * 3 + 2]!;
      for (let i = k; i < points.length; i += loopPoints) {
        const at = (this.#verticesPtr >> 2) + i * rimVertexFloats;
        const point = points[i]!;
        f32[at] = (this.#places[i * 2]! - x0) * perPx;
        f32[at + 1] = (this.#places[i * 2 + 1]! - y0) * perPx;
        f32[at + 2] = isVeiled ? point.veil : 0;
        f32[at + 3] = loops.ownAt(i, facing);
        f32[at + 4] = y;
        f32[at + 5] = cb;
        f32[at + 6] = cr;
        f32[at + 7] = leastShade[k]!;
      }
    }
  }
}
