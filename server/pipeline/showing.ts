import { yuvMatrixOf } from '../frame/format.js';
import { asComposited, type CompositedFrame, type ReceivedFrame, shapeOf } from '../frame/frames.js';
import { type BoxPx, boxesMeet } from '../frame/geometry.js';
import type { NdiVideoFrame } from '../ndi/port.js';
import type { LadderStep } from '../protocol/messages.js';
import { type DurationUs, durationUs, since } from '../time/time.js';
import type { FaceWork } from '../stages/composite/contract.js';
import { actionOf, type FallbackSettings } from './fallback.js';
import type { LaneContext } from './lane-state.js';

/** composite, label and send of one picture: what each face shows by the fallback ladder, and what leaves. */
export class Showing {
  readonly #arrivalBox: BoxPx = { x0: 0, y0: 0, x1: 0, y1: 0 };
  readonly #nextBox: BoxPx = { x0: 0, y0: 0, x1: 0, y1: 0 };

  constructor(private readonly lane: LaneContext) {}

  composite(frame: ReceivedFrame, work: readonly FaceWork[], workCount: number): CompositedFrame {
    const { clock, parts, params, state, meters } = this.lane;
    const startedAtUs = clock.nowUs();
    const { output, send, fallback, likeness, look } = params.snapshot;
    const shown = this.#decide(work, workCount);
    const castNamed = parts.track.cast.length > 0;
    const hides = castNamed && fallback.unacquired !== 'plain';
    const concealAll = state.unlookedSince >= 0 && frame.frameNumber >= state.unlookedSince && hides;
    const concealBox = hides && !concealAll ? this.#arrival(frame) : null;
    const hidden = concealAll || (concealBox !== null && shown !== 'conceal');
    state.step = send.bypass ? 'bypass' : output.mode === 'plain' ? 'plain' : hidden ? 'unacquired' : shown;
    this.#tellFaces(work, workCount, concealAll, concealBox);
    const tap = parts.monitors.tap(frame);
    const composited = parts.composite.composite(frame, work, workCount, {
      mode: output.mode,
      mirror: output.mirror,
      wipe01: output.wipe01,
      bypass: send.bypass,
      concealAll,
      concealBox,
      look: { mix01: likeness.mix01, ...look },
      tap,
    });
    meters.stage('composite', startedAtUs, clock.nowUs(), frame.frameNumber);
    return composited;
  }

  /** Labels the picture and hands it to send. */
  finish(frame: CompositedFrame, work: readonly FaceWork[], workCount: number): void {
    const { clock, parts, params, state, meters } = this.lane;
    const startedAtUs = clock.nowUs();
    const { label: labelParams, output, send } = params.snapshot;
    const likeness = parts.shelf.shown();
    const faces = this.#facesForLabel(frame, work, workCount, output.mode, output.mirror);
    const labelled = parts.label.label(
      frame,
      {
        step: state.step,
        likenessId: likeness?.id ?? null,
        consentId: likeness?.consentId ?? null,
        delayFrames: send.delayFrames,
        corner: labelParams.corner,
      },
      state.labelBoxes,
      faces,
    );
    const labelledAtUs = clock.nowUs();
    meters.stage('label', startedAtUs, labelledAtUs, frame.frameNumber);
    // Bypass keeps the output's name: receivers must not lose the source they watch. Its metadata says bypass.
    if (frame.kind !== 'bypass')
      parts.send.useName(frame.kind === 'plain' ? ' PLAIN' : frame.kind === 'matte' ? ' MATTE' : '');
    const delayUs = durationUs(state.intervalUs * send.delayFrames);
    parts.send.put(labelled, delayUs);
    const sentAtUs = clock.nowUs();
    meters.stage('send', labelledAtUs, sentAtUs, frame.frameNumber);
    this.#monitors(frame, likeness, faces, delayUs);
    this.#shownKeyframes(Math.max(sentAtUs, frame.captureAtUs + delayUs), frame.frameNumber);
  }

  /** What else this lane sends, of the same picture and with the same delay. */
  #monitors(
    frame: CompositedFrame,
    likeness: { readonly id: string; readonly consentId: string } | null,
    faceCount: number,
    delayUs: DurationUs,
  ): void {
    const { clock, parts, params, state, meters } = this.lane;
    if (!parts.monitors.isWatched) return;
    const startedAtUs = clock.nowUs();
    const hasMark = frame.kind === 'likeness';
    const facts = {
      step: state.step,
      likenessId: likeness?.id ?? null,
      consentId: likeness?.consentId ?? null,
      delayFrames: params.snapshot.send.delayFrames,
      bypass: frame.kind === 'bypass',
      faces: state.labelBoxes,
      faceCount,
      delayUs,
      corner: hasMark ? parts.label.corner : ('auto' as const),
      plate: hasMark ? parts.label.plate : null,
    };
    parts.monitors.show(frame, facts, state.intervalUs, state.load.monitorStretch);
    meters.trace.add('monitors', startedAtUs, clock.nowUs(), frame.frameNumber);
  }

  /** Labels and sends a picture of ours, in place of a camera that is not there. */
  slate(video: NdiVideoFrame): ReceivedFrame {
    const { clock, parts, params, state } = this.lane;
    const frame: ReceivedFrame = {
      frameNumber: ++state.frameNumber,
      captureAtUs: clock.nowUs(),
      video,
      pixels: video.pixels,
      shape: shapeOf(video, state.lastShape),
      matrix: yuvMatrixOf(video.widthPx, video.heightPx, null),
    };
    state.step = 'slate';
    parts.track.endAll();
    state.unlookedSince = state.frameNumber;
    const { delayFrames } = params.snapshot.send;
    const mark = { step: 'slate', likenessId: null, consentId: null, delayFrames, corner: 'auto' } as const;
    const labelled = parts.label.label(asComposited(frame, 'slate'), mark, state.labelBoxes, 0);
    parts.send.put(labelled, durationUs(0));
    parts.monitors.slate(labelled);
    state.timecode100ns = video.timecode100ns;
    return frame;
  }

  /** Where somebody may be coming in while a performer is missed; null: nowhere. */
  #arrival(frame: ReceivedFrame): BoxPx | null {
    const { parts, state } = this.lane;
    if (parts.track.allPlaced()) return null;
    const { widthPx, heightPx } = frame.video;
    const { arrivals, frameNumber } = state;
    const now = arrivals.find(frame.frameNumber, widthPx, heightPx, this.#arrivalBox);
    if (frameNumber === frame.frameNumber) return now ? this.#arrivalBox : null;
    // The next picture is known: what comes in there may be the first of it here.
    if (!arrivals.find(frameNumber, widthPx, heightPx, this.#nextBox)) return now ? this.#arrivalBox : null;
    if (!now) return this.#nextBox;
    return unite(this.#arrivalBox, this.#nextBox);
  }

  /** Each face's step and action, and the worst step of all. */
  #decide(list: readonly FaceWork[], workCount: number): LadderStep {
    const { clock, parts, params, meters, ladder } = this.lane;
    const now = clock.nowUs();
    const { unacquired } = params.snapshot.fallback;
    const { track, shelf } = parts;
    const missing = track.cast.length > 0 && !track.allAcquired();
    const placed = track.allPlaced();
    const settings = this.#fallbackSettings();
    let shown: LadderStep = 'idle';
    for (let i = 0; i < workCount; i++) {
      const work = list[i]!;
      const { face } = work;
      // Who is covered has a place: a new face is hidden once the model has seen that it is one.
      face.step = ladder.decide(face, now, settings, missing && (!placed || face.keyframeFrame >= 0));
      work.engine = shelf.engineOf(face.performerId);
      work.action = actionOf(face.step, unacquired, work.engine !== null);
      if (face.step !== 'idle')
        shown = worse(shown, work.action === 'conceal' && face.step !== 'unacquired' ? 'conceal' : face.step);
      if (face.keyframeFrame >= 0) meters.keyframeAgeUs.add(since(now, face.keyframeAtUs));
    }
    return shown;
  }

  /** What is seen of each face, which the desk shows beside it, where that is not what its ladder says: the picture is hidden as a whole, or nobody draws it. */
  #tellFaces(list: readonly FaceWork[], workCount: number, concealAll: boolean, concealBox: BoxPx | null): void {
    const { parts, params } = this.lane;
    const { output, send } = params.snapshot;
    for (let i = 0; i < workCount; i++) {
      const { face, action } = list[i]!;
      const isHidden = concealAll || (concealBox !== null && boxesMeet(face.box, concealBox));
      if (face.step !== 'idle') {
        if (send.bypass) face.step = 'bypass';
        else if (output.mode === 'plain') face.step = 'plain';
        else if (isHidden) face.step = 'unacquired';
        else if (action === 'conceal' && face.step !== 'unacquired') face.step = 'conceal';
      }
      parts.track.faces[face.faceId]!.step = face.step;
    }
  }

  /** The keyframes whose results this picture is the first to show. */
  #shownKeyframes(shownAtUs: number, frameNumber: number): void {
    const { meters, state } = this.lane;
    for (const capturedAtUs of state.joinedAtUs) {
      meters.keyframeToShownUs.add(shownAtUs - capturedAtUs);
      meters.keyframeToShown.add(shownAtUs - capturedAtUs);
      meters.trace.add('keyframe to shown', capturedAtUs, shownAtUs, frameNumber);
    }
    state.joinedAtUs.length = 0;
  }

  #fallbackSettings(): FallbackSettings {
    const { params, state } = this.lane;
    const { fallback, flow, keyframe } = params.snapshot;
    return {
      maxHoldUs: fallback.maxHoldUs,
      ladder: fallback.ladder,
      unacquired: fallback.unacquired,
      minConfidence01: flow.minConfidence01,
      keyframeIntervalUs: durationUs(state.intervalUs * keyframe.intervalFrames * state.load.keyframeStretch),
    };
  }

  /** Where faces are in the outgoing picture, for the label to give way to. */
  #facesForLabel(
    frame: CompositedFrame,
    work: readonly FaceWork[],
    workCount: number,
    mode: string,
    mirror: boolean,
  ): number {
    if (mode === 'side-by-side') return 0;
    const { widthPx } = frame.video;
    const { labelBoxes } = this.lane.state;
    for (let i = 0; i < workCount; i++) {
      const { box } = work[i]!.face;
      const out = labelBoxes[i]!;
      out.x0 = mirror ? widthPx - box.x1 : box.x0;
      out.x1 = mirror ? widthPx - box.x0 : box.x1;
      out.y0 = box.y0;
      out.y1 = box.y1;
    }
    return workCount;
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

/** Grows `a` to hold both. */
function unite(a: BoxPx, b: BoxPx): BoxPx {
  a.x0 = Math.min(a.x0, b.x0);
  a.y0 = Math.min(a.y0, b.y0);
  a.x1 = Math.max(a.x1, b.x1);
  a.y1 = Math.max(a.y1, b.y1);
  return a;
}
