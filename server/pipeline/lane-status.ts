import type { FaceStatus, LadderStep, LaneStatus } from '../protocol/messages.js';
import type { Clock } from '../time/clock.js';
import { toMs, since } from '../time/time.js';
import type { Lane } from './lane.js';
import type { LaneOptions } from './lane-options.js';
import type { LaneParams } from './lane-params.js';

/** SMPTE-style hh:mm:ss:ff of an NDI timecode (100 ns), within its day. */
export function timecodeText(timecode100ns: bigint, rateNum: number, rateDen: number): string {
  if (timecode100ns >= 0x7fff_ffff_ffff_ffffn) return '--:--:--:--';
  const day = 24n * 3600n * 10_000_000n;
  const inDay = Number(((timecode100ns % day) + day) % day);
  const seconds = Math.floor(inDay / 10_000_000);
  const frame = Math.floor(((inDay % 10_000_000) * rateNum) / (rateDen * 10_000_000));
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}:${two(frame)}`;
}

/** A lane's state for the desk; built a few times a second, off the frame path. */
export function laneStatus(lane: Lane, options: LaneOptions, params: LaneParams, clock: Clock): LaneStatus {
  const { receive, send, track, keyframe, shelf } = lane.parts;
  const video = lane.state.lastShape;
  const [p50, p95, p99] = lane.meters.captureToSend.quantiles(0.5, 0.95, 0.99) as [number, number, number];
  const tally = lane.tally();
  const now = clock.nowUs();
  const faces: FaceStatus[] = track.faces
    .filter((face) => face.active)
    .map((face) => ({
      faceId: face.faceId,
      performerId: face.performerId,
      step: face.step,
      confidence01: face.confidence01,
      identity01: face.identity01,
      drawnBy: face.performerId !== null && bearsLikeness(face.step) ? shelf.drawnOn(face.performerId) : null,
      keyframeAgeMs: face.keyframeFrame < 0 ? 0 : toMs(since(now, face.keyframeAtUs)),
      box01: [
        face.box.x0 / video.widthPx,
        face.box.y0 / video.heightPx,
        face.box.x1 / video.widthPx,
        face.box.y1 / video.heightPx,
      ],
    }));
  return {
    laneId: options.laneId,
    sourceName: options.source.name,
    outputName: send.sourceName,
    sourceState: receive.state,
    alive: true,
    widthPx: video.widthPx,
    heightPx: video.heightPx,
    frameRateNum: video.frameRateNum,
    frameRateDen: video.frameRateDen,
    format: video.format,
    framesReceived: receive.framesReceived,
    framesSent: send.framesSent,
    framesDropped: receive.droppedFrames(),
    delayFrames: params.snapshot.send.delayFrames,
    captureToSendMs: { p50: p50 / 1000, p95: p95 / 1000, p99: p99 / 1000 },
    stageMs: lane.meters.stageMs(),
    step: lane.state.step,
    faces,
    onProgram: tally.onProgram,
    onPreview: tally.onPreview,
    receivers: send.receivers(),
    likenessId: shelf.shown()?.id ?? null,
    timecode: timecodeText(lane.state.timecode100ns, video.frameRateNum, video.frameRateDen),
    inference: keyframe.engine,
    ...(lane.enrolment.status === null ? {} : { enrolment: lane.enrolment.status }),
    monitors: lane.parts.monitors.status(),
    counters: {
      ...lane.counters,
      ...prefixed('keyframe', keyframe.counters),
      ...prefixed('track', track.counters),
      'send.late': send.framesLate,
      'load.level': lane.state.load.level,
      'load.sheds': lane.state.load.sheds,
      'load.lateFrames': lane.state.load.lateFrames,
    },
  };
}

const bearsLikeness = (step: LadderStep): boolean => step === 'likeness' || step === 'hold';

const prefixed = (prefix: string, counters: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(counters).map(([name, value]) => [`${prefix}.${name}`, value]));
