import { neighboursOf } from '../../frame/mesh-neighbours.js';
import { skinVertexCount, type SkinMesh } from './skin-mesh.js';
import type { KernelMemory } from '../../kernels/memory.js';
import type { VertexKernel } from '../../kernels/vertex.js';
import type { VertexLight } from './relight.js';

/** The performer's tone is taken on wholly at the end of the drawn skin and not at all so far inside. */
export const takeOnCm = 1.4;
/** Codes. A larger difference is hair or background behind the cheek, not skin. */
const mostLuma = 70;
const mostChroma = 22;
/** Even: see the kernel. */
const smoothingRounds = 6;
/** How fast the face's mean difference is followed. */
const meanFollow01 = 0.1;

/**
 * Leads the likeness's skin tone into the performer's towards the oval, so that no mask edge shows: the membrane of seamless
 * cloning (Pérez et al. 2003) at vertices, held to the outer rings so that the likeness keeps its own tone in the middle.
 */
export class EdgeTone {
  /** Vertices × (Y, Cb, Cr) to be added, 8-bit codes. */
  readonly tone = new Float32Array(skinVertexCount * 3);
  /** (Y, Cb, Cr, trust) per vertex. */
  readonly #difference: Float32Array;
  readonly #differencePtr: number;
  readonly #scratchPtr: number;
  readonly #startsPtr: number;
  readonly #indicesPtr: number;
  readonly #kept = new Map<number, Float32Array>();
  readonly #takeOn: Float32Array;
  readonly #mean = new Float32Array(3);

  /** rim01: 1 where the drawn skin ends, 0 from takeOnCm inside; strange: where the likeness has hair, 0…1. */
  constructor(
    memory: KernelMemory,
    private readonly kernel: VertexKernel,
    mesh: SkinMesh,
    rim01: Float32Array,
    private readonly strange: Float32Array,
  ) {
    const { starts, indices } = neighboursOf(mesh.triangles, skinVertexCount);
    this.#startsPtr = memory.allocate(starts.byteLength);
    memory.i32.set(starts, this.#startsPtr >> 2);
    this.#indicesPtr = memory.allocate(indices.byteLength);
    memory.i32.set(indices, this.#indicesPtr >> 2);
    const bytes = skinVertexCount * 16;
    this.#differencePtr = memory.allocate(bytes);
    this.#scratchPtr = memory.allocate(bytes);
    this.#difference = memory.f32.subarray(this.#differencePtr >> 2, (this.#differencePtr + bytes) >> 2);
    // A beard does not take on the tone of skin.
    this.#takeOn = rim01.map((share, i) => share * (1 - strange[i]!));
  }

  /**
   * weight: trust in what was seen at each vertex, 0 where nothing usable was. tone01: share of the mean difference that the
   * whole face takes on, so that a likeness photographed in other light does not stand out of the scene. veil: what the performer's skin beside
   * the face takes on (see VeilTone.yuv), times veil01: the rim meets that.
   */
  measure(
    faceId: number,
    seen: Float32Array,
    texture: Float32Array,
    light: VertexLight,
    weight: Float32Array,
    tone01: number,
    veil: Float32Array,
    veil01: number,
  ): void {
    this.#compare(seen, texture, light, weight);
    const mean = this.#meanDifference(weight);
    this.#addVeil(seen, veil, veil01);
    this.#smooth();
    let kept = this.#kept.get(faceId);
    const fresh = kept === undefined;
    if (!kept) {
      // The last three: the mean.
      kept = new Float32Array(skinVertexCount * 3 + 3);
      this.#kept.set(faceId, kept);
    }
    const whole = skinVertexCount * 3;
    for (let k = 0; k < 3; k++) kept[whole + k] += (mean[k] - kept[whole + k]) * (fresh ? 1 : meanFollow01);
    for (let i = 0; i < skinVertexCount; i++) {
      for (let k = 0; k < 3; k++) {
        const at = i * 3 + k;
        // Light that changes at once must be followed at once; noise must not flicker.
        const now = this.#difference[i * 4 + k]!;
        const change = Math.abs(now - kept[at]);
        const follow = fresh ? 1 : Math.min(1, 0.15 + change / 20);
        kept[at] += (now - kept[at]) * follow;
        const take = this.#takeOn[i];
        this.tone[at] = kept[at] * take + kept[whole + k] * (1 - take) * tone01;
      }
    }
  }

  #compare(seen: Float32Array, texture: Float32Array, light: VertexLight, weight: Float32Array): void {
    const d = this.#difference;
    for (let i = 0; i < skinVertexCount; i++) {
      const at = i * 3,
        to = i * 4;
      const lit = (texture[at]! - 16) * light.gain[i]!;
      const g = light.gain[i]!;
      d[to] = seen[at]! - 16 - lit;
      d[to + 1] = seen[at + 1]! - 128 - (texture[at + 1]! - 128) * g - light.tintCb[i]! * lit;
      d[to + 2] = seen[at + 2]! - 128 - (texture[at + 2]! - 128) * g - light.tintCr[i]! * lit;
      d[to + 3] = weight[i]! * (1 - this.strange[i]!);
    }
  }

  /** What is beside has the veil's tone. Held after it: between two people's skins there may lie more than between skin and hair. */
  #addVeil(seen: Float32Array, veil: Float32Array, veil01: number): void {
    const d = this.#difference;
    const [own, toCb, toCr] = [veil[0]! * veil01, veil[1]! * veil01, veil[2]! * veil01];
    for (let i = 0; i < skinVertexCount; i++) {
      const luma = seen[i * 3]! - 16;
      d[i * 4] = clamp(d[i * 4]! + luma * own, mostLuma);
      d[i * 4 + 1] = clamp(d[i * 4 + 1]! + (seen[i * 3 + 1]! - 128) * own + luma * toCb, mostChroma);
      d[i * 4 + 2] = clamp(d[i * 4 + 2]! + (seen[i * 3 + 2]! - 128) * own + luma * toCr, mostChroma);
    }
  }

  #meanDifference(weight: Float32Array): Float32Array {
    const d = this.#difference,
      mean = this.#mean;
    mean.fill(0);
    let total = 1e-6;
    for (let i = 0; i < skinVertexCount; i++) {
      const w = weight[i];
      total += w;
      mean[0] += w * d[i * 4];
      mean[1] += w * d[i * 4 + 1];
      mean[2] += w * d[i * 4 + 2];
    }
    for (let k = 0; k < 3; k++) mean[k] /= total;
    return mean;
  }

  /** Trusted vertices speak for their neighbours that saw nothing. */
  #smooth(): void {
    this.kernel.smoothTrusted(
      this.#differencePtr,
      this.#scratchPtr,
      this.#startsPtr,
      this.#indicesPtr,
      skinVertexCount,
      smoothingRounds,
    );
  }
}

const clamp = (value: number, most: number): number => Math.min(most, Math.max(-most, value));
