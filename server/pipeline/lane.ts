import { yuvMatrixOf } from '../frame/format.js';
import { asComposited, type CompositedFrame, type ReceivedFrame, shapeOf } from '../frame/frames.js';
import type { FaceTrack } from '../frame/face-track.js';
import type { NdiPort, NdiVideoFrame, Tally } from '../ndi/port.js';
import type { LadderStep } from '../protocol/messages.js';
import { sendParams } from '../stages/send/params.js';
import type { FaceWork } from '../stages/composite/contract.js';
import { faceSlots } from '../stages/track/contract.js';
import type { Clock } from '../time/clock.js';
import { after, durationUs, type DurationUs, frameIntervalUs, type InstantUs, since } from '../time/time.js';
import { KeyframeAnswers } from './answers.js';
import { CaptureStamp } from './capture-stamp.js';
import { DelayChoice } from './delay-choice.js';
import { FallbackLadder } from './fallback.js';
import type { LaneEvents } from './lane-events.js';
import type { LaneOptions } from './lane-options.js';
import type { LaneParams } from './lane-params.js';
import { type LaneContext, LaneState } from './lane-state.js';
import { LiveEnrolment } from './live-enrolment.js';
import { LookAhead } from './look-ahead.js';
import { Looking } from './looking.js';
import { LaneMeters } from './meters.js';
import { NeuralPatches } from './neural-patches.js';
import { PlainPool } from './plain-pool.js';
import { Showing } from './showing.js';
import { Slate } from './slate.js';
import { type LaneEventsOfParts, type LaneParts, wireLane } from './wire.js';

/** The longest delay line, as declared in the send stage's parameters. */
const mostDelayFrames = sendParams.declarations.delayFrames.max;

/**
 * One camera's frame path. `frame` runs from the receive callback to the send without waiting for anything; answers of the
 * inference process, parameters and the bypass door arrive between frames.
 *
 *   receive ─▶ Looking (track, propagate, ask) ─▶ Showing (ladder, composite, label, send)
 *                 ▲ state: faces, detections
 *              KeyframeAnswers ◀─ inference
 */
export class Lane {
  readonly meters = new LaneMeters();
  readonly state = new LaneState();
  readonly parts: LaneParts;
  /** Resolves when the likenesses and performers of the start are on the shelf. */
  readonly loaded: Promise<void>;
  readonly delayChoice = new DelayChoice();
  inferenceUp = false;
  /** The faces as the newest outgoing picture shows them. */
  shownFaces: readonly FaceTrack[] = [];
  #closed = false;
  readonly #looking: Looking;
  readonly #answers: KeyframeAnswers;
  readonly #neural: NeuralPatches;
  readonly enrolment: LiveEnrolment;
  readonly #showing: Showing;
  readonly #ahead: LookAhead;
  readonly #stamp = new CaptureStamp();
  readonly #slate: Slate;
  readonly #plain = new PlainPool();

  constructor(
    private readonly options: LaneOptions,
    ndi: NdiPort,
    private readonly clock: Clock,
    private readonly params: LaneParams,
    private readonly events: LaneEvents,
  ) {
    this.parts = wireLane(options, ndi, clock, params, this.#eventsOfParts());
    const { parts, meters, state } = this;
    const context: LaneContext = { clock, params, events, parts, meters, state, ladder: new FallbackLadder(faceSlots) };
    this.#answers = new KeyframeAnswers(context);
    this.#neural = new NeuralPatches(context, options.flowModel ?? null);
    this.#looking = new Looking(context, this.#answers, this.#neural);
    this.#showing = new Showing(context);
    this.enrolment = new LiveEnrolment(context, options.stateFolder, events);
    this.loaded = parts.shelf.load(options.performers, options.likenesses);
    this.#ahead = new LookAhead(context, () => this.#showHeld(false));
    this.#slate = new Slate(ndi, clock, options.source.name, (video) => {
      this.#showHeld(false);
      this.#show('afterSend', this.#showing.slate(video));
    });
  }

  /** What the last picture showed. */
  get step(): LadderStep {
    return this.state.step;
  }
  get counters(): Record<string, number> {
    return this.state.counters;
  }
  get frameNumber(): number {
    return this.state.frameNumber;
  }

  async run(): Promise<void> {
    await this.loaded;
    this.parts.track.cast = this.parts.shelf.cast;
    this.#slate.start(() => this.parts.receive.state);
    const ended = this.parts.receive.run();
    // While the camera is looked for: fonts take 100 ms, which the first picture would wait for.
    this.parts.label.prepare(1920, 1080, 'UYVY', yuvMatrixOf(1920, 1080, null));
    await ended;
  }
  close(): void {
    this.#closed = true;
    this.#slate.close();
    this.#ahead.close();
    this.parts.receive.close();
    this.parts.keyframe.close();
    this.parts.send.close();
    this.parts.monitors.close();
  }

  /** What receivers of the programme and of its monitors do with our picture. */
  tally(): Tally {
    const own = this.parts.send.tally();
    const monitors = this.parts.monitors.tally();
    return {
      onProgram: own.onProgram || monitors.onProgram,
      onPreview: own.onPreview || monitors.onPreview,
    };
  }

  /** The pictures already in the delay line go out plain as well: bypass is on the next frame that leaves. */
  bypassHeld(): void {
    const { label, send, monitors } = this.parts;
    const { delayFrames } = this.params.snapshot.send;
    const plain = { step: 'bypass', likenessId: null, consentId: null, delayFrames, corner: 'auto' } as const;
    const camera = new Map<number, Uint8Array>();
    send.changeHeld((frame) => frame.plainPixels && camera.set(frame.frameNumber, frame.plainPixels));
    monitors.bypassHeld(camera, plain);
    send.changeHeld((frame) => {
      if (!frame.plainPixels || frame.kind === 'bypass') return;
      frame.pixels.set(frame.plainPixels);
      label.label(asComposited(frame, 'bypass'), plain, this.state.labelBoxes, 0);
    });
  }

  /** The frame path. */
  frame(video: NdiVideoFrame): void {
    // A capture that was under way when the lane closed.
    if (this.#closed) return video.release();
    const startedAtUs = this.clock.nowUs();
    const frame = this.#received(video);
    this.meters.queueWaitUs.add(since(startedAtUs, frame.captureAtUs));
    let workCount = 0;
    if (this.#ahead.frame) {
      this.#ahead.addBegun();
      this.parts.regions.turn();
    }
    try {
      workCount = this.#looking.look(frame, startedAtUs);
    } catch (error) {
      this.#looking.startOver(frame.frameNumber, error);
    }
    this.enrolment.look(frame);
    this.#show('beforeComposite', frame);
    this.#showHeld(true);
    if (this.#ahead.wanted()) this.#ahead.hold(frame, this.state.work, workCount);
    else this.#finish(frame, this.state.work, workCount, this.parts.track.faces);
    this.#paced(frame, startedAtUs);
  }

  /** Shows the picture that waited. `refined`: the next one has been looked at. */
  #showHeld(refined: boolean): void {
    const ahead = this.#ahead;
    if (refined && ahead.frame) ahead.refine();
    const frame = ahead.take();
    if (frame) this.#finish(frame, ahead.work, ahead.workCount, ahead.faces);
  }

  #finish(frame: ReceivedFrame, work: readonly FaceWork[], workCount: number, faces: readonly FaceTrack[]): void {
    this.shownFaces = faces;
    if (this.params.snapshot.send.delayFrames > 0) frame.plainPixels = this.#plain.keep(frame.pixels);
    const composited = this.#compositeOrConceal(frame, work, workCount);
    this.#showing.finish(composited, work, workCount);
    this.#show('afterSend', composited);
  }

  /** How long this picture took decides what is given up, and what delay can be kept. */
  #paced(frame: ReceivedFrame, startedAtUs: InstantUs): void {
    const { state, meters, events } = this;
    const readyAtUs = this.clock.nowUs();
    meters.trace.add('frame', startedAtUs, readyAtUs, frame.frameNumber);
    const afterCaptureUs = since(readyAtUs, frame.captureAtUs);
    if (state.load.ready(afterCaptureUs, state.intervalUs)) events.onLoad?.(state.load.level);
    // A lane without a likeness on screen does little: its delay would be promised too short.
    if (state.step !== 'likeness') return;
    const chosen = this.delayChoice.ready(afterCaptureUs, state.intervalUs, mostDelayFrames);
    if (chosen !== null) events.onDelayMeasured?.(chosen);
  }

  #received(video: NdiVideoFrame): ReceivedFrame {
    const { state } = this;
    const frame: ReceivedFrame = {
      frameNumber: ++state.frameNumber,
      captureAtUs: this.#stamp.of(video.receivedAtUs, video.timestamp100ns),
      video,
      pixels: video.pixels,
      shape: shapeOf(video, state.lastShape),
      matrix: yuvMatrixOf(video.widthPx, video.heightPx, video.hasMetadata ? video.metadata : null),
    };
    state.lastFrame = frame;
    state.timecode100ns = video.timecode100ns;
    state.intervalUs = frameIntervalUs(video.frameRateNum, video.frameRateDen);
    this.#slate.follow(video);
    return frame;
  }

  #compositeOrConceal(frame: ReceivedFrame, work: readonly FaceWork[], workCount: number): CompositedFrame {
    try {
      return this.#showing.composite(frame, work, workCount);
    } catch (error) {
      this.#looking.startOver(frame.frameNumber, error);
      return this.#showing.composite(frame, work, 0);
    }
  }

  /** Lets previews look at a picture; their fault is not the picture's. */
  #show(when: 'beforeComposite' | 'afterSend', frame: ReceivedFrame): void {
    const startedAtUs = this.clock.nowUs();
    try {
      this.events[when](frame);
    } catch (error) {
      this.events.onAlarm('LANE_STAGE_FAULT', { reason: String((error as Error).message) });
    }
    this.meters.trace.add('preview', startedAtUs, this.clock.nowUs(), frame.frameNumber);
  }

  #delayUs(): DurationUs {
    return durationUs(this.state.intervalUs * this.params.snapshot.send.delayFrames);
  }

  /** What the stages tell; each call is between frames, except `onSent`. */
  #eventsOfParts(): LaneEventsOfParts {
    const { events, options } = this;
    const source = options.source.name;
    const inference = (up: boolean): void => {
      this.inferenceUp = up;
      events.onInference(up);
    };
    return {
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
          this.#showHeld(false);
          this.#looking.forgetPicture();
          events.onSourceChanged(before, after);
        },
        onUnsupported: (format) => {
          this.state.counters['frame.unsupported']!++;
          events.onAlarm('NDI_FORMAT_UNSUPPORTED', { source, format });
        },
        onAmbiguous: (name) => events.onAlarm('NDI_SOURCE_AMBIGUOUS', { source: name }),
      },
      keyframe: {
        onFace: (answer) => this.#answers.face(answer),
        onMatte: (reply, matte) => this.#answers.matte(reply, matte),
        onDetected: (reply, scaleX, scaleY) => {
          this.#answers.detected(reply, scaleX, scaleY);
          this.#looking.beginInKept();
        },
        onUp: () => inference(true),
        onDown: () => inference(false),
      },
      patches: {
        onPatch: (reply, rgba) => this.#neural.arrived(reply, rgba),
        onEngineReady: (key) => events.onEngine?.(key, null),
        onEngineFault: (key, reason) => events.onEngine?.(key, reason),
      },
      flow: {
        onFlow: (reply, grids) => this.#neural.flow.arrived(reply, grids),
        onFlowFault: (reason) => this.#neural.flow.failed(reason),
      },
      send: {
        onSent: (captureToSendUs, slackUs, frame) => {
          this.#plain.giveBack(frame);
          this.meters.sent(frame.captureAtUs, after(frame.captureAtUs, captureToSendUs), slackUs, frame.frameNumber);
        },
      },
      lutFault: (file, reason) => events.onAlarm('MONITOR_LUT_NOT_LOADED', { file, reason }),
      likenessFault: (what, reason) => events.onAlarm('LIKENESS_NOT_LOADED', { likeness: what, reason }),
    };
  }
}
