import { rasterMode, rasterVertexFloats } from '../../kernels/raster.js';
import type { Material, PersonModel } from '../cast/model.js';
import type { PersonGeometry } from './person-geometry.js';
import type { StagePicture } from './stage-picture.js';

/** Width of the soft seam, px: one pixel of falling cover, as a lens and a sensor would give. */
const seamPx = 1.15;
const outlined: readonly Material[] = ['skin', 'cloth', 'collar', 'hair'];
/** Edges of one part, in the order of its triangles. */
interface PartEdges {
  readonly texture: number;
  readonly firstTriangle: number;
  readonly triangleCount: number;
  readonly isTwoSided: boolean;
  /** Hair cards fade out before their rim: nothing to soften there. */
  readonly hasSoftRims: boolean;
  /** Per edge: first and second drawn vertex, the third of the triangle it belongs to, that triangle, its neighbour (or the same). */
  readonly edges: Int32Array;
}

/**
 * Smooth silhouettes without supersampling: along every edge where a visible triangle meets one that is turned away (or
 * nothing), a strip one pixel wide continues the surface outwards and fades. Some 1,500 strips of a person cost less than
 * a millisecond; four samples a pixel would cost four times the picture.
 */
export class Outline {
  readonly #parts: readonly PartEdges[];
  readonly #turned: Int8Array;

  constructor(readonly model: PersonModel) {
    this.#turned = new Int8Array(model.triangles.length / 3);
    this.#parts = model.parts
      .filter((part) => outlined.includes(part.material))
      .map((part) => ({
        texture: part.texture,
        firstTriangle: part.firstTriangle,
        triangleCount: part.triangleCount,
        isTwoSided: part.material === 'hair' || part.material === 'collar',
        hasSoftRims: part.material === 'hair',
        edges: edgesOf(model, part.firstTriangle, part.triangleCount),
      }));
  }

  /** Draws the strips of the parts that `wants` accepts over what is there, by depth. `light` as shading.ts fills it. */
  draw(
    picture: StagePicture,
    geometry: PersonGeometry,
    light: Float32Array,
    wants: (texture: number) => boolean,
  ): void {
    const strips = picture.strips(),
      { f32 } = picture.memory,
      { screen } = geometry,
      { vertexPosition, vertexUv } = this.model;
    for (const part of this.#parts) {
      if (!wants(part.texture)) continue;
      this.#findTurned(part, screen);
      const { edges } = part,
        turned = this.#turned;
      let count = 0;
      for (let e = 0; e < edges.length && count < strips.capacity; e += 5) {
        const own = turned[edges[e + 3]!]!,
          other = turned[edges[e + 4]!]!,
          isRim = edges[e + 3] === edges[e + 4];
        if (own === 0 || (!part.isTwoSided && own < 0) || (isRim ? part.hasSoftRims : own === other)) continue;
        const a = vertexPosition[edges[e]!]! * 3,
          b = vertexPosition[edges[e + 1]!]! * 3,
          c = vertexPosition[edges[e + 2]!]! * 3;
        const ax = screen[a]!,
          ay = screen[a + 1]!,
          dx = screen[b]! - ax,
          dy = screen[b + 1]! - ay,
          length = Math.sqrt(dx * dx + dy * dy);
        if (length < 0.05 || ay < -2 || ay > picture.heightPx + 2) continue;
        const inside = dx * (screen[c + 1]! - ay) - dy * (screen[c]! - ax) > 0 ? 1 : -1,
          scale = (inside * seamPx) / length;
        const ox = dy * scale,
          oy = -dx * scale;
        let o = strips.vertices / 4 + count * 4 * rasterVertexFloats;
        for (let corner = 0; corner < 4; corner++, o += rasterVertexFloats) {
          const isOuter = corner >= 2,
            vertex = edges[e + (corner === 0 || corner === 3 ? 0 : 1)]!,
            s = vertexPosition[vertex]! * 3;
          f32[o] = screen[s]! + (isOuter ? ox : 0);
          f32[o + 1] = screen[s + 1]! + (isOuter ? oy : 0);
          f32[o + 2] = screen[s + 2]!;
          f32[o + 3] = vertexUv[vertex * 2]!;
          f32[o + 4] = vertexUv[vertex * 2 + 1]!;
          f32[o + 5] = light[s * 2]!;
          f32[o + 6] = light[s * 2 + 1]!;
          f32[o + 7] = light[s * 2 + 2]!;
          f32[o + 8] = isOuter ? 0 : 1;
          f32[o + 9] = light[s * 2 + 3]!;
          f32[o + 10] = light[s * 2 + 4]!;
          f32[o + 11] = light[s * 2 + 5]!;
        }
        count++;
      }
      picture.drawStrips(this.model, part.texture, count, rasterMode.blend);
    }
  }

  /** 1 where a triangle shows its face, −1 its back, 0 where it is a line. */
  #findTurned(part: PartEdges, screen: Float32Array): void {
    const { triangles, vertexPosition } = this.model;
    for (let t = part.firstTriangle; t < part.firstTriangle + part.triangleCount; t++) {
      const a = vertexPosition[triangles[t * 3]!]! * 3,
        b = vertexPosition[triangles[t * 3 + 1]!]! * 3,
        c = vertexPosition[triangles[t * 3 + 2]!]! * 3;
      const ax = screen[a]!,
        ay = screen[a + 1]!;
      const area = (screen[b]! - ax) * (screen[c + 1]! - ay) - (screen[b + 1]! - ay) * (screen[c]! - ax);
      this.#turned[t] = area > 1e-3 ? 1 : area < -1e-3 ? -1 : 0;
    }
  }
}

/** Both triangles of every edge, once from each side; an edge of one triangle is its own neighbour. */
function edgesOf(model: PersonModel, firstTriangle: number, triangleCount: number): Int32Array {
  const { triangles, vertexPosition } = model,
    owner = new Map<number, number>(),
    edges: number[] = [];
  const keyOf = (p: number, q: number): number => (p < q ? p * 65536 + q : q * 65536 + p);
  const last = firstTriangle + triangleCount;
  const visit = (use: (t: number, k: number, key: number) => void): void => {
    for (let t = firstTriangle; t < last; t++) {
      for (let k = 0; k < 3; k++)
        use(t, k, keyOf(vertexPosition[triangles[t * 3 + k]!]!, vertexPosition[triangles[t * 3 + ((k + 1) % 3)]!]!));
    }
  };
  const neighbours = new Map<number, number>();
  visit((t, _k, key) => {
    if (owner.has(key)) neighbours.set(key, t);
    else owner.set(key, t);
  });
  visit((t, k, key) => {
    const first = owner.get(key)!,
      second = neighbours.get(key) ?? first;
    edges.push(
      triangles[t * 3 + k]!,
      triangles[t * 3 + ((k + 1) % 3)]!,
      triangles[t * 3 + ((k + 2) % 3)]!,
      t,
      t === first ? second : first,
    );
  });
  return Int32Array.from(edges);
}
