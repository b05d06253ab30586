import type { CarriedPatch, CarriedPatches } from '../../frame/carried-patch.js';
import { type FaceTrack, landmarkCount, surfaceCount } from '../../frame/face-track.js';
import type { Affine } from '../../frame/geometry.js';
import type { YuvMatrix } from '../../frame/format.js';
import type { DisFlow } from '../../kernels/flow.js';
import type { KernelMemory } from '../../kernels/memory.js';
import type { PatchKernel } from '../../kernels/patch.js';
import { mapBytes, MapRefiner, newRefinableMap, type RefinableMap } from './map-refiner.js';
import { fitSimilarity } from '../../frame/similarity.js';
import { gridColumns, type RefinedFlow } from './refined-flow.js';

/** Flow less sure than this does not move a patch; from the second on it does so alone. The face's own motion stands in. */
const unsure01 = 0.15;
const sure01 = 0.45;
/** An engine gives way to another over fewer pictures than this (likeness.switchFrames), and the patch may have been older. */
const longestLeavingFrames = 100;

type Slot = { -readonly [K in keyof CarriedPatch]: CarriedPatch[K] } & {
  map: RefinableMap;
  bytes: number;
  live: boolean;
};

interface FacePatches {
  /** Maps of a patch that was asked for and has not come; composed as pictures go by, so that it may come as late as it likes. */
  readonly asked: { map: RefinableMap; live: boolean; ageFrames: number };
  current: Slot;
  previous: Slot;
  leaving: Slot;
  sparePtr: number;
  fadeLeft: number;
  fadeFrames: number;
  readonly before: Float32Array;
  /** Made when a flow network first has something to say. */
  refiner: MapRefiner | null;
  /** The maps that are live, gathered anew when they are wanted. */
  readonly maps: RefinableMap[];
  readonly shown: { -readonly [K in keyof CarriedPatches]: CarriedPatches[K] };
}

/**
 * Carries neural patches by flow. A patch's pixels stay as they came; what grows with every picture is the composed backward map to
 * the keyframe, map(n→k)(x) = back(x) + map(n−1→k)(x + back(x)), through which each pixel is sampled once when it is drawn.
 */
export class PatchCarrier {
  readonly #faces: (FacePatches | null)[];
  readonly #steadyPtr: number;
  readonly #motion = new Float64Array(6);
  #stagingPtr = 0;
  #stagingBytes = 0;

  constructor(
    private readonly memory: KernelMemory,
    private readonly kernel: PatchKernel,
    faceSlots: number,
  ) {
    this.#faces = Array.from({ length: faceSlots }, () => null);
    this.#steadyPtr = memory.allocate(mapBytes);
  }

  /** The slot has another face now, or none. */
  reset(faceId: number): void {
    const own = this.#faces[faceId];
    if (!own) return;
    own.asked.live = false;
    own.current.live = false;
    own.previous.live = false;
    own.leaving.live = false;
    own.refiner?.reset();
  }

  /** Before the face is carried to this picture. */
  before(face: FaceTrack): void {
    this.#faces[face.faceId]?.before.set(face.carried);
  }
  /** After it: `flow` holds this picture's backward grid and confidence. */
  after(face: FaceTrack, flow: DisFlow): void {
    const own = this.#faces[face.faceId];
    if (!own || !(isLive(own) || own.refiner?.isLive)) return;
    fitSimilarity(face.carried, own.before, surfaceCount, this.#motion);
    const steady = { ptr: this.#steadyPtr, columns: gridColumns, rows: gridColumns };
    // A face that coasts is covered: what flow sees is what covers it.
    const [low, high] = face.confidence01 > 0 ? [unsure01, sure01] : [2, 3];
    this.kernel.steady(flow.backwardPtr, flow.confidencePtr, this.#motion, steady, low, high);
    this.#carry(own, own.asked, flow);
    this.#carry(own, own.current, flow);
    this.#carry(own, own.previous, flow);
    this.#carry(own, own.leaving, flow);
    if (own.leaving.ageFrames > longestLeavingFrames) own.leaving.live = false;
    own.refiner?.after(liveMaps(own), flow, this.#steadyPtr);
    if (own.fadeLeft > 0) own.fadeLeft--;
  }

  #carry(own: FacePatches, carried: FacePatches['asked'], flow: DisFlow): void {
    if (!carried.live) return;
    flow.compose(this.#steadyPtr, carried.map.ptr, own.sparePtr);
    const { ptr } = carried.map;
    carried.map.ptr = own.sparePtr;
    own.sparePtr = ptr;
    carried.ageFrames++;
  }

  /** A patch of this picture is asked for: one at a time per face. */
  ask(face: FaceTrack): void {
    const { asked } = (this.#faces[face.faceId] ??= newFace(this.memory));
    asked.live = true;
    asked.ageFrames = 0;
    const { map } = asked;
    this.memory.u8.fill(0, map.ptr, map.ptr + mapBytes);
    map.anchoredFrame = -1;
    map.fixLeft = 0;
  }
  /** It will not come. */
  giveUp(faceId: number): void {
    const own = this.#faces[faceId];
    if (own) own.asked.live = false;
  }

  /**
   * The patch that was asked for: RGBA of 8 bits or 8.8, square. Becomes the current one and fades in over `crossfadeFrames`. False
   * where nobody waits for it.
   */
  arrived(
    faceId: number,
    patch: {
      readonly rgba: Uint8Array;
      readonly depth: 8 | 16;
      readonly sidePx: number;
      readonly toPatch: ArrayLike<number>;
    },
    engineKey: string,
    model: YuvMatrix | 'rgb',
    crossfadeFrames: number,
  ): boolean {
    const own = this.#faces[faceId];
    if (!own?.asked.live) return false;
    const slot = makeRoom(own, engineKey);
    this.#fill(slot, patch, model);
    const { map } = slot;
    slot.map = own.asked.map;
    own.asked.map = map;
    slot.ageFrames = own.asked.ageFrames;
    slot.engineKey = engineKey;
    slot.live = true;
    own.asked.live = false;
    own.fadeFrames = Math.max(1, crossfadeFrames);
    own.fadeLeft = own.previous.live ? crossfadeFrames : 0;
    return true;
  }

  /** This picture is where a network's next flow leads back to. Nothing is kept for a face that has no patches. */
  anchor(faceId: number, frameNumber: number): void {
    const own = this.#faces[faceId];
    if (own) (own.refiner ??= new MapRefiner(this.memory, this.kernel)).anchor(liveMaps(own), frameNumber);
  }
  /** The flow from this picture back to the anchor is asked for. */
  askFlow(faceId: number, frameNumber: number): void {
    const own = this.#faces[faceId];
    if (own) (own.refiner ??= new MapRefiner(this.memory, this.kernel)).ask(liveMaps(own), frameNumber);
  }
  /** It is here: how many patches it corrects, by and by over `crossfadeFrames`. */
  refine(faceId: number, refined: RefinedFlow, flow: DisFlow, crossfadeFrames: number): number {
    const own = this.#faces[faceId];
    return own?.refiner?.arrived(liveMaps(own), refined, flow, crossfadeFrames) ?? 0;
  }

  of(faceId: number): CarriedPatches {
    const own = this.#faces[faceId];
    if (!own?.current.live) return nothing;
    own.shown.fade01 = own.fadeLeft > 0 ? 1 - own.fadeLeft / (own.fadeFrames + 1) : 1;
    own.shown.current = own.current;
    own.shown.previous = own.previous.live ? own.previous : null;
    own.shown.leaving = own.leaving.live ? own.leaving : null;
    return own.shown;
  }

  #fill(slot: Slot, patch: Parameters<PatchCarrier['arrived']>[1], model: YuvMatrix | 'rgb'): void {
    const pixels = patch.sidePx * patch.sidePx;
    if (pixels * 8 > slot.bytes) {
      slot.bytes = pixels * 8;
      slot.ptr = this.memory.allocate(slot.bytes);
    }
    if (pixels * 8 > this.#stagingBytes) {
      this.#stagingBytes = pixels * 8;
      this.#stagingPtr = this.memory.allocate(this.#stagingBytes);
    }
    slot.sidePx = patch.sidePx;
    for (let i = 0; i < 6; i++) slot.toPatch[i] = patch.toPatch[i]!;
    this.memory.u8.set(patch.rgba.subarray(0, (pixels * 4 * patch.depth) / 8), this.#stagingPtr);
    this.kernel.import(this.#stagingPtr, slot, patch.depth, model);
  }
}

const nothing: CarriedPatches = { current: null, previous: null, leaving: null, fade01: 1 };
const isLive = ({ asked, current, previous, leaving }: FacePatches): boolean =>
  asked.live || current.live || previous.live || leaving.live;
function liveMaps(own: FacePatches): readonly RefinableMap[] {
  own.maps.length = 0;
  if (own.asked.live) own.maps.push(own.asked.map);
  for (const slot of [own.current, own.previous, own.leaving]) if (slot.live) own.maps.push(slot.map);
  return own.maps;
}
/** The slot of the newest patch. Another engine's leave the way: its newest stays until a cross-fade has surely ended. */
function makeRoom(own: FacePatches, engineKey: string): Slot {
  const { current, previous, leaving } = own;
  if (!current.live || current.engineKey === engineKey) {
    own.previous = current;
    return (own.current = previous);
  }
  own.leaving = current;
  previous.live = false;
  return (own.current = leaving);
}
const newSlot = (memory: KernelMemory): Slot => ({
  ptr: 0,
  bytes: 0,
  sidePx: 0,
  toPatch: new Float64Array(6) as Affine,
  map: newRefinableMap(memory),
  engineKey: '',
  ageFrames: 0,
  live: false,
});
/** Taken when a face first gets a patch: lanes without neural engines need none of it. */
const newFace = (memory: KernelMemory): FacePatches => ({
  asked: { map: newRefinableMap(memory), live: false, ageFrames: 0 },
  current: newSlot(memory),
  previous: newSlot(memory),
  leaving: newSlot(memory),
  sparePtr: memory.allocate(mapBytes),
  fadeLeft: 0,
  fadeFrames: 1,
  before: new Float32Array(landmarkCount * 3),
  refiner: null,
  maps: [],
  shown: { current: null, previous: null, leaving: null, fade01: 1 },
});
