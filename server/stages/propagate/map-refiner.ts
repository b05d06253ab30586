import type { KernelMemory } from '../../kernels/memory.js';
import type { DisFlow } from '../../kernels/flow.js';
import type { PatchKernel } from '../../kernels/patch.js';
import { gridColumns, type RefinedFlow } from './refined-flow.js';

/** A network's flow less sure of itself than this is not believed; from the second on it is alone. */
const unsure01 = 0.3;
const sure01 = 0.7;
export const mapBytes = gridColumns * gridColumns * 8;

/** A composed backward map, this picture's crop px → its keyframe's. */
export interface RefinableMap {
  ptr: number;
  readonly columns: number;
  readonly rows: number;
  /** The same as it was in picture `anchoredFrame`, and what the map lacks, given to it over `fixLeft` pictures. 0: not taken yet. */
  anchorPtr: number;
  anchoredFrame: number;
  fixPtr: number;
  fixLeft: number;
}
export const newRefinableMap = (memory: KernelMemory): RefinableMap => ({
  ptr: memory.allocate(mapBytes),
  columns: gridColumns,
  rows: gridColumns,
  anchorPtr: 0,
  anchoredFrame: -1,
  fixPtr: 0,
  fixLeft: 0,
});

interface Way {
  ptr: number;
  live: boolean;
}

/**
 * Corrects a face's composed maps by a network's flow from picture b back to picture a, whenever that arrives. With what was composed
 * since, map(n→k) = map(n→b) ∘ flow(b→a) ∘ map(a→k): what small errors of picture after picture had added up to between a and b is gone.
 */
export class MapRefiner {
  /** Flow composed since the anchor a, and since b where an answer is awaited. */
  #sinceAnchor: Way;
  #sinceAsk: Way;
  /** The composed flow b → a, for where the network is unsure. */
  readonly #carried: Way;
  readonly #mixedPtr: number;
  #sparePtr: number;
  #anchorFrame = -1;
  #askedFrame = -1;

  constructor(
    private readonly memory: KernelMemory,
    private readonly kernel: PatchKernel,
  ) {
    const way = (): Way => ({ ptr: memory.allocate(mapBytes), live: false });
    this.#sinceAnchor = way();
    this.#sinceAsk = way();
    this.#carried = way();
    this.#mixedPtr = memory.allocate(mapBytes);
    this.#sparePtr = memory.allocate(mapBytes);
  }

  reset(): void {
    this.#anchorFrame = -1;
    this.#sinceAnchor.live = false;
    this.#sinceAsk.live = false;
  }

  /** Picture `frameNumber` is where the next flow will lead back to. */
  anchor(maps: readonly RefinableMap[], frameNumber: number): void {
    this.#anchorFrame = frameNumber;
    this.#begin(this.#sinceAnchor);
    this.#sinceAsk.live = false;
    for (const map of maps) this.#keep(map, frameNumber);
  }

  /** Flow from this picture back to the anchor is asked for. */
  ask(maps: readonly RefinableMap[], frameNumber: number): void {
    this.#askedFrame = frameNumber;
    this.#copy(this.#sinceAnchor.ptr, this.#carried.ptr);
    this.#carried.live = this.#sinceAnchor.live;
    this.#begin(this.#sinceAsk);
    // Patches that are younger than the anchor have nothing to be corrected, and are there for the next flow.
    for (const map of maps) if (map.anchoredFrame !== this.#anchorFrame) this.#keep(map, frameNumber);
  }

  /** After each picture: `steadyPtr` leads from it to the one before. */
  after(maps: readonly RefinableMap[], flow: DisFlow, steadyPtr: number): void {
    for (const way of [this.#sinceAnchor, this.#sinceAsk]) {
      if (!way.live) continue;
      flow.compose(steadyPtr, way.ptr, this.#sparePtr);
      const { ptr } = way;
      way.ptr = this.#sparePtr;
      this.#sparePtr = ptr;
    }
    for (const map of maps) if (map.fixLeft > 0) this.#give(map);
  }
  get isLive(): boolean {
    return this.#sinceAnchor.live || this.#sinceAsk.live;
  }

  /** The flow that was asked for. The maps come to what it says over `frames` pictures. Returns how many of them it concerned. */
  arrived(maps: readonly RefinableMap[], refined: RefinedFlow, flow: DisFlow, frames: number): number {
    if (!this.#sinceAsk.live) return 0;
    let count = 0;
    if (this.#carried.live) {
      const mixed = { ptr: this.#mixedPtr, columns: gridColumns, rows: gridColumns };
      const { backwardPtr, backwardConfidencePtr } = refined;
      this.kernel.mix(this.#carried.ptr, backwardPtr, backwardConfidencePtr, mixed, unsure01, sure01);
      for (const map of maps) {
        if (map.anchoredFrame !== this.#anchorFrame) continue;
        this.#correct(map, flow, Math.max(1, frames));
        count++;
      }
    }
    const { ptr } = this.#sinceAnchor;
    this.#sinceAnchor.ptr = this.#sinceAsk.ptr;
    this.#sinceAsk.ptr = ptr;
    this.#sinceAnchor.live = true;
    this.#sinceAsk.live = false;
    this.#anchorFrame = this.#askedFrame;
    return count;
  }

  #correct(map: RefinableMap, flow: DisFlow, frames: number): void {
    flow.compose(this.#mixedPtr, map.anchorPtr, this.#sparePtr);
    const before = map.anchorPtr;
    map.anchorPtr = this.#sparePtr;
    this.#sparePtr = before;
    map.anchoredFrame = this.#askedFrame;
    if (map.fixPtr === 0) map.fixPtr = this.memory.allocate(mapBytes);
    flow.compose(this.#sinceAsk.ptr, map.anchorPtr, map.fixPtr);
    this.kernel.addMap({ ptr: map.fixPtr, columns: gridColumns, rows: gridColumns }, map.ptr, -1);
    this.kernel.addMap({ ptr: map.fixPtr, columns: gridColumns, rows: gridColumns }, map.fixPtr, 1 / frames - 1);
    map.fixLeft = frames;
    this.#give(map);
  }
  #give(map: RefinableMap): void {
    this.kernel.addMap(map, map.fixPtr, 1);
    map.fixLeft--;
  }

  #keep(map: RefinableMap, frameNumber: number): void {
    if (map.anchorPtr === 0) map.anchorPtr = this.memory.allocate(mapBytes);
    this.#copy(map.ptr, map.anchorPtr);
    // What it is about to be given belongs to it.
    if (map.fixLeft > 0)
      this.kernel.addMap({ ptr: map.anchorPtr, columns: gridColumns, rows: gridColumns }, map.fixPtr, map.fixLeft);
    map.anchoredFrame = frameNumber;
  }
  #begin(way: Way): void {
    this.memory.u8.fill(0, way.ptr, way.ptr + mapBytes);
    way.live = true;
  }
  #copy(from: number, to: number): void {
    this.memory.u8.copyWithin(to, from, from + mapBytes);
  }
}
