import type {
  ActionDescriptor,
  MeterDescriptor,
  ParamAddress,
  ParamDescriptor,
  ParamValue,
  ScopeId,
} from './descriptors.js';
import type { MultiviewStatus } from './multiview-link.js';
import type { ClientInfo, CueState, EditState, ShowBook, ShowEdit, VersionInfo } from './show.js';

/**
 * What the page and the server say to each other over the WebSocket at /ws. Text frames are JSON of ServerMessage and
 * ClientMessage; binary frames are previews and meshes (see binary.ts). Imports nothing but descriptors.
 */
export const protocolVersion = 1;

/** What the face region of an output shows right now. 'idle': no cast performer in the picture. */
export type LadderStep = 'likeness' | 'hold' | 'conceal' | 'plain' | 'slate' | 'idle' | 'bypass' | 'unacquired';

/** A file of weights, by the very bytes that run. */
export interface ModelMark {
  readonly id: string;
  /** What it is in the engine: "hyperswap", "arcface", "gfpgan" … */
  readonly role: string;
  readonly licence: string;
  readonly sha256: string;
}
/** What draws a likeness. */
export interface EngineMark {
  readonly kind: 'mesh' | 'swap' | 'dfm';
  /** The one that makes the face first, then those that help it; none for the mesh, which is made of the package's photos alone. */
  readonly models: readonly ModelMark[];
}
export interface DrawnBy extends EngineMark {
  readonly likenessId: string;
  /** SHA-256 of the package's content, as the consent record names it. */
  readonly digest: string;
}

export interface FaceStatus {
  /** Slot in the lane, stable while the face is tracked. */
  readonly faceId: number;
  /** Cast member's id, or null where nobody was recognised. */
  readonly performerId: string | null;
  readonly step: LadderStep;
  readonly confidence01: number;
  readonly identity01: number;
  readonly keyframeAgeMs: number;
  /** Whose face is on it in the newest picture and what drew it; null where it bears no likeness. */
  readonly drawnBy: DrawnBy | null;
  /** In fractions of the picture: x0 y0 x1 y1. */
  readonly box01: readonly [number, number, number, number];
}

/** How the enrolment of whoever stands before a camera goes; the last one stays until the next begins. */
export interface EnrolmentStatus {
  readonly performerId: string;
  /** looking: pictures are being taken; preparing: identity and face are being made of them; then done or refused. */
  readonly state: 'looking' | 'preparing' | 'done' | 'refused';
  /** Good looks so far, and how many are wanted. */
  readonly looks: number;
  readonly wanted: number;
  /** Why it was refused; null otherwise. */
  readonly reason: string | null;
}

export interface LaneStatus {
  readonly laneId: string;
  readonly sourceName: string;
  readonly outputName: string;
  /** 'receiving', 'absent' (never seen), 'lost' (was there). */
  readonly sourceState: 'receiving' | 'absent' | 'lost';
  readonly alive: boolean;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly frameRateNum: number;
  readonly frameRateDen: number;
  readonly format: string;
  readonly framesReceived: number;
  readonly framesSent: number;
  readonly framesDropped: number;
  readonly delayFrames: number;
  readonly captureToSendMs: { readonly p50: number; readonly p95: number; readonly p99: number };
  readonly stageMs: Readonly<Record<string, number>>;
  readonly step: LadderStep;
  readonly faces: readonly FaceStatus[];
  readonly onProgram: boolean;
  readonly onPreview: boolean;
  readonly receivers: number;
  readonly likenessId: string | null;
  readonly timecode: string;
  /** Counters by reason, such as keyframe.dropped-late, preview.skipped. */
  readonly counters: Readonly<Record<string, number>>;
  /** Absent until somebody is enrolled before this camera. */
  readonly enrolment?: EnrolmentStatus;
  /** Null while inference is not connected. */
  readonly inference?: InferenceStatus | null;
  /** Further outputs of this lane; absent: none. */
  readonly monitors?: readonly MonitorStatus[];
}

/** One monitor output: what it shows, who watches, and what it costs the lane. */
export interface MonitorStatus {
  readonly id: string;
  /** Kind of picture, as parameter monitor.mode of scope output/<id> says. */
  readonly mode: string;
  /** NDI names as receivers see them; a pair has two. */
  readonly outputNames: readonly string[];
  readonly receivers: number;
  readonly onProgram: boolean;
  readonly onPreview: boolean;
  readonly framesSent: number;
  /** Pictures left out because the next frame of the programme was due. */
  readonly framesDropped: number;
  /** Lane time of one picture: copies, making, hand-over. */
  readonly costMs: number;
  /** libndi's encode of one picture on its own threads, waited for now and then; null before it was measured. */
  readonly encodeMs: number | null;
  /** Whether a colour table is on it. */
  readonly lut: boolean;
}

/** What inference runs on. A GPU that was asked for and is not used never goes unsaid: `reason`. */
export interface InferenceStatus {
  /** The execution provider that the show asks for. */
  readonly asked: string;
  /** What really runs: a provider, or several with " + " between. */
  readonly running: string;
  /** Why that is not what was asked for; null where it is. */
  readonly reason: string | null;
  /** How thread counts were decided: 'cores' (lanes need the rest), 'measured', 'cache' (measured before), 'show'. */
  readonly threadsBy: string;
  readonly models: readonly {
    readonly id: string;
    readonly running: string;
    readonly threads: number;
    /** Graph nodes by the provider that ran them, as the runtime recorded it; empty on the CPU. */
    readonly nodes: Readonly<Record<string, number>>;
    /** Milliseconds of one run by thread count, as measured at a start; empty where it was not. */
    readonly msByThreads: Readonly<Record<number, number>>;
  }[];
  /** Requests answered, replaced by newer ones before their turn, failed. */
  readonly served: number;
  readonly replaced: number;
  readonly failed: number;
}

export interface ProcessStatus {
  readonly name: string;
  readonly pid: number | null;
  readonly alive: boolean;
  readonly restarts: number;
  /** What it says of itself, for people: inference names its provider and threads. */
  readonly detail?: string;
}

export interface AlarmMessage {
  readonly id: string;
  readonly code: string;
  readonly severity: 'info' | 'warning' | 'alarm';
  readonly message: string;
  readonly advice: string;
  readonly laneId: string | null;
  readonly atIso: string;
  /** false: over; kept in the list as history. */
  readonly active: boolean;
}

export interface LikenessSummary {
  readonly id: string;
  readonly name: string;
  readonly synthetic: boolean;
  readonly consent: 'valid' | 'missing' | 'expired' | 'revoked' | 'out-of-scope';
  readonly consentReason: string;
  /** SHA-256 of the package's content, as its consent record names it. */
  readonly digest: string;
  /** What the show names to draw it. */
  readonly engine: EngineMark;
  /** Why the mesh draws it instead; null where nothing is in the way. */
  readonly engineFault: string | null;
}

export interface CastMember {
  readonly performerId: string;
  readonly name: string;
  readonly likenessId: string | null;
  readonly enrolled: boolean;
}

/** Who somebody is to the show: see server/surfaces/dispatch/roles.ts. */
export type Role = 'operator' | 'director' | 'dit';

export interface ScopeInfo {
  readonly id: ScopeId;
  readonly label: string;
  /** The lane an output belongs to; absent: the id's own, "output/cam-a" belongs to lane cam-a. */
  readonly laneId?: string;
  /** The groups of parameters this scope has; absent: all of its kind. */
  readonly groups?: readonly string[];
}

export type ServerMessage =
  | {
      readonly type: 'hello';
      readonly protocolVersion: number;
      readonly product: { readonly name: string; readonly version: string };
      readonly descriptors: readonly ParamDescriptor[];
      readonly scopes: readonly ScopeInfo[];
      readonly values: Readonly<Record<ParamAddress, ParamValue>>;
      readonly likenesses: readonly LikenessSummary[];
      readonly cast: readonly CastMember[];
      /** "NDI® is a registered trademark of Vizrt NDI AB." and other notices the page must show. */
      readonly notices: readonly string[];
    }
  | {
      readonly type: 'params';
      /** `by`: "page", "osc 127.0.0.1:53000", "cue 1.5", "show". */
      readonly changes: readonly { readonly address: ParamAddress; readonly value: ParamValue; readonly by: string }[];
    }
  | {
      readonly type: 'status';
      readonly atMs: number;
      readonly lanes: readonly LaneStatus[];
      readonly processes: readonly ProcessStatus[];
      /** Absent: the show has none. */
      readonly multiviews?: readonly MultiviewStatus[];
    }
  | { readonly type: 'alarms'; readonly alarms: readonly AlarmMessage[] }
  | { readonly type: 'cast'; readonly likenesses: readonly LikenessSummary[]; readonly cast: readonly CastMember[] }
  | {
      readonly type: 'refused';
      readonly address: string;
      readonly code: string;
      readonly message: string;
      readonly advice: string;
    }
  | { readonly type: 'pong'; readonly sentAtMs: number }
  /** Once, after the hello: who this client is, what can be done and read besides the parameters, and who changed what last. */
  | {
      readonly type: 'controls';
      readonly you: { readonly clientId: string; readonly role: Role; readonly name: string };
      readonly actions: readonly ActionDescriptor[];
      readonly meters: readonly MeterDescriptor[];
      readonly meterValues: Readonly<Record<ParamAddress, ParamValue>>;
      /** By address, where anybody changed it since the server started. */
      readonly writers: Readonly<Record<ParamAddress, string>>;
    }
  /** Meters that read otherwise, at most ten times a second. */
  | { readonly type: 'meters'; readonly values: Readonly<Record<ParamAddress, ParamValue>> }
  /** After the hello and whenever one of them changed. */
  | { readonly type: 'show'; readonly book: ShowBook; readonly versions: readonly VersionInfo[] }
  /** When the list moves, and ten times a second while a fade runs. */
  | { readonly type: 'cues'; readonly state: CueState }
  | { readonly type: 'edit-state'; readonly state: EditState }
  | { readonly type: 'presence'; readonly clients: readonly ClientInfo[] }
  /** To a 'do' or 'edit' that carried a requestId. */
  | {
      readonly type: 'answer';
      readonly requestId: number;
      readonly ok: boolean;
      /** null where ok. */
      readonly refused: { readonly code: string; readonly message: string; readonly advice: string } | null;
    };

export type ClientMessage =
  | { readonly type: 'set'; readonly address: ParamAddress; readonly value: ParamValue }
  | { readonly type: 'reset'; readonly address: ParamAddress }
  | {
      readonly type: 'previews';
      /** Which pictures this client wants; an empty list stops them. */
      readonly want: readonly { readonly laneId: string; readonly which: 'input' | 'output' }[];
      readonly maxFps: number;
      readonly widthPx: number;
    }
  | { readonly type: 'meshes'; readonly laneIds: readonly string[] }
  /** The client has drawn this preview: the server keeps at most two of each kind on the way. */
  | {
      readonly type: 'drawn';
      readonly laneId: string;
      readonly which: 'input' | 'output';
      readonly frameNumber: number;
    }
  | { readonly type: 'assign'; readonly performerId: string; readonly likenessId: string | null }
  /** Does an action, with its argument where it takes one. Without a requestId only a refusal is answered. */
  | {
      readonly type: 'do';
      readonly address: ParamAddress;
      readonly value?: ParamValue;
      readonly requestId?: number;
    }
  | { readonly type: 'edit'; readonly edit: ShowEdit; readonly requestId?: number }
  /** Who sits here and which desk they look at, for the others to see. The connection itself: /ws?client=KEY&name=NAME. */
  | { readonly type: 'identify'; readonly name?: string; readonly place?: string }
  | { readonly type: 'ping'; readonly sentAtMs: number };
