import { KernelMemory } from '../../kernels/memory.js';
import { loadRasterKernel, rasterMode, rasterVertexFloats, type RasterKernel } from '../../kernels/raster.js';
import type { Part, PersonModel, Picture8 } from '../cast/model.js';
import type { PersonGeometry } from './person-geometry.js';

/** A model's constant data in kernel memory. */
interface Loaded {
  readonly textures: readonly { at: number; widthPx: number; heightPx: number }[];
  readonly indices: number;
  readonly vertices: number;
}

/**
 * The 16-bit picture (premultiplied over nothing, see kernels/assembly/raster.ts) that people and props are drawn into
 * before they are laid over the LED wall, with its depth.
 */
export class StagePicture {
  readonly memory: KernelMemory;
  readonly kernel: RasterKernel;
  readonly target: number;
  readonly depth: number;
  readonly strideBytes: number;
  readonly #loaded = new Map<PersonModel, Loaded>();
  readonly #offsets: number;

  constructor(readonly widthPx: number, readonly heightPx: number, megabytes = 256) {
    this.memory = new KernelMemory(megabytes);
    this.kernel = loadRasterKernel(this.memory);
    this.strideBytes = widthPx * 8;
    this.target = this.memory.allocate(this.strideBytes * heightPx);
    this.depth = this.memory.allocate(widthPx * heightPx * 4);
    this.#offsets = this.memory.allocate(16);
  }

  /** Puts a texture into kernel memory as 8.8 codes. */
  loadTexture(picture: Picture8): { at: number; widthPx: number; heightPx: number } {
    const { widthPx, heightPx, rgba } = picture;
    const at = this.memory.allocate(widthPx * heightPx * 8);
    const out = this.memory.u16.subarray(at / 2, at / 2 + rgba.length);
    for (let i = 0; i < rgba.length; i++) out[i] = rgba[i]! << 8;
    return { at, widthPx, heightPx };
  }

  load(model: PersonModel): Loaded {
    const known = this.#loaded.get(model);
    if (known) return known;
    const indices = this.memory.allocate(model.triangles.length * 2);
    this.memory.u16.set(model.triangles, indices / 2);
    const vertices = this.memory.allocate(model.vertexPosition.length * rasterVertexFloats * 4);
    const loaded = { textures: model.textures.map((texture) => this.loadTexture(texture)), indices, vertices };
    this.#loaded.set(model, loaded);
    return loaded;
  }

  clear(): void {
    this.memory.u8.fill(0, this.target, this.target + this.strideBytes * this.heightPx);
    this.kernel.fillDepth(this.depth, this.widthPx * this.heightPx, Infinity);
  }

  /** Writes a person's drawn vertices from projected positions and the light of each (shading.ts). */
  fillVertices(geometry: PersonGeometry, light: Float32Array): void {
    const { model, screen } = geometry, loaded = this.load(model), f = this.memory.f32;
    const { vertexPosition, vertexUv } = model;
    let o = loaded.vertices / 4;
    for (let v = 0; v < vertexPosition.length; v++, o += rasterVertexFloats) {
      const s = vertexPosition[v]! * 3, l = s * 2;
      f[o] = screen[s]!;
      f[o + 1] = screen[s + 1]!;
      f[o + 2] = screen[s + 2]!;
      f[o + 3] = vertexUv[v * 2]!;
      f[o + 4] = vertexUv[v * 2 + 1]!;
      f[o + 5] = light[l]!;
      f[o + 6] = light[l + 1]!;
      f[o + 7] = light[l + 2]!;
      f[o + 8] = 1;
      f[o + 9] = light[l + 3]!;
      f[o + 10] = light[l + 4]!;
      f[o + 11] = light[l + 5]!;
    }
  }

  /** Like fillVertices, but with three 8-bit codes per position instead of a picture: masks, numbers, flow. */
  fillCodes(geometry: PersonGeometry, codesOf: (position: number, out: Float32Array) => void): void {
    const { model, screen } = geometry, loaded = this.load(model), f = this.memory.f32, codes = new Float32Array(3);
    const { vertexPosition, vertexUv } = model;
    let o = loaded.vertices / 4;
    for (let v = 0; v < vertexPosition.length; v++, o += rasterVertexFloats) {
      const position = vertexPosition[v]!;
      codesOf(position, codes);
      f[o] = screen[position * 3]!;
      f[o + 1] = screen[position * 3 + 1]!;
      f[o + 2] = screen[position * 3 + 2]!;
      f[o + 3] = vertexUv[v * 2]!;
      f[o + 4] = vertexUv[v * 2 + 1]!;
      f.fill(0, o + 5, o + 8);
      f[o + 8] = 1;
      f.set(codes, o + 9);
    }
  }

  drawPart(model: PersonModel, part: Part): void {
    const loaded = this.load(model), texture = loaded.textures[part.texture]!;
    this.kernel.drawTriangles(
      loaded.vertices, loaded.indices + part.firstTriangle * 6, part.triangleCount, texture.at, this.#offsets, this.target, this.depth,
      texture.widthPx, texture.heightPx, this.widthPx, this.heightPx, this.strideBytes, modeOf(part),
    );
  }
}

/** Closed surfaces are culled; hair, brows and lashes are cards, clothes gape: both sides are drawn. */
function modeOf(part: Part): number {
  switch (part.material) {
    case 'brows':
    case 'lashes':
      return rasterMode.blend;
    case 'eye':
      return rasterMode.blend | rasterMode.writeDepthWhereSolid | rasterMode.cullAnticlockwise;
    case 'hair':
    case 'beard':
      return rasterMode.blend | rasterMode.writeDepthWhereSolid;
    case 'skin':
    case 'mouth':
    case 'teeth':
    case 'tongue':
      return rasterMode.cullAnticlockwise;
    case 'cloth':
      return 0;
  }
}
