import { smooth01 } from '../../frame/ramps.js';
import { neighboursOf } from '../../frame/mesh-neighbours.js';
import type { FaceBake } from './bake.js';
import { KnownFade } from './known-fade.js';
import { outerRings, type SkinMesh } from './skin-mesh.js';
import { stepOf, TexturePolar, wrapped } from './skin-reach.js';
import { textureSizePx } from './unwrap.js';

/** Of one ring, on average; turns ring shares of the texture into length. */
const ringCm = 1.1;
/** Width of the texture's own soft end, as a share of the rings: a hairline is not a cut. */
const softShare = 0.1;

/** How far drawn skin goes into the hair above the eyes, as a share of the rings: the picture decides where in it the hairline is. */
const hairShare = 0.35;
/** Beside the face the mesh knows nothing of the ear: the skin ends before it. */
const mostAtEars = 0.35;

/** Where the likeness is drawn on a performer, in texture space. */
export class SkinMask {
  readonly #polar: TexturePolar;
  readonly #fade: KnownFade;

  /** reach: the performer's own, see skinReach. */
  constructor(
    private readonly mesh: SkinMesh,
    private readonly reach: Float32Array,
    likeness: FaceBake,
  ) {
    this.#polar = new TexturePolar(mesh);
    this.#fade = new KnownFade(likeness, this.#polar, mesh.uvs);
  }

  /** Alpha of the skin texture at a texel, 0…255. */
  at(x: number, y: number): number {
    const u = (x + 0.5) / textureSizePx - 0.5,
      v = (y + 0.5) / textureSizePx - 0.5;
    return Math.round(255 * smooth01(this.#inside(u, v, true) / softShare) * this.#fade.at(u, v));
  }

  /** How far inside the end of what is drawn every vertex lies, centimetres; negative outside. */
  drawnCm(): Float32Array {
    return this.#distance(true);
  }
  /** The same, −1 where neither a vertex nor what is beside it is shown: such triangles need not be drawn. */
  shownCm(): Float32Array {
    const { uvs, triangles, count } = this.mesh;
    const isShown = Uint8Array.from({ length: count }, (_, i) =>
      this.#fade.at(uvs[i * 2]! - 0.5, uvs[i * 2 + 1]! - 0.5) > 0 ? 1 : 0,
    );
    const { starts, indices } = neighboursOf(triangles, count);
    return this.drawnCm().map((cm, i) => {
      const beside = indices.subarray(starts[i]!, starts[i + 1]!);
      return isShown[i] === 1 || beside.some((k) => isShown[k] === 1) ? cm : -1;
    });
  }
  /** 1 at vertices of triangles that are drawn: a patch must hold them. */
  isDrawn(): Uint8Array {
    const { triangles, count } = this.mesh;
    const shown = this.shownCm();
    const drawn = new Uint8Array(count);
    for (let t = 0; t < triangles.length; t += 3) {
      const corners = triangles.subarray(t, t + 3);
      if (corners.some((i) => shown[i]! > 0)) for (const i of corners) drawn[i] = 1;
    }
    return drawn;
  }
  /** How far inside the end of the performer's skin every vertex lies: beyond it there may be hair. */
  skinCm(): Float32Array {
    return this.#distance(false);
  }

  /** 1 where what is drawn ends, 0 wherever it is takeOnCm inside; per vertex. */
  rim01(takeOnCm: number): Float32Array {
    const { uvs } = this.mesh;
    return this.#distance(true).map((cm, i) =>
      Math.max(1 - smooth01(cm / takeOnCm), 1 - this.#fade.deepAt(uvs[i * 2]! - 0.5, uvs[i * 2 + 1]! - 0.5)),
    );
  }
  #distance(drawn: boolean): Float32Array {
    const { count, uvs } = this.mesh;
    return Float32Array.from(
      { length: count },
      (_, i) => this.#inside(uvs[i * 2]! - 0.5, uvs[i * 2 + 1]! - 0.5, drawn) * outerRings * ringCm,
    );
  }

  /** How far inside the end, in shares of all rings. */
  #inside(u: number, v: number, drawn: boolean): number {
    const polar = this.#polar;
    const step = stepOf(u, v);
    const oval = wrapped(polar.oval, step),
      outer = wrapped(polar.outer, step);
    const hair = drawn && v < 0 ? hairShare * Math.min(1, -v / 0.12) : 0;
    const sideways = Math.min(1, Math.max(0, (Math.abs(u) / (Math.hypot(u, v) || 1) - 0.75) / 0.2));
    const end = Math.min(1 - (1 - mostAtEars) * sideways, wrapped(this.reach, step) + hair);
    return end - (Math.hypot(u, v) - oval) / (outer - oval);
  }
}
