import type { ParamAddress, ParamValue, ScopeId } from './descriptors.js';
import type { Role } from './messages.js';

/**
 * The part of a show that an operator writes while it runs: looks, cues, the stage. Shared by page and server; checked by
 * server/show/book-schema.ts.
 */

/** Likeness by performer; null takes the performer's likeness away. */
export type CastChoice = Readonly<Record<string, string | null>>;

/** Values to go back to. A snapshot is a look that holds everything. */
export interface Look {
  /** Lower-case letters, digits, hyphens; at most 32. */
  readonly id: string;
  readonly name: string;
  /** By address. A star in place of the camera's id stands for every camera; an exact address beats it. */
  readonly values: Readonly<Record<ParamAddress, ParamValue>>;
  readonly cast: CastChoice;
}

export type FadeCurve = 'linear' | 'smooth';
/** The next cue of the list runs by itself: `waitMs` after this one started, or after its fade ended. */
export interface FollowOn {
  readonly after: 'start' | 'end';
  readonly waitMs: number;
}
export interface Cue {
  /** "1", "1.5", "12.125": the order of the list. No leading or trailing zeros. */
  readonly number: string;
  readonly name: string;
  /** null: only what the cue holds itself. */
  readonly lookId: string | null;
  /** Of the cue itself, on top of its look. */
  readonly values: Readonly<Record<ParamAddress, ParamValue>>;
  readonly cast: CastChoice;
  /** Before anything changes. */
  readonly delayMs: number;
  /** Of every number; 0 is a cut. */
  readonly fadeMs: number;
  readonly curve: FadeCurve;
  /** When what cannot fade (choices, switches, texts, likenesses) changes. */
  readonly snap: 'start' | 'end';
  readonly follow: FollowOn | null;
  /** "HH:MM:SS:FF": runs as the show's timecode passes it. */
  readonly timecode: string | null;
  readonly note: string;
}

/** Metres, y up, right-handed, the stage's own origin; angles in degrees. */
export type PointM = readonly [number, number, number];
/** Fractions of the picture from its left top corner: x, y. */
export type Point01 = readonly [number, number];
export interface StageWall {
  readonly id: string;
  readonly name: string;
  readonly shape: 'flat' | 'curved';
  /** Middle of the lower edge. */
  readonly positionM: PointM;
  /** Where its front looks: 0 along +z, turned about y. */
  readonly yawDeg: number;
  /** Along the surface. */
  readonly widthM: number;
  readonly heightM: number;
  /** Of the arc, which opens to the front; null where flat. */
  readonly radiusM: number | null;
  /** By camera: where the wall is in its picture, as polygons. Faces inside are pictures on the wall and stay untouched. */
  readonly pictureRegions: Readonly<Record<string, readonly (readonly Point01[])[]>>;
}
export interface StageCamera {
  readonly laneId: string;
  readonly positionM: PointM;
  /** Pan (about y), tilt (up is positive), roll. Pan 0 looks along -z. */
  readonly rotationDeg: PointM;
  readonly focalLengthMm: number;
  readonly sensorWidthMm: number;
}
/** A place to look at the stage from, on the page; the show does not use it. */
export interface StageViewpoint {
  readonly name: string;
  readonly eyeM: PointM;
  readonly targetM: PointM;
}
export interface StageDescription {
  readonly walls: readonly StageWall[];
  readonly cameras: readonly StageCamera[];
  readonly views?: readonly StageViewpoint[];
}

/** Somebody who may get a likeness, as the cast list calls them. Enrolment and likeness are kept elsewhere, under this id. */
export interface Performer {
  readonly performerId: string;
  readonly name: string;
}

export interface ShowBook {
  readonly performers: readonly Performer[];
  readonly looks: readonly Look[];
  /** In the order of their numbers. */
  readonly cues: readonly Cue[];
  readonly stage: StageDescription;
}

/** What an operator may do to the book. Each is one step of undo; none but a performer's removal changes an output. */
export type ShowEdit =
  /** Saves what stands on air. `everyCamera`: of one camera's values, for all cameras. An id that is there is written anew. */
  | {
      readonly kind: 'look-record';
      readonly id?: string;
      readonly name: string;
      readonly scopes: readonly ScopeId[] | 'all';
      readonly groups: readonly string[] | 'all';
      readonly cast: boolean;
      readonly everyCamera?: boolean;
    }
  /** Blind: what a look will do when it is used next. Absent fields stay, or take their defaults in a new one. */
  | { readonly kind: 'look-set'; readonly look: Partial<Look> & { readonly id: string } }
  | { readonly kind: 'look-remove'; readonly id: string }
  | { readonly kind: 'cue-set'; readonly cue: Partial<Cue> & { readonly number: string } }
  | { readonly kind: 'cue-remove'; readonly number: string }
  | { readonly kind: 'cue-renumber'; readonly number: string; readonly to: string }
  | { readonly kind: 'stage-set'; readonly stage: StageDescription }
  /** Adds to the cast list, or changes a name. Whoever is new gets no likeness and is nobody to the cameras until enrolled. */
  | { readonly kind: 'performer-set'; readonly performer: { readonly performerId: string; readonly name?: string } }
  /** The face is nobody's from then on: it is concealed until it was looked at anew, then untouched. */
  | { readonly kind: 'performer-remove'; readonly id: string };

export interface CueState {
  readonly current: string | null;
  readonly next: string | null;
  /** Cue whose delay or fade runs. */
  readonly running: { readonly number: string; readonly progress01: number; readonly remainingMs: number } | null;
  readonly followInMs: number | null;
  /** Addresses that a fade is moving right now. */
  readonly fading: readonly ParamAddress[];
  readonly timecode: string | null;
}
export interface VersionInfo {
  readonly number: number;
  readonly name: string;
  readonly automatic: boolean;
  readonly atIso: string;
  readonly by: string;
}
export interface LockState {
  readonly holder: string;
  readonly what: 'edits' | 'all';
  readonly sinceIso: string;
}
export interface EditState {
  /** "output.mirror of Camera A (page 3)", or null where there is nothing to take back. */
  readonly undo: string | null;
  readonly redo: string | null;
  readonly lock: LockState | null;
}
export interface ClientInfo {
  readonly clientId: string;
  readonly name: string;
  readonly role: Role;
  readonly address: string;
  readonly sinceIso: string;
  /** The address it changed last, and when; null before. */
  readonly lastChange: { readonly address: string; readonly atIso: string } | null;
  /** Which desk of the page it looks at, as it says itself. */
  readonly place: string;
}
