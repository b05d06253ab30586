import { yuvMatrixOf } from '../../frame/format.js';
import { loadStageKernel, layOverCoefficients, type StageKernel } from '../../kernels/stage.js';
import { rasterMode, rasterVertexFloats } from '../../kernels/raster.js';
import type { Picture8 } from '../cast/model.js';
import type { StagePicture } from './stage-picture.js';

/** Furthest that the wall's content moves to either side, px. */
const reachPx = 96;
/** Prepared positions between two pairs of pixels, so that a slow move is smooth: steps of half a pixel. */
const phases = 4;
const stepPx = 2 / phases;

/**
 * The LED wall as prepared UYVY pictures, wider than the frame: a frame copies rows out of the one whose phase fits. Also owns
 * the UYVY frame that people are laid over.
 */
export class Backdrop {
  readonly frame: number;
  readonly strideBytes: number;
  readonly kernel: StageKernel;
  readonly coefficients: number;
  readonly #layers: number[] = [];
  readonly #layerStride: number;

  constructor(
    readonly picture: StagePicture,
    wall: Picture8,
  ) {
    const { memory, widthPx, heightPx } = picture;
    this.kernel = loadStageKernel(memory);
    this.coefficients = memory.allocate(24);
    memory.i16.set(layOverCoefficients(yuvMatrixOf(widthPx, heightPx, null)), this.coefficients / 2);
    this.strideBytes = widthPx * 2;
    this.frame = memory.allocate(this.strideBytes * heightPx);
    this.#layerStride = (widthPx + 2 * reachPx + 4) * 2;
    for (let phase = 0; phase < phases; phase++) this.#layers.push(memory.allocate(this.#layerStride * heightPx));
    const before = memory.mark();
    this.#layers.forEach((layer, phase) => this.#paint(layer, phase * stepPx, wall));
    memory.rewind(before);
    memory.u8.fill(0, picture.target, picture.target + picture.strideBytes * heightPx);
  }

  /** The shift that is really shown, px: a multiple of half a pixel inside the wall's reach. */
  shiftShown(shiftPx: number): number {
    return Math.max(0, Math.min(2 * reachPx, Math.round((shiftPx + reachPx) / stepPx) * stepPx)) - reachPx;
  }

  /** Copies the wall into the frame. */
  fill(shiftPx: number): void {
    const { memory, heightPx } = this.picture;
    const fromLeft = this.shiftShown(shiftPx) + reachPx,
      pairs = Math.floor(fromLeft / 2);
    const layer = this.#layers[Math.round((fromLeft - pairs * 2) / stepPx)]! + pairs * 4;
    for (let y = 0; y < heightPx; y++) {
      const from = layer + y * this.#layerStride;
      memory.u8.copyWithin(this.frame + y * this.strideBytes, from, from + this.strideBytes);
    }
  }

  /** Lays what was drawn over the frame. */
  layOver(): void {
    const { picture } = this;
    picture.forEachTouched((x0, x1, y0, y1) => {
      this.kernel.layOver(
        picture.target + y0 * picture.strideBytes + x0 * 8,
        this.coefficients,
        this.frame + y0 * this.strideBytes + x0 * 2,
        x1 - x0,
        y1 - y0,
        picture.strideBytes,
        this.strideBytes,
      );
    });
  }

  #paint(layer: number, offsetPx: number, wall: Picture8): void {
    const { memory, kernel, heightPx, widthPx } = this.picture,
      mark = memory.mark();
    const texture = this.picture.loadTexture(wall),
      layerWidth = this.#layerStride / 2;
    const vertices = memory.allocate(4 * rasterVertexFloats * 4),
      indices = memory.allocate(12),
      offsets = memory.allocate(16);
    const scale = Math.max(layerWidth / wall.widthPx, heightPx / wall.heightPx);
    // Painted in strips: the 16-bit picture is only as wide as the frame.
    for (let x0 = 0; x0 < layerWidth; x0 += widthPx) {
      const width = Math.min(widthPx, layerWidth - x0) & ~1;
      const corners = [
        [0, 0],
        [widthPx, 0],
        [widthPx, heightPx],
        [0, heightPx],
      ];
      corners.forEach(([x, y], i) => {
        const u = (x! + x0 + offsetPx) / scale,
          v = y! / scale;
        memory.f32.set([x!, y!, 0, u, v, 1, 1, 1, 1, 0, 0, 0], vertices / 4 + i * rasterVertexFloats);
      });
      memory.u16.set([0, 1, 2, 0, 2, 3], indices / 2);
      kernel.drawTriangles(
        vertices,
        indices,
        2,
        texture.at,
        offsets,
        this.picture.target,
        0,
        texture.widthPx,
        texture.heightPx,
        widthPx,
        heightPx,
        this.picture.strideBytes,
        rasterMode.noDepth,
      );
      this.kernel.layOver(
        this.picture.target,
        this.coefficients,
        layer + x0 * 2,
        width,
        heightPx,
        this.picture.strideBytes,
        this.#layerStride,
      );
    }
    memory.rewind(mark);
  }
}
