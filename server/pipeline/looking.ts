import type { FaceTrack } from '../frame/face-track.js';
import type { ReceivedFrame } from '../frame/frames.js';
import type { BoxPx } from '../frame/geometry.js';
import { FrameShrinker } from '../kernels/frame-shrink.js';
import type { InstantUs } from '../time/time.js';
import type { KeyframeAnswers } from './answers.js';
import { KeptPicture, type LookedPicture } from './kept-picture.js';
import type { LaneContext } from './lane-state.js';
import type { NeuralPatches } from './neural-patches.js';

/** Longer side of the picture in which faces are looked for: what the detector sees, so that nothing is resized twice. */
const detectLongSidePx = 256;
/** Frames between detections while every cast performer is on screen, and while one is missing and nothing comes in. */
const detectCalmFrames = 25;
const detectSearchFrames = 2;
/** While something comes in and a face there is being asked about: it may be no face. */
const detectBesideFrames = 3;
/** Pictures from one matte of a face to the next: it moves with the face and costs inference a third of a keyframe. */
const matteEveryFrames = 2;
/** Layout change, in codes, above which a picture is a cut (a flash moves the mean, not the layout; see LumaStats). */
const cutLayoutCodes = 22;
/** A cut within one set changes the layout less: it counts where the flow of every face breaks off as well. */
const softCutLayoutCodes = 7;
const softCutConfidence01 = 0.3;
/** A flash leaves the face's crop alike, a cut does not. */
const softCutAlike01 = 0.6;

/** track and propagate on one picture, and what is asked of inference about it. */
export class Looking {
  #detectAskedFrame = -1000;
  readonly #arrivalBox: BoxPx = { x0: 0, y0: 0, x1: 0, y1: 0 };
  readonly #kept = new KeptPicture();
  #shrinker: FrameShrinker | null = null;
  #shrinkerFor = '';

  constructor(
    private readonly lane: LaneContext,
    private readonly answers: KeyframeAnswers,
    private readonly neural: NeuralPatches,
  ) {}

  /** Returns how many faces have work, which stands in `state.work`. */
  look(frame: ReceivedFrame, startedAtUs: InstantUs): number {
    const { parts, state, meters, clock } = this.lane;
    const { track, stats } = parts;
    const { video, frameNumber } = frame;
    stats.measure(video.pixels, video.format, video.widthPx, video.heightPx, video.strideBytes);
    stats.cells(state.arrivals.gridOf(frameNumber));
    if (stats.layoutChangeCodes > cutLayoutCodes) this.#cut();
    const trackedAtUs = clock.nowUs();
    meters.stage('track', startedAtUs, trackedAtUs, frameNumber);
    this.#startPending(frame);
    let count = 0;
    for (const face of track.faces) {
      if (!face.active) continue;
      const region = parts.regions.copyIn(face, video);
      if (!region) {
        track.end(face);
        continue;
      }
      if (face.startedFrame !== frameNumber) this.neural.carry(face, region, frameNumber);
      const work = (state.work[count] ??= { face, region, action: 'none', engine: null });
      work.face = face;
      work.region = region;
      count++;
    }
    if (count > 0 && stats.layoutChangeCodes > softCutLayoutCodes && this.#flowLost(count)) {
      this.#cut();
      count = 0;
    }
    const propagatedAtUs = clock.nowUs();
    meters.stage('propagate', trackedAtUs, propagatedAtUs, frameNumber);
    this.#ask(frame);
    meters.stage('keyframe', propagatedAtUs, clock.nowUs(), frameNumber);
    return count;
  }

  /** The next picture has nothing to do with the last one. */
  forgetPicture(): void {
    const { parts, state } = this.lane;
    parts.track.endAll();
    state.unlookedSince = state.frameNumber;
    state.pending = null;
    state.arrivals.forget();
    this.#kept.forget();
    parts.stats.reset();
  }

  /** Detections are in, between pictures. Where the newest picture was kept their tracks begin in it and are asked about at once; else in the next. */
  beginInKept(): void {
    const picture = this.#kept.of(this.lane.state.frameNumber);
    if (!picture) return;
    try {
      this.#startPending(picture);
      this.#askFaces(picture, (face) => face.startedFrame === picture.frameNumber);
    } catch (error) {
      this.startOver(picture.frameNumber, error);
    }
  }

  /** Promises 1 and 3: whatever breaks, the picture leaves, concealed, and the fault is counted and told. */
  startOver(frameNumber: number, error: unknown): void {
    const { state, parts, events } = this.lane;
    state.counters['track.fault']!++;
    parts.track.endAll();
    state.unlookedSince = frameNumber;
    events.onAlarm('LANE_STAGE_FAULT', { reason: String((error as Error).message) });
  }

  #cut(): void {
    this.lane.state.counters['cut']!++;
    this.forgetPicture();
  }

  /** No face of this picture could be found in the one before. */
  #flowLost(count: number): boolean {
    const { work } = this.lane.state;
    for (let i = 0; i < count; i++) {
      const { confidence01, alike01 } = work[i]!.face;
      if (confidence01 > softCutConfidence01 || alike01 > softCutAlike01) return false;
    }
    return true;
  }

  #ask(frame: ReceivedFrame): void {
    const { track, keyframe } = this.lane.parts;
    if (!keyframe.up) return;
    const soon = this.#mayArrive(frame);
    const found = soon && track.someoneUnknown();
    // Somebody may be coming in: who that is cannot be asked before it is known where.
    if (soon && !found) this.#askDetectAfter(1, frame);
    this.#askFaces(frame, () => true);
    this.neural.ask(frame);
    // Found: who it is comes first. Both in every picture are more than one core can do at 50 pictures a second.
    if (found) this.#askDetectAfter(detectBesideFrames, frame);
    else if (!soon) this.#askDetectAfter(track.allAcquired() ? detectCalmFrames : detectSearchFrames, frame);
    if (soon && keyframe.detectInFlight) this.#kept.keep(frame);
  }

  /** Asks about those faces of this picture that want it. */
  #askFaces({ frameNumber, captureAtUs, matrix }: LookedPicture, which: (face: FaceTrack) => boolean): void {
    const { parts, params, state, clock } = this.lane;
    const { track, keyframe, regions } = parts;
    const { keyframe: kf, flow } = params.snapshot;
    const wishes = track.wishes(frameNumber, {
      intervalFrames: kf.intervalFrames,
      calmStretch: state.load.keyframeStretch,
      minConfidence01: flow.minConfidence01,
    });
    for (const { face, wantIdentity } of wishes) {
      if (!which(face)) continue;
      const askedAtUs = clock.nowUs();
      const number = track.trackNumbers[face.faceId]!;
      const region = regions.view(face);
      if (!keyframe.askFace(face, number, region, matrix, frameNumber, captureAtUs, wantIdentity)) continue;
      this.answers.remember(face, frameNumber, askedAtUs);
      this.#askMatte(face, frameNumber);
    }
  }

  /** Of a face that gets a likeness, after its keyframe has been asked for. Round a clapperboard the network sees no person: then the last matte stays. */
  #askMatte(face: FaceTrack, frameNumber: number): void {
    const { parts, state, params } = this.lane;
    // Nothing else asks who is the person.
    if (params.snapshot.look.veil01 <= 0) return;
    const due =
      face.matteAskedFrame < 0 || frameNumber - face.matteAskedFrame >= matteEveryFrames * state.load.keyframeStretch;
    if (due && face.recognition === 'cast' && face.maskPtr === 0)
      parts.keyframe.askMatte(face, parts.track.trackNumbers[face.faceId]!, frameNumber);
  }

  /** Nobody has looked at this picture's scene yet, or a performer is missed and something has come in since the last look. */
  #mayArrive({ frameNumber, video }: ReceivedFrame): boolean {
    const { parts, state } = this.lane;
    if (state.unlookedSince >= 0) return true;
    if (parts.track.allAcquired()) return false;
    return state.arrivals.find(frameNumber, video.widthPx, video.heightPx, this.#arrivalBox);
  }

  #askDetectAfter(frames: number, frame: ReceivedFrame): void {
    const due = frame.frameNumber - this.#detectAskedFrame >= frames;
    if (due && !this.lane.parts.keyframe.detectInFlight) this.#askDetect(frame);
  }

  #askDetect(frame: ReceivedFrame): void {
    const { parts, state, clock } = this.lane;
    const { memory, keyframe } = parts;
    const { video } = frame;
    state.detectAskedAtUs = clock.nowUs();
    const scale = Math.max(1, Math.max(video.widthPx, video.heightPx) / detectLongSidePx);
    const widthPx = Math.round(video.widthPx / scale);
    const heightPx = Math.round(video.heightPx / scale);
    const ptr = this.#shrinkerTo(widthPx, heightPx, frame).shrink(video.pixels, video.strideBytes);
    const rgb = memory.u8.subarray(ptr, ptr + widthPx * heightPx * 3);
    const [scaleX, scaleY] = [video.widthPx / widthPx, video.heightPx / heightPx];
    keyframe.askDetect(rgb, widthPx, heightPx, frame.frameNumber, frame.captureAtUs, scaleX, scaleY);
    this.#detectAskedFrame = frame.frameNumber;
  }

  #shrinkerTo(dstWidthPx: number, dstHeightPx: number, { video, matrix }: ReceivedFrame): FrameShrinker {
    const { memory, region } = this.lane.parts;
    const { format, widthPx, heightPx } = video;
    const key = `${format} ${widthPx} ${heightPx} ${matrix}`;
    if (this.#shrinker && key === this.#shrinkerFor) return this.#shrinker;
    this.#shrinkerFor = key;
    const shape = { format, widthPx, heightPx, dstWidthPx, dstHeightPx, matrix, layout: 'rgb' as const };
    this.#shrinker = new FrameShrinker(memory, region, shape);
    return this.#shrinker;
  }

  /** Starts tracks for waiting detections in this picture. */
  #startPending(frame: LookedPicture): void {
    const { parts, state } = this.lane;
    const found = state.pending;
    if (!found) return;
    state.pending = null;
    const { video } = frame;
    parts.track.detected(found, video.widthPx, video.heightPx, (face) => this.#start(face, frame, state.pendingFrame));
  }

  #start(face: FaceTrack, frame: LookedPicture, seenFrame: number): void {
    const { parts, ladder } = this.lane;
    ladder.reset(face.faceId);
    parts.propagate.place(face);
    const region = parts.regions.copyIn(face, frame.video);
    face.startedFrame = frame.frameNumber;
    if (region) parts.propagate.start(face, region, frame.frameNumber, seenFrame);
    else parts.track.end(face);
  }
}
