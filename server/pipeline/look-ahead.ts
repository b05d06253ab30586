import { FaceTrack } from '../frame/face-track.js';
import type { ReceivedFrame } from '../frame/frames.js';
import { occlusionMaskBytes } from '../kernels/occlusion.js';
import type { FaceWork } from '../stages/composite/contract.js';
import { faceSlots } from '../stages/track/contract.js';
import { after, durationUs, type InstantUs, since } from '../time/time.js';
import type { LaneContext } from './lane-state.js';

/**
 * Frames of declared delay from which a picture may wait for the next one and still leave on time: the next one is there one interval
 * after its capture, and then the work begins.
 */
export const leastDelayFrames = 2;

/**
 * One picture that waits for the next, with its faces as they were: when the next one has been looked at, what that look found out is
 * put to this one too. Capacity 1; nothing is dropped. Where no next picture comes, it leaves alone, within its declared delay.
 */
export class LookAhead {
  /** The picture that waits; null: none. */
  frame: ReceivedFrame | null = null;
  readonly work: FaceWork[] = [];
  workCount = 0;
  /** Copies by slot, as they go into the picture. */
  readonly faces: readonly FaceTrack[] = Array.from({ length: faceSlots }, (_, i) => new FaceTrack(i));
  readonly #trackNumbers = new Int32Array(faceSlots);
  readonly #maskPtrs: readonly number[];
  #deadlineUs = 0 as InstantUs;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly lane: LaneContext,
    /** The next picture has not come in time. */
    private readonly onOverdue: () => void,
  ) {
    const { memory } = lane.parts;
    this.#maskPtrs = this.faces.map(() => memory.allocate(occlusionMaskBytes));
  }

  /** Whether pictures wait: declared, within the delay, and not for a patch engine, whose patches are carried to the newest picture only. */
  wanted(): boolean {
    const { params, parts } = this.lane;
    const { send, smooth } = params.snapshot;
    if (!smooth.lookAhead || send.delayFrames < leastDelayFrames) return false;
    for (const face of parts.track.faces) {
      const engine = face.active ? parts.shelf.engineOf(face.performerId) : null;
      if (engine?.wantsPatchesOf(this.#isReady)) return false;
    }
    return true;
  }
  readonly #isReady = (key: string): boolean => this.lane.parts.patches.isReady(key);

  hold(frame: ReceivedFrame, work: readonly FaceWork[], workCount: number): void {
    this.frame = frame;
    this.workCount = 0;
    for (const face of this.faces) face.active = false;
    for (let i = 0; i < workCount; i++) this.#keep(work[i]!);
    const { intervalUs } = this.lane.state;
    const { delayFrames } = this.lane.params.snapshot.send;
    this.#deadlineUs = after(frame.captureAtUs, durationUs((delayFrames - 0.5) * intervalUs));
    this.#arm();
  }

  /** The next picture is here. Who was found in this one since it was looked at, between pictures, is in it as well. */
  addBegun(): void {
    const { track, regions } = this.lane.parts;
    for (const face of track.faces) {
      if (!face.active || face.startedFrame !== this.frame?.frameNumber) continue;
      this.#drop(face.faceId);
      this.#keep({ face, region: regions.view(face), action: 'none', engine: null });
    }
  }

  /** The next picture has been looked at. */
  refine(): void {
    const { track, propagate } = this.lane.parts;
    const { median } = this.lane.params.snapshot.smooth;
    for (let i = 0; i < this.workCount; i++) {
      const held = this.work[i]!.face;
      const now = track.faces[held.faceId]!;
      if (!now.active || track.trackNumbers[held.faceId] !== this.#trackNumbers[held.faceId]) continue;
      held.knowAs(now);
      propagate.lookBack(now, held, median);
    }
    this.#addNew();
  }

  /** Gives the picture up; it is the caller's now. */
  take(): ReceivedFrame | null {
    const { frame } = this;
    this.frame = null;
    return frame;
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.take()?.video.release();
  }

  #keep({ face, region }: FaceWork): void {
    const copy = this.faces[face.faceId]!;
    copy.copyFrom(face);
    if (face.maskPtr !== 0) {
      copy.maskPtr = this.#maskPtrs[face.faceId]!;
      this.lane.parts.memory.u8.copyWithin(copy.maskPtr, face.maskPtr, face.maskPtr + occlusionMaskBytes);
    }
    this.#trackNumbers[face.faceId] = this.lane.parts.track.trackNumbers[face.faceId]!;
    const work = (this.work[this.workCount++] ??= { face: copy, region, action: 'none', engine: null });
    work.face = copy;
    work.region = region;
  }

  /** The slot is another face's now: detection has found that the one before was nobody. */
  #drop(faceId: number): void {
    const at = this.work.findIndex(({ face }, i) => i < this.workCount && face.faceId === faceId);
    if (at < 0) return;
    this.workCount--;
    [this.work[at], this.work[this.workCount]] = [this.work[this.workCount]!, this.work[at]!];
  }

  /** Who was found in the next picture stood in this one already, and must be hidden in it as well. */
  #addNew(): void {
    const { track, regions } = this.lane.parts;
    const { frame } = this;
    if (frame === null) return;
    for (const face of track.faces) {
      const copy = this.faces[face.faceId]!;
      if (!face.active || face.startedFrame !== frame.frameNumber + 1 || copy.active) continue;
      const region = regions.copyInHeld(face, frame.video);
      if (region) this.#keep({ face, region, action: 'none', engine: null });
    }
  }

  #arm(): void {
    if (this.#timer) return;
    const waitMs = since(this.#deadlineUs, this.lane.clock.nowUs()) / 1000;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        if (this.frame === null) return;
        if (this.lane.clock.nowUs() + 500 < this.#deadlineUs) this.#arm();
        else this.onOverdue();
      },
      Math.max(1, waitMs),
    );
  }
}
