import type { KernelMemory } from '../../kernels/memory.js';
import { occlusionModelTexels, type OcclusionKernel, occlusionTexelFloats } from '../../kernels/occlusion.js';

export const modelFloats = occlusionModelTexels * occlusionTexelFloats;

interface Known {
  readonly modelPtr: number;
  learned: number;
}

/** What was learned of each performer, kept beyond the track: who leaves and comes back is compared from the first picture on. */
export class KnownAppearances {
  readonly #known = new Map<string, Known>();
  constructor(
    private readonly memory: KernelMemory,
    private readonly kernel: OcclusionKernel,
  ) {}

  /** Puts a performer's model by; null: nobody's. */
  keep(performerId: string | null, modelPtr: number, learned: number): void {
    if (performerId === null) return;
    let known = this.#known.get(performerId);
    if (!known) {
      known = { modelPtr: this.kernel.newModel(), learned: 0 };
      this.#known.set(performerId, known);
    }
    this.#copy(modelPtr, known.modelPtr);
    known.learned = learned;
  }

  /** Copies a performer's model to `modelPtr`: how many pictures it was learned from; 0 where nothing is known. */
  recall(performerId: string, modelPtr: number): number {
    const known = this.#known.get(performerId);
    if (!known) return 0;
    this.#copy(known.modelPtr, modelPtr);
    return known.learned;
  }

  #copy(from: number, to: number): void {
    this.memory.f32.copyWithin(to >> 2, from >> 2, (from >> 2) + modelFloats);
  }
}
