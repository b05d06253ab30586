import type { KernelMemory } from '../../kernels/memory.js';
import type { RasterKernel } from '../../kernels/raster.js';

/** Side of a tile of the layers' map (assembly/_raster-layers.ts). */
const tilePx = 8;

/** A list of triangles in kernel memory, and what of it a picture shows. */
export class LayeredTriangles {
  readonly #listPtr: number;
  readonly #count: number;
  /** What is drawn without depth, and with it. */
  readonly plainPtr: number;
  readonly testedPtr: number;
  plainCount = 0;
  testedCount = 0;

  constructor(memory: KernelMemory, triangles: Uint16Array) {
    this.#listPtr = memory.allocate(triangles.byteLength);
    memory.u16.set(triangles, this.#listPtr >> 1);
    this.#count = triangles.length / 3;
    this.plainPtr = memory.allocate(triangles.byteLength);
    this.testedPtr = memory.allocate(triangles.byteLength);
  }

  split(raster: RasterKernel, vertexPtr: number, tilesPtr: number, widthPx: number, heightPx: number): void {
    const { plainPtr, testedPtr } = this;
    const counts = raster.splitLayers(
      vertexPtr,
      this.#listPtr,
      this.#count,
      tilesPtr,
      plainPtr,
      testedPtr,
      widthPx,
      heightPx,
    );
    this.plainCount = counts & 0xffff;
    this.testedCount = counts >>> 16;
  }
}

/**
 * Where on the patch the surface may lie over itself (a turned head's nose and far cheek, closed lids): only what is drawn there
 * needs depth, which is cleared only there. Triangles that have no alpha are left out of all lists.
 */
export class Layers {
  readonly #tilesPtr: number;
  readonly #surfacePtr: number;
  readonly #surfaceCount: number;

  /** `surface`: all triangles that the lists are taken from and those that are never drawn, one disc without holes. */
  constructor(
    memory: KernelMemory,
    private readonly raster: RasterKernel,
    surface: Uint16Array,
    private readonly depthPtr: number,
    mostSidePx: number,
  ) {
    this.#tilesPtr = memory.allocate(Math.ceil(mostSidePx / tilePx) ** 2);
    this.#surfacePtr = memory.allocate(surface.byteLength);
    memory.u16.set(surface, this.#surfacePtr >> 1);
    this.#surfaceCount = surface.length / 3;
  }

  /** Splits the lists for a patch of this size; the vertices are in its pixels. */
  split(lists: readonly LayeredTriangles[], vertexPtr: number, widthPx: number, heightPx: number): void {
    const { raster } = this;
    raster.markFolds(vertexPtr, this.#surfacePtr, this.#surfaceCount, this.#tilesPtr, widthPx, heightPx);
    for (let i = 0; i < lists.length; i++) lists[i]!.split(raster, vertexPtr, this.#tilesPtr, widthPx, heightPx);
    raster.clearLayers(this.#tilesPtr, this.depthPtr, widthPx, heightPx);
  }
}
