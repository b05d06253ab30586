import { mkdirSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '../errors/coded-error.js';
import { cropSizePx, type FaceTrack } from '../frame/face-track.js';
import { affine, composeAffine } from '../frame/geometry.js';
import type { ReceivedFrame } from '../frame/frames.js';
import { kernelMatrixOf } from '../kernels/formats.js';
import { runPrepare } from '../likeness/run-prepare.js';
import type { EnrolmentStatus } from '../protocol/messages.js';
import { fromMs, type InstantUs, since } from '../time/time.js';
import type { LaneEvents } from './lane-events.js';
import type { LaneContext } from './lane-state.js';

/** Side of a look. The face fills about half of it. */
const sidePx = 512;
/** The face-aligned square grown by this: the detector wants to see a whole head. */
const grow = 1.18;
const wantedLooks = 10;
const leastLooks = 4;
const lookEveryUs = fromMs(120);
const longestUs = fromMs(3000);
/** A face narrower than this makes no photo (likeness/package/build.ts). */
const smallestFacePx = 120;
/** Share of the face's width by which the nose may be off its middle: about 25 degrees. */
const mostOff01 = 0.2;

export interface EnrolmentRequest {
  readonly performerId: string;
  /** Null: the one face that is nobody else's. */
  readonly faceId: number | null;
  readonly by: string;
}

/**
 * Enrols whoever stands before the camera: takes looks over at most three seconds, has the best kept as photos and made into an
 * identity and a bake by a process of its own, and puts the performer on the shelf. One at a time; the frame path only copies crops.
 * Whether there is a likeness for the performer is control's to say.
 */
export class LiveEnrolment {
  status: EnrolmentStatus | null = null;
  #request: EnrolmentRequest | null = null;
  #startedAtUs = 0 as InstantUs;
  #lookAtUs = 0 as InstantUs;
  #looks: Buffer[] = [];
  #trackNumber = -1;
  #hint = 'no face was in sight';
  readonly #rgbPtr: number;
  readonly #paramsPtr: number;
  readonly #toLook = affine(1, 0, 0, 0, 1, 0);
  readonly #map = affine(1, 0, 0, 0, 1, 0);
  readonly #shift = affine(1, 0, 0, 0, 1, 0);

  constructor(
    private readonly lane: LaneContext,
    private readonly stateFolder: string,
    private readonly events: Pick<LaneEvents, 'onEnrolled' | 'onEnrolRefused'>,
  ) {
    this.#rgbPtr = lane.parts.memory.allocate(sidePx * sidePx * 3);
    this.#paramsPtr = lane.parts.memory.allocate(64);
    const scale = (grow * cropSizePx) / sidePx;
    const offset = (cropSizePx * (1 - grow)) / 2;
    this.#toLook.set([scale, 0, offset, 0, scale, offset]);
  }

  begin(request: EnrolmentRequest): void {
    const { performerId, by } = request;
    if (this.#request) {
      const { message } = describeError('ENROLMENT_BUSY', { performer: this.#request.performerId });
      return this.events.onEnrolRefused?.(performerId, message, by);
    }
    this.#request = request;
    this.#startedAtUs = this.lane.clock.nowUs();
    this.#looks = [];
    this.#trackNumber = -1;
    this.#hint = 'no face was in sight';
    this.#say('looking', null);
  }

  /** With every picture that has been looked at, before it is composited. */
  look(frame: ReceivedFrame): void {
    const request = this.#request;
    if (!request || this.status?.state !== 'looking') return;
    const now = this.lane.clock.nowUs();
    const overdue = since(now, this.#startedAtUs) > longestUs;
    if (!overdue && this.#looks.length < wantedLooks) {
      if (since(now, this.#lookAtUs) < lookEveryUs) return;
      const face = this.#faceOf(request);
      if (!face) return;
      this.#lookAtUs = now;
      this.#take(face, frame);
      return this.#say('looking', null);
    }
    if (this.#looks.length < leastLooks) return this.#refuse(this.#hint);
    this.#say('preparing', null);
    void this.#prepare(request, this.#looks);
  }

  /** The face that is meant, if this look of it is good; else a hint is left why not. */
  #faceOf({ performerId, faceId }: EnrolmentRequest): FaceTrack | null {
    const { track } = this.lane.parts;
    let meant: FaceTrack | null = null;
    let several = false;
    for (const face of track.faces) {
      if (!face.active || face.presence01 < 0.5) continue;
      if (faceId !== null ? face.faceId !== faceId : face.performerId !== null && face.performerId !== performerId)
        continue;
      if (face.performerId === performerId) {
        meant = face;
        several = false;
        break;
      }
      several = meant !== null;
      meant = face;
    }
    if (several) return this.#no('several faces are in sight: say which by its number');
    if (!meant) return null;
    const number = track.trackNumbers[meant.faceId]!;
    // Another track: who was looked at so far has gone, or somebody else came in between.
    if (this.#trackNumber !== number) this.#looks = [];
    this.#trackNumber = number;
    const widthPx = meant.box.x1 - meant.box.x0;
    if (widthPx < smallestFacePx)
      return this.#no(`the face is ${Math.round(widthPx)} px wide; ${smallestFacePx} are needed`);
    if (meant.confidence01 < 0.5 || meant.maskPtr !== 0)
      return this.#no('something was before the face, or it moved too fast');
    const points = meant.landmarks;
    const off = Math.abs(points[1 * 3]! - (points[234 * 3]! + points[454 * 3]!) / 2) / widthPx;
    if (off > mostOff01) return this.#no('the face was turned away');
    return meant;
  }
  #no(hint: string): null {
    this.#hint = hint;
    return null;
  }

  #take(face: FaceTrack, { matrix }: ReceivedFrame): void {
    const { memory, region, regions } = this.lane.parts;
    const view = regions.view(face);
    this.#shift[2] = -view.box.x0;
    this.#shift[5] = -view.box.y0;
    composeAffine(face.fromCrop, this.#toLook, this.#map);
    memory.f32.set(composeAffine(this.#shift, this.#map, this.#map), this.#paramsPtr >> 2);
    region.cropRgb(
      view.ptr,
      view.format,
      view.widthPx,
      view.heightPx,
      view.strideBytes,
      view.chromaPtr,
      this.#rgbPtr,
      sidePx,
      this.#paramsPtr,
      kernelMatrixOf(matrix),
    );
    this.#looks.push(Buffer.from(memory.u8.subarray(this.#rgbPtr, this.#rgbPtr + sidePx * sidePx * 3)));
  }

  async #prepare(request: EnrolmentRequest, looks: readonly Buffer[]): Promise<void> {
    const { performerId, by } = request;
    const { shelf } = this.lane.parts;
    const folder = join(this.stateFolder, 'performers', performerId);
    const file = join(folder, `looks-${process.pid}.rgb`);
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      await writeFile(file, Buffer.concat(looks), { mode: 0o600 });
      const { performers, faults } = await runPrepare({
        cacheFolder: shelf.use.cacheFolder,
        packages: [],
        use: shelf.use.scope,
        performers: [{ performerId, photos: [], looks: { file, sidePx, count: looks.length, folder } }],
      });
      const made = performers[0];
      if (!made) return this.#refuse(faults[0]?.message ?? 'nothing could be made of the looks');
      await shelf.enrol(made);
      this.#request = null;
      this.#say('done', null, performerId);
      this.events.onEnrolled?.(made, by);
    } catch (error) {
      this.#refuse((error as Error).message);
    } finally {
      rmSync(file, { force: true });
    }
  }

  #refuse(reason: string): void {
    const { performerId, by } = this.#request!;
    this.#say('refused', reason);
    this.#request = null;
    this.#looks = [];
    this.events.onEnrolRefused?.(performerId, reason, by);
  }
  #say(state: EnrolmentStatus['state'], reason: string | null, performerId = this.#request!.performerId): void {
    this.status = { performerId, state, looks: this.#looks.length, wanted: wantedLooks, reason };
  }
}
