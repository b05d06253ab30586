import type { ParamAddress, ParamValue } from './descriptors.js';
import type { PreviewSide } from './binary.js';
import type { AlarmMessage, LaneStatus, ProcessStatus } from './messages.js';
import type { PerformerFiles, PrepareFault } from './prepared.js';

/**
 * What the control process and the others say to each other over the framed socket of server/ipc. Lane and supervisor
 * connect to `ipcPath(runFolder, 'control')`; a lane keeps its last parameters and its picture while nobody is there.
 */

/** The latency vocabulary of style §10; the first needs no stage, the next two carry it as a label. */
export const latencyNames = [
  'captureToSendUs',
  'queueWaitUs',
  'processUs',
  'keyframeAgeUs',
  'keyframeToShownUs',
  'deadlineSlackUs',
] as const;
export type LatencyName = (typeof latencyNames)[number];

/** Upper bounds of the buckets, µs, inclusive; the last bucket is everything above. A slack can be negative: late. */
export const latencyBoundsUs: Readonly<Record<LatencyName, readonly number[]>> = {
  captureToSendUs: [1000, 2000, 5000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 1_000_000],
  queueWaitUs: [100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000],
  processUs: [50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 200_000, 1_000_000],
  keyframeAgeUs: [10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 640_000, 1_280_000, 5_000_000],
  keyframeToShownUs: [10_000, 20_000, 40_000, 60_000, 80_000, 120_000, 160_000, 320_000, 640_000, 1_280_000],
  deadlineSlackUs: [-100_000, -40_000, -20_000, -10_000, -5000, -2000, 0, 2000, 5000, 10_000, 20_000, 40_000],
};

export interface LatencyHistogram {
  readonly name: LatencyName;
  /** Stage for queueWaitUs and processUs; null otherwise. */
  readonly stage: string | null;
  /** Since the lane started, one per bound of `latencyBoundsUs[name]` and one for all above: length = bounds + 1. */
  readonly counts: readonly number[];
  readonly sumUs: number;
}

export type LaneToControl =
  | {
      readonly type: 'lane-hello';
      readonly laneId: string;
      readonly pid: number;
      /** What the lane runs with right now. */
      readonly values: Readonly<Record<ParamAddress, ParamValue>>;
      /** Addresses that the lane changed by itself while control was away (its bypass door): these win over the journal. */
      readonly changedAtLane: readonly ParamAddress[];
      /** Of the last 'params' it got, or 0. */
      readonly version: number;
    }
  | { readonly type: 'lane-status'; readonly status: LaneStatus; readonly histograms: readonly LatencyHistogram[] }
  /** The lane changed a value by itself (its bypass door) while control is there. */
  | { readonly type: 'lane-changed'; readonly values: Readonly<Record<ParamAddress, ParamValue>>; readonly by: string }
  | ({ readonly type: 'alarm' } & AlarmMessage)
  /** Payload: JPEG bytes. */
  | {
      readonly type: 'preview';
      readonly laneId: string;
      readonly which: PreviewSide;
      readonly frameNumber: number;
      readonly captureAtUs: number;
      /** The camera's, of this very picture: hh:mm:ss:ff. */
      readonly timecode: string;
    }
  /** Whoever stood before this camera is this performer from now on. Files are the prepared ones, of this machine. */
  | {
      readonly type: 'enrolled';
      readonly performerId: string;
      readonly identityFile: string;
      readonly bakeFile: string;
      readonly by: string;
    }
  | { readonly type: 'enrol-refused'; readonly performerId: string; readonly reason: string; readonly by: string }
  /** Payload: encodeMesh of server/protocol/binary.ts, ready for the page. */
  | { readonly type: 'mesh'; readonly laneId: string };

export type SupervisorToControl =
  | { readonly type: 'processes'; readonly processes: readonly ProcessStatus[] }
  /** What was made of the show file's photos and packages, at start and whenever the file changed. */
  | {
      readonly type: 'prepared';
      readonly performers: readonly PerformerFiles[];
      /** As LaneOptions.likenesses: what the lanes draw with. */
      readonly likenesses: readonly unknown[];
      readonly faults: readonly PrepareFault[];
    }
  /** The show file was changed on disk; as ControlOptions.show. Only what Desk.follow can take on. */
  | { readonly type: 'show'; readonly show: unknown };

export type ControlToLane =
  | {
      readonly type: 'params';
      /** Only what changed; after a hello, every value of this lane's scopes and of the show. */
      readonly values: Readonly<Record<ParamAddress, ParamValue>>;
      readonly version: number;
    }
  /** An empty list stops the encoder. `meshes`: whether somebody looks at the face mesh. */
  | {
      readonly type: 'want-previews';
      readonly want: readonly PreviewSide[];
      readonly maxFps: number;
      readonly widthPx: number;
      readonly meshes: boolean;
    }
  | {
      readonly type: 'assign';
      readonly performerId: string;
      readonly likenessId: string | null;
      /** Folder or zip of the package, checked for consent by control; null with likenessId. */
      readonly packagePath: string | null;
    }
  /** A likeness as it was prepared, with the engine that the show names now; one of LaneOptions.likenesses. */
  | { readonly type: 'likeness'; readonly likeness: unknown }
  /** The whole cast list: whoever a lane knows besides is nobody from now on. */
  | { readonly type: 'cast'; readonly performerIds: readonly string[] }
  /** Enrol whoever stands before this camera; faceId null: the one face that is nobody else's. */
  | { readonly type: 'enrol'; readonly performerId: string; readonly faceId: number | null; readonly by: string }
  /** Identity and face of a performer, new or made anew: enrolled before a camera, or from photos that the show file names now. */
  | {
      readonly type: 'performer';
      readonly performerId: string;
      readonly identityFile: string;
      readonly bakeFile: string;
    }
  /** The cue that ran last, for burn-ins: "1.5 Flashback", or '' before the first. */
  | { readonly type: 'cue'; readonly text: string }
  /** LED walls in the picture of this camera, polygons in fractions of it: faces inside are pictures, and stay untouched. */
  | { readonly type: 'wall-regions'; readonly polygons: readonly (readonly (readonly [number, number])[])[] }
  /** Where the package of a likeness.id value lies; sent before the value. */
  | { readonly type: 'likeness-path'; readonly likenessId: string; readonly packagePath: string };
