import type { DetectedBox } from '../frame/detected-box.js';
import type { PictureShape, ReceivedFrame } from '../frame/frames.js';
import type { BoxPx } from '../frame/geometry.js';
import type { LadderStep } from '../protocol/messages.js';
import type { FaceWork } from '../stages/composite/contract.js';
import type { PropagateSettings } from '../stages/propagate/contract.js';
import { faceSlots } from '../stages/track/contract.js';
import type { Clock } from '../time/clock.js';
import { type DurationUs, frameIntervalUs, type InstantUs } from '../time/time.js';
import { Arrivals } from './arrivals.js';
import type { FallbackLadder } from './fallback.js';
import type { LaneEvents } from './lane-events.js';
import type { LaneParams } from './lane-params.js';
import { LoadShedding } from './load-shedding.js';
import type { LaneMeters } from './meters.js';
import type { LaneParts } from './wire.js';

/** What the parts of one lane's frame path (lane.ts, looking.ts, answers.ts, showing.ts) know of the picture they work on. */
export class LaneState {
  readonly load = new LoadShedding();
  readonly counters: Record<string, number> = {
    'keyframe.late': 0,
    'keyframe.stale': 0,
    'keyframe.refused': 0,
    'patch.stale': 0,
    'flow.joined': 0,
    'flow.late': 0,
    'flow.refused': 0,
    'flow.superseded': 0,
    'flow.stale': 0,
    'track.fault': 0,
    cut: 0,
    'frame.unsupported': 0,
    'preview.sent': 0,
    'garbage.minor': 0,
    'garbage.major': 0,
    'garbage.us': 0,
  };
  step: LadderStep = 'idle';
  frameNumber = 0;
  timecode100ns = 0n;
  intervalUs: DurationUs = frameIntervalUs(25, 1);
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
  readonly arrivals = new Arrivals();
  /** The picture from which on nobody has looked who is in it; −1: somebody has. */
  unlookedSince = 1;
  /** Detections wait for the next picture: a track begins with pixels, and those of the last one are libndi's again. */
  pending: readonly DetectedBox[] | null = null;
  /** The picture that they were seen in. */
  pendingFrame = -1;
  detectAskedAtUs = 0 as InstantUs;
  /** Capture instants of the keyframes that were joined since the last picture left. */
  readonly joinedAtUs: InstantUs[] = [];
  /** The faces of this picture that have something to be done; only the first `workCount` of a look are meant. */
  readonly work: FaceWork[] = [];
  /** Where faces are in the outgoing picture; preallocated. */
  readonly labelBoxes: BoxPx[] = Array.from({ length: faceSlots }, () => ({ x0: 0, y0: 0, x1: 0, y1: 0 }));
}

/** What the parts of a frame path share. */
export interface LaneContext {
  readonly clock: Clock;
  readonly params: LaneParams;
  readonly events: LaneEvents;
  readonly parts: LaneParts;
  readonly meters: LaneMeters;
  readonly state: LaneState;
  readonly ladder: FallbackLadder;
}

export function propagateSettings({ params, state }: LaneContext): PropagateSettings {
  const { flow, smooth, keyframe } = params.snapshot;
  return {
    minConfidence01: flow.minConfidence01,
    smoothAmount01: smooth.amount01,
    smoothFilter: smooth.filter,
    frameIntervalUs: state.intervalUs,
    crossfadeFrames: keyframe.crossfadeFrames,
    preset: flow.preset,
  };
}
