import type { DetectedBox } from '../frame/detected-box.js';
import { type FaceTrack, landmarkCount } from '../frame/face-track.js';
import { yuvMatrixOf } from '../frame/format.js';
import { asComposited, type CompositedFrame, type PictureShape, type ReceivedFrame, shapeOf } from '../frame/frames.js';
import { type BoxPx, invertAffine } from '../frame/geometry.js';
import { mapPoints } from '../frame/similarity.js';
import { FrameShrinker } from '../kernels/frame-shrink.js';
import type { NdiPort, NdiVideoFrame } from '../ndi/port.js';
import type { LadderStep } from '../protocol/messages.js';
import type { FaceWork } from '../stages/composite/contract.js';
import type { FaceAnswer } from '../stages/keyframe/stage.js';
import type { PropagateSettings } from '../stages/propagate/contract.js';
import { faceSlots } from '../stages/track/contract.js';
import type { Clock } from '../time/clock.js';
import { durationUs, frameIntervalUs, type InstantUs, since } from '../time/time.js';
import { actionOf, FallbackLadder } from './fallback.js';
import type { LaneEvents } from './lane-events.js';
import type { LaneOptions } from './lane-options.js';
import type { LaneParams } from './lane-params.js';
import { LaneMeters } from './meters.js';
import { PlainPool } from './plain-pool.js';
import { Slate } from './slate.js';
import { type LaneParts, wireLane } from './wire.js';

/** Longer side of the picture in which faces are looked for. 480 px of 1920 finds faces from about 100 px up. */
const detectLongSidePx = 480;
/** Frames between detections while every cast performer is on screen, and while one is missing. */
const detectCalmFrames = 25;
const detectSearchFrames = 2;
/** Layout change, in codes, above which a picture is a cut (a flash moves the mean, not the layout; see LumaStats). */
const cutLayoutCodes = 22;
/** A cut within one set changes the layout less: it counts where the flow of every face breaks off as well. */
const softCutLayoutCodes = 7;
const softCutConfidence01 = 0.3;
/** A flash leaves the face's crop alike, a cut does not. */
const softCutAlike01 = 0.6;

/**
 * One camera's frame path. `frame` runs from the receive callback to the send without waiting for anything; answers of the
 * inference process, parameters and the bypass door arrive between frames.
 */
export class Lane {
  readonly meters = new LaneMeters();
  readonly parts: LaneParts;
  /** Resolves when the likenesses and performers of the start are on the shelf. */
  readonly loaded: Promise<void>;
  readonly counters: Record<string, number> = {
    'keyframe.late': 0,
    'keyframe.stale': 0,
    'track.fault': 0,
    cut: 0,
    'frame.unsupported': 0,
    'preview.sent': 0,
  };
  step: LadderStep = 'idle';
  inferenceUp = false;
  timecode100ns = 0n;
  lastFrame: ReceivedFrame | null = null;
  readonly lastShape: PictureShape = {
    widthPx: 1920,
    heightPx: 1080,
    strideBytes: 3840,
    format: 'UYVY',
    pictureAspectRatio: 16 / 9,
    frameRateNum: 25,
    frameRateDen: 1,
  };
  #frameNumber = 0;
  #closed = false;
  #intervalUs = frameIntervalUs(25, 1);
  /** The picture from which on nobody has looked who is in it; −1: somebody has. */
  #unlookedSince = 1;
  #detectAskedFrame = -1000;
  #shrinker: FrameShrinker | null = null;
  #shrinkerFor = '';
  readonly #ladder = new FallbackLadder(faceSlots);
  readonly #work: FaceWork[] = [];
  readonly #labelBoxes: BoxPx[] = Array.from({ length: faceSlots }, () => ({ x0: 0, y0: 0, x1: 0, y1: 0 }));
  readonly #late = new Float32Array(landmarkCount * 3);
  readonly #keyframeToPicture = new Map<number, Float64Array>();
  readonly #slate: Slate;
  readonly #plain = new PlainPool();

  constructor(
    private readonly options: LaneOptions,
    ndi: NdiPort,
    private readonly clock: Clock,
    private readonly params: LaneParams,
    private readonly events: LaneEvents,
  ) {
    this.parts = wireLane(options, ndi, clock, {
      receive: {
        onVideo: (video) => this.frame(video),
        onAudio: (audio) =>
          this.#closed ? audio.release() : this.parts.send.putAudio(audio, audio.receivedAtUs, this.#delayUs()),
        onMetadata: (metadata) => this.parts.send.sendMetadata(metadata.xml),
        onState: (state, previous) => {
          this.parts.stats.reset();
          events.onSourceState(state, previous);
        },
        onChanged: (before, after) => {
          this.#forgetPicture();
          events.onSourceChanged(before, after);
        },
        onUnsupported: (fourCC) => {
          this.counters['frame.unsupported']!++;
          events.onAlarm('NDI_FORMAT_UNSUPPORTED', { source: options.source.name, format: fourCC });
        },
        onAmbiguous: (name) => events.onAlarm('NDI_SOURCE_AMBIGUOUS', { source: name }),
      },
      keyframe: {
        onFace: (answer) => this.#answered(answer),
        onDetected: (frameNumber, faces, sx, sy) => this.#detected(frameNumber, faces, sx, sy),
        onUp: () => {
          this.inferenceUp = true;
          events.onInference(true);
        },
        onDown: () => {
          this.inferenceUp = false;
          events.onInference(false);
        },
      },
      send: {
        onSent: (captureToSendUs, slackUs, frame) => {
          this.#plain.giveBack(frame);
          this.#sent(captureToSendUs, slackUs);
        },
      },
      likenessFault: (what, reason) => events.onAlarm('LIKENESS_NOT_LOADED', { likeness: what, reason }),
    });
    this.loaded = this.parts.shelf.load(options.performers, options.likenesses);
    this.#slate = new Slate(ndi, clock, options.source.name, (video) => this.#sendSlate(video));
  }

  async run(): Promise<void> {
    await this.loaded;
    this.parts.track.cast = this.parts.shelf.cast;
    this.#slate.start(() => this.parts.receive.state);
    await this.parts.receive.run();
  }
  close(): void {
    this.#closed = true;
    this.#slate.close();
    this.parts.receive.close();
    this.parts.keyframe.close();
    this.parts.send.close();
  }
  /** The pictures already in the delay line go out plain as well: bypass is on the next frame that leaves. */
  bypassHeld(): void {
    const { label, send } = this.parts;
    const { delayFrames } = this.params.snapshot.send;
    send.changeHeld((frame) => {
      if (!frame.plainPixels || frame.kind === 'bypass') return;
      frame.pixels.set(frame.plainPixels);
      label.label(
        asComposited(frame, 'bypass'),
        { step: 'bypass', likenessId: null, consentId: null, delayFrames, corner: 'auto' },
        this.#labelBoxes,
        0,
      );
    });
  }
  get frameNumber(): number {
    return this.#frameNumber;
  }

  /** The frame path. */
  frame(video: NdiVideoFrame): void {
    // A capture that was under way when the lane closed.
    if (this.#closed) return video.release();
    const startedAtUs = this.clock.nowUs();
    const frameNumber = ++this.#frameNumber;
    const frame: ReceivedFrame = {
      frameNumber,
      captureAtUs: video.receivedAtUs,
      video,
      pixels: video.pixels,
      shape: shapeOf(video, this.lastShape),
      matrix: yuvMatrixOf(video.widthPx, video.heightPx, video.hasMetadata ? video.metadata : null),
    };
    this.lastFrame = frame;
    this.timecode100ns = video.timecode100ns;
    this.#intervalUs = frameIntervalUs(video.frameRateNum, video.frameRateDen);
    this.#slate.follow(video);
    this.meters.queueWaitUs.add(since(startedAtUs, video.receivedAtUs));
    let workCount = 0;
    try {
      workCount = this.#look(frame, startedAtUs);
    } catch (error) {
      this.#startOver(frame, error);
    }
    this.#show('beforeComposite', frame);
    if (this.params.snapshot.send.delayFrames > 0) frame.plainPixels = this.#plain.keep(frame.pixels);
    const composited = this.#compositeOrConceal(frame, workCount);
    this.#finish(composited, workCount);
  }

  /** Promises 1 and 3: whatever breaks, the picture leaves, concealed, and the fault is counted and told. */
  #startOver(frame: ReceivedFrame, error: unknown): void {
    this.counters['track.fault']!++;
    this.parts.track.endAll();
    this.#unlookedSince = frame.frameNumber;
    this.events.onAlarm('LANE_STAGE_FAULT', { reason: String((error as Error).message) });
  }

  #compositeOrConceal(frame: ReceivedFrame, workCount: number): CompositedFrame {
    try {
      return this.#composite(frame, workCount);
    } catch (error) {
      this.#startOver(frame, error);
      return this.#composite(frame, 0);
    }
  }

  /** Lets previews look at a picture; their fault is not the picture's. */
  #show(when: 'beforeComposite' | 'afterSend', frame: ReceivedFrame): void {
    try {
      this.events[when](frame);
    } catch (error) {
      this.events.onAlarm('LANE_STAGE_FAULT', { reason: String((error as Error).message) });
    }
  }

  /** Track and propagate; asks for keyframes. Returns how many faces have work. */
  #look(frame: ReceivedFrame, startedAtUs: InstantUs): number {
    const { track, propagate, stats } = this.parts;
    const { video, frameNumber } = frame;
    stats.measure(video.pixels, video.format, video.widthPx, video.heightPx, video.strideBytes);
    if (stats.layoutChangeCodes > cutLayoutCodes) {
      this.counters['cut']!++;
      this.#forgetPicture();
    }
    const trackedAtUs = this.clock.nowUs();
    this.meters.stages.track.add(since(trackedAtUs, startedAtUs));
    this.#startPending(frame);
    let count = 0;
    for (const face of track.faces) {
      if (!face.active) continue;
      const region = this.parts.regions.copyIn(face, video);
      if (!region) {
        track.end(face);
        continue;
      }
      if (face.startedFrame !== frameNumber) propagate.carry(face, region, frameNumber, this.#propagateSettings());
      const work = (this.#work[count] ??= { face, region, action: 'none', engine: null });
      work.face = face;
      work.region = region;
      count++;
    }
    if (count > 0 && stats.layoutChangeCodes > softCutLayoutCodes && this.#flowLost(count)) {
      this.counters['cut']!++;
      this.#forgetPicture();
      count = 0;
    }
    const propagatedAtUs = this.clock.nowUs();
    this.meters.stages.propagate.add(since(propagatedAtUs, trackedAtUs));
    this.#ask(frame);
    this.meters.stages.keyframe.add(since(this.clock.nowUs(), propagatedAtUs));
    return count;
  }

  /** No face of this picture could be found in the one before. */
  #flowLost(count: number): boolean {
    for (let i = 0; i < count; i++) {
      const { confidence01, alike01 } = this.#work[i]!.face;
      if (confidence01 > softCutConfidence01 || alike01 > softCutAlike01) return false;
    }
    return true;
  }

  #ask(frame: ReceivedFrame): void {
    const { track, keyframe } = this.parts;
    const { frameNumber, captureAtUs, matrix } = frame;
    const { keyframe: kf, flow } = this.params.snapshot;
    if (keyframe.up) {
      for (const { face, wantIdentity } of track.wishes(frameNumber, {
        intervalFrames: kf.intervalFrames,
        minConfidence01: flow.minConfidence01,
      })) {
        const asked = keyframe.askFace(
          face,
          track.trackNumbers[face.faceId]!,
          this.parts.regions.view(face),
          matrix,
          frameNumber,
          captureAtUs,
          wantIdentity,
        );
        if (asked) this.#rememberCrop(face, frameNumber);
      }
      const every = this.#unlookedSince >= 0 ? 1 : track.allAcquired() ? detectCalmFrames : detectSearchFrames;
      if (!keyframe.detectInFlight && frameNumber - this.#detectAskedFrame >= every) this.#askDetect(frame);
    }
  }

  #askDetect(frame: ReceivedFrame): void {
    const { video } = frame;
    const scale = Math.max(1, Math.max(video.widthPx, video.heightPx) / detectLongSidePx);
    const widthPx = Math.round(video.widthPx / scale);
    const heightPx = Math.round(video.heightPx / scale);
    const key = `${video.format} ${video.widthPx} ${video.heightPx} ${frame.matrix}`;
    if (key !== this.#shrinkerFor) {
      this.#shrinkerFor = key;
      this.#shrinker = new FrameShrinker(this.parts.memory, this.parts.region, {
        format: video.format,
        widthPx: video.widthPx,
        heightPx: video.heightPx,
        dstWidthPx: widthPx,
        dstHeightPx: heightPx,
        matrix: frame.matrix,
        layout: 'rgb',
      });
    }
    const ptr = this.#shrinker!.shrink(video.pixels, video.strideBytes);
    const rgb = this.parts.memory.u8.subarray(ptr, ptr + widthPx * heightPx * 3);
    this.parts.keyframe.askDetect(
      rgb,
      widthPx,
      heightPx,
      frame.frameNumber,
      frame.captureAtUs,
      video.widthPx / widthPx,
      video.heightPx / heightPx,
    );
    this.#detectAskedFrame = frame.frameNumber;
  }

  #composite(frame: ReceivedFrame, workCount: number): CompositedFrame {
    const startedAtUs = this.clock.nowUs();
    const { output, send, fallback, flow, keyframe, likeness, look } = this.params.snapshot;
    const { track, shelf } = this.parts;
    const castWaiting = track.cast.length > 0 && !track.allAcquired();
    const ladder = {
      maxHoldUs: fallback.maxHoldUs,
      ladder: fallback.ladder,
      unacquired: fallback.unacquired,
      minConfidence01: flow.minConfidence01,
      keyframeIntervalUs: durationUs(this.#intervalUs * keyframe.intervalFrames),
    };
    let shown: LadderStep = 'idle';
    for (let i = 0; i < workCount; i++) {
      const work = this.#work[i]!;
      const { face } = work;
      face.step = this.#ladder.decide(face, startedAtUs, ladder, castWaiting);
      work.engine = shelf.engineOf(face.performerId);
      work.action = actionOf(face.step, fallback.unacquired, work.engine !== null);
      if (face.step !== 'idle')
        shown = worse(shown, work.action === 'conceal' && face.step !== 'unacquired' ? 'conceal' : face.step);
      if (face.keyframeFrame >= 0) this.meters.keyframeAgeUs.add(since(startedAtUs, face.keyframeAtUs));
    }
    const concealAll = this.#unlookedSince >= 0 && track.cast.length > 0 && fallback.unacquired !== 'plain';
    this.step = send.bypass ? 'bypass' : output.mode === 'plain' ? 'plain' : concealAll ? 'unacquired' : shown;
    const composited = this.parts.composite.composite(frame, this.#work, workCount, {
      mode: output.mode,
      mirror: output.mirror,
      wipe01: output.wipe01,
      bypass: send.bypass,
      concealAll,
      look: { mix01: likeness.mix01, shape01: look.shape01, light01: look.light01, edge01: look.edge01 },
    });
    this.meters.stages.composite.add(since(this.clock.nowUs(), startedAtUs));
    return composited;
  }

  #finish(frame: CompositedFrame, workCount: number): void {
    const startedAtUs = this.clock.nowUs();
    const { label: labelParams, output, send } = this.params.snapshot;
    const { label, send: sender, shelf } = this.parts;
    const likeness = shelf.shown();
    const faces = this.#facesForLabel(frame, workCount, output.mode, output.mirror);
    const labelled = label.label(
      frame,
      {
        step: this.step,
        likenessId: likeness?.id ?? null,
        consentId: likeness?.consentId ?? null,
        delayFrames: send.delayFrames,
        corner: labelParams.corner,
      },
      this.#labelBoxes,
      faces,
    );
    const labelledAtUs = this.clock.nowUs();
    this.meters.stages.label.add(since(labelledAtUs, startedAtUs));
    // Bypass keeps the output's name: receivers must not lose the source they watch. Its metadata says bypass.
    if (frame.kind !== 'bypass')
      sender.useName(frame.kind === 'plain' ? ' PLAIN' : frame.kind === 'matte' ? ' MATTE' : '');
    sender.put(labelled, this.#delayUs());
    this.meters.stages.send.add(since(this.clock.nowUs(), labelledAtUs));
    this.#show('afterSend', frame);
  }

  /** Where faces are in the outgoing picture, for the label to give way to. */
  #facesForLabel(frame: CompositedFrame, workCount: number, mode: string, mirror: boolean): number {
    if (mode === 'side-by-side') return 0;
    const { widthPx } = frame.video;
    for (let i = 0; i < workCount; i++) {
      const { box } = this.#work[i]!.face;
      const out = this.#labelBoxes[i]!;
      out.x0 = mirror ? widthPx - box.x1 : box.x0;
      out.x1 = mirror ? widthPx - box.x0 : box.x1;
      out.y0 = box.y0;
      out.y1 = box.y1;
    }
    return workCount;
  }

  #answered(answer: FaceAnswer): void {
    const { reply, landmarks, identity } = answer;
    const { track, propagate } = this.parts;
    const face = track.faces[reply.faceId];
    if (!face?.active || track.trackNumbers[reply.faceId] !== reply.trackNumber) {
      this.counters['keyframe.stale']!++;
      return;
    }
    const fromCrop = this.#keyframeToPicture.get(reply.faceId * 100_000 + (reply.frameNumber % 64));
    if (!fromCrop) return;
    if (reply.presence01 >= 0.5) {
      mapPoints(fromCrop, landmarks, this.#late, landmarkCount);
      const joined = propagate.join(
        face,
        { frameNumber: reply.frameNumber, landmarks: this.#late },
        this.#frameNumber,
        this.#propagateSettings(),
      );
      if (!joined) {
        this.counters['keyframe.late']!++;
        return;
      }
      face.keyframeAtUs = reply.captureAtUs;
    }
    track.judged(face, reply.presence01, identity, reply.frameNumber, this.clock.nowUs());
  }

  #detected(frameNumber: number, faces: readonly DetectedBox[], scaleX: number, scaleY: number): void {
    const frame = this.lastFrame;
    if (!frame) return;
    if (this.#unlookedSince >= 0 && frameNumber >= this.#unlookedSince) this.#unlookedSince = -1;
    const scaled = faces.map((face) => ({
      box: [face.box[0] * scaleX, face.box[1] * scaleY, face.box[2] * scaleX, face.box[3] * scaleY] as const,
      keyPoints: face.keyPoints.map((v, i) => v * (i % 2 === 0 ? scaleX : scaleY)),
      score01: face.score01,
    }));
    this.#pending = scaled;
  }
  /** Detections wait for the next picture: a track begins with pixels, and those of the last one are libndi's again. */
  #pending: readonly DetectedBox[] | null = null;

  /** Starts tracks for waiting detections in this picture. */
  #startPending(frame: ReceivedFrame): void {
    const found = this.#pending;
    if (!found) return;
    this.#pending = null;
    const { video } = frame;
    this.parts.track.detected(found, video.widthPx, video.heightPx, (face) => this.#start(face, frame));
  }

  #start(face: FaceTrack, frame: ReceivedFrame): void {
    this.#ladder.reset(face.faceId);
    this.parts.propagate.place(face);
    const region = this.parts.regions.copyIn(face, frame.video);
    face.startedFrame = frame.frameNumber;
    if (region) this.parts.propagate.start(face, region, frame.frameNumber);
    else this.parts.track.end(face);
  }

  /** Crop → picture of the frame that is asked about, kept until the answer is in. */
  #rememberCrop(face: FaceTrack, frameNumber: number): void {
    const key = face.faceId * 100_000 + (frameNumber % 64);
    let kept = this.#keyframeToPicture.get(key);
    if (!kept) {
      kept = new Float64Array(6);
      this.#keyframeToPicture.set(key, kept);
    }
    invertAffine(face.toCrop, kept);
  }

  #forgetPicture(): void {
    this.parts.track.endAll();
    this.#unlookedSince = this.#frameNumber;
    this.#pending = null;
    this.parts.stats.reset();
  }

  #propagateSettings(): PropagateSettings {
    const { flow, smooth, keyframe } = this.params.snapshot;
    return {
      minConfidence01: flow.minConfidence01,
      smoothAmount01: smooth.amount01,
      crossfadeFrames: keyframe.crossfadeFrames,
      preset: flow.preset,
    };
  }
  #delayUs(): ReturnType<typeof durationUs> {
    return durationUs(this.#intervalUs * this.params.snapshot.send.delayFrames);
  }

  #sent(captureToSendUs: number, slackUs: number): void {
    this.meters.captureToSend.add(captureToSendUs);
    this.meters.captureToSendUs.add(captureToSendUs);
    this.meters.deadlineSlackUs.add(slackUs);
  }

  #sendSlate(video: NdiVideoFrame): void {
    const frame: ReceivedFrame = {
      frameNumber: ++this.#frameNumber,
      captureAtUs: this.clock.nowUs(),
      video,
      pixels: video.pixels,
      shape: shapeOf(video, this.lastShape),
      matrix: yuvMatrixOf(video.widthPx, video.heightPx, null),
    };
    this.step = 'slate';
    this.parts.track.endAll();
    this.#unlookedSince = this.#frameNumber;
    const { send } = this.params.snapshot;
    const slate = asComposited(frame, 'slate');
    const labelled = this.parts.label.label(
      slate,
      { step: 'slate', likenessId: null, consentId: null, delayFrames: send.delayFrames, corner: 'auto' },
      this.#labelBoxes,
      0,
    );
    this.parts.send.put(labelled, durationUs(0));
    this.timecode100ns = video.timecode100ns;
    this.#show('afterSend', frame);
  }
}

const severity: Readonly<Record<LadderStep, number>> = {
  idle: 0,
  likeness: 1,
  hold: 2,
  unacquired: 3,
  conceal: 4,
  plain: 5,
  bypass: 6,
  slate: 7,
};
const worse = (a: LadderStep, b: LadderStep): LadderStep => (severity[b] > severity[a] ? b : a);
