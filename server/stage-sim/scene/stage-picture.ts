import { KernelMemory } from '../../kernels/memory.js';
import { loadRasterKernel, rasterMode, rasterVertexFloats, type RasterKernel } from '../../kernels/raster.js';
import type { Part, PersonModel, Picture8 } from '../cast/model.js';
import type { PersonGeometry } from './person-geometry.js';

/** Rows that are cleared and laid over together; no triangle of the cast is higher at the closest view. */
const bandPx = 64;

/** Quads that one draw call may have beside a model's own triangles. */
const stripCapacity = 6000;
const glintSidePx = 16;

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
  /** Leftmost and rightmost x touched in each band of rows. */
  readonly #left: Float64Array;
  readonly #right: Float64Array;

  readonly #stripVertices: number;
  readonly #stripIndices: number;
  readonly #glint: { at: number; widthPx: number; heightPx: number };

  constructor(
    readonly widthPx: number,
    readonly heightPx: number,
    megabytes = 256,
  ) {
    this.memory = new KernelMemory(megabytes);
    this.kernel = loadRasterKernel(this.memory);
    this.strideBytes = widthPx * 8;
    this.target = this.memory.allocate(this.strideBytes * heightPx);
    this.depth = this.memory.allocate(widthPx * heightPx * 4);
    this.#offsets = this.memory.allocate(16);
    this.#stripVertices = this.memory.allocate(stripCapacity * 4 * rasterVertexFloats * 4);
    this.#stripIndices = this.memory.allocate(stripCapacity * 12);
    for (let quad = 0; quad < stripCapacity; quad++) {
      this.memory.u16.set(
        [0, 1, 2, 0, 2, 3].map((corner) => quad * 4 + corner),
        this.#stripIndices / 2 + quad * 6,
      );
    }
    this.#glint = this.loadTexture(softDisc());
    const bands = Math.ceil(heightPx / bandPx);
    this.#left = new Float64Array(bands).fill(Infinity);
    this.#right = new Float64Array(bands).fill(-Infinity);
    this.kernel.fillDepth(this.depth, widthPx * heightPx, Infinity);
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

  /** Empties what was drawn since the last time. */
  clear(): void {
    const { u8, f32 } = this.memory;
    this.forEachTouched((x0, x1, y0, y1) => {
      for (let y = y0; y < y1; y++) {
        const row = this.target + y * this.strideBytes,
          depthRow = this.depth / 4 + y * this.widthPx;
        u8.fill(0, row + x0 * 8, row + x1 * 8);
        f32.fill(Infinity, depthRow + x0, depthRow + x1);
      }
    });
    this.#left.fill(Infinity);
    this.#right.fill(-Infinity);
  }

  /** Notes where a posed surface may draw. A triangle reaches at most one band beyond its corners' own. */
  touch(screen: Float32Array): void {
    const left = this.#left,
      right = this.#right,
      last = left.length - 1;
    for (let i = 0; i < screen.length; i += 3) {
      const band = screen[i + 1]! / bandPx;
      if (!(band > -2 && band < last + 2)) continue;
      const x = screen[i]!,
        from = Math.max(0, Math.floor(band) - 1),
        to = Math.min(last, Math.floor(band) + 1);
      for (let b = from; b <= to; b++) {
        if (x < left[b]!) left[b] = x;
        if (x > right[b]!) right[b] = x;
      }
    }
  }

  /** Notes that every pixel may have been written. */
  touchAll(): void {
    this.#left.fill(0);
    this.#right.fill(this.widthPx);
  }

  /** Everything drawn since the last clear, widened by a margin, as rectangles (px, half open, x even). */
  forEachTouched(visit: (x0: number, x1: number, y0: number, y1: number) => void, marginPx = 2): void {
    for (let b = 0; b < this.#left.length; b++) {
      const x0 = Math.max(0, Math.floor((this.#left[b]! - marginPx) / 2) * 2);
      const x1 = Math.min(this.widthPx, Math.ceil((this.#right[b]! + marginPx) / 2) * 2);
      if (x1 > x0) visit(x0, x1, b * bandPx, Math.min(this.heightPx, (b + 1) * bandPx));
    }
  }

  /** Writes a person's drawn vertices from projected positions and the light of each (shading.ts). */
  fillVertices(geometry: PersonGeometry, light: Float32Array): void {
    const { model, screen } = geometry,
      loaded = this.load(model),
      f = this.memory.f32;
    this.touch(screen);
    const { vertexPosition, vertexUv } = model;
    let o = loaded.vertices / 4;
    for (let v = 0; v < vertexPosition.length; v++, o += rasterVertexFloats) {
      const s = vertexPosition[v]! * 3,
        l = s * 2;
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
    const { model, screen } = geometry,
      loaded = this.load(model),
      f = this.memory.f32,
      codes = new Float32Array(3);
    this.touch(screen);
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
    const loaded = this.load(model),
      texture = loaded.textures[part.texture]!;
    this.kernel.drawTriangles(
      loaded.vertices,
      loaded.indices + part.firstTriangle * 6,
      part.triangleCount,
      texture.at,
      this.#offsets,
      this.target,
      this.depth,
      texture.widthPx,
      texture.heightPx,
      this.widthPx,
      this.heightPx,
      this.strideBytes,
      modeOf(part),
    );
  }

  /** Room for the corners of quads: write up to `capacity` times four vertices, then drawStrips. */
  strips(): { readonly vertices: number; readonly capacity: number } {
    return { vertices: this.#stripVertices, capacity: stripCapacity };
  }
  drawStrips(model: PersonModel, textureNumber: number, count: number, mode: number): void {
    this.#drawQuads(this.load(model).textures[textureNumber]!, count, mode);
  }

  /** A soft round highlight of one colour (8-bit codes), tested by depth. */
  drawGlint(
    x: number,
    y: number,
    depthDm: number,
    radiusPx: number,
    rgb: readonly [number, number, number],
    alpha01: number,
  ): void {
    const f = this.memory.f32,
      side = glintSidePx - 0.5;
    for (let corner = 0; corner < 4; corner++) {
      const right = corner === 1 || corner === 2,
        low = corner >= 2;
      f.set(
        [
          x + (right ? radiusPx : -radiusPx),
          y + (low ? radiusPx : -radiusPx),
          depthDm,
          right ? side : 0.5,
          low ? side : 0.5,
          0,
          0,
          0,
          alpha01,
          ...rgb,
        ],
        this.#stripVertices / 4 + corner * rasterVertexFloats,
      );
    }
    this.#drawQuads(this.#glint, 1, rasterMode.blend);
  }

  #drawQuads(texture: { at: number; widthPx: number; heightPx: number }, count: number, mode: number): void {
    if (count === 0) return;
    this.kernel.drawTriangles(
      this.#stripVertices,
      this.#stripIndices,
      count * 2,
      texture.at,
      this.#offsets,
      this.target,
      this.depth,
      texture.widthPx,
      texture.heightPx,
      this.widthPx,
      this.heightPx,
      this.strideBytes,
      mode,
    );
  }
}

function softDisc(): Picture8 {
  const rgba = new Uint8Array(glintSidePx * glintSidePx * 4).fill(255),
    middle = (glintSidePx - 1) / 2;
  for (let y = 0; y < glintSidePx; y++) {
    for (let x = 0; x < glintSidePx; x++) {
      const distance = Math.hypot(x - middle, y - middle) / middle;
      rgba[(y * glintSidePx + x) * 4 + 3] = Math.round(255 * Math.max(0, Math.min(1, (1 - distance) * 2.2)));
    }
  }
  return { widthPx: glintSidePx, heightPx: glintSidePx, rgba };
}

/** Closed surfaces are culled; hair, brows and lashes are cards, collars gape: both sides are drawn. */
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
    case 'cloth':
      return rasterMode.cullAnticlockwise;
    case 'collar':
      return 0;
  }
}
