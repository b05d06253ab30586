import { FaceTrack, isConfirmed } from '../../frame/face-track.js';
import type { DetectedBox } from '../../frame/detected-box.js';
import { cosine, identityMatch } from '../../frame/identity.js';
import type { InstantUs } from '../../time/time.js';
import { type CastPerformer, faceSlots, type KeyframeWish } from './contract.js';
import { guessLandmarks } from './first-guess.js';
import { IdentityLock } from './identity-lock.js';
import { Phantoms } from './phantoms.js';
import { PoseChange } from './pose-change.js';
import { astray, outside, overlap, share01 } from './places.js';
import { soonestFrames } from './soonest.js';
import { WallRegions } from './wall-regions.js';

export interface TrackSettings {
  readonly intervalFrames: number;
  readonly minConfidence01: number;
  /** How many times longer a face that flow is sure of may wait, under load. */
  readonly calmStretch: number;
}

/** Confidence of lids or lips below which an expression is changing too fast for flow alone. */
const restlessRim01 = 0.45;
/** A lost face of which less than this is in the picture has left it. */
const leastShareLost01 = 0.75;
/** Detections that see nobody where a covered performer was, after which the place is no more than a guess. */
const detectionsToHold = 20;
/** Flow that is less sure than this is no longer on the face: where the performer is, is not known. */
const leastFollowed01 = 0.4;
/** Pictures in which a new face is asked about every time: its first landmarks come from a crop that was guessed, and how it moves is not known. */
const newFrames = 3;
/** A crop that is as much like the last one shows the same face, in other light: under a flash flow is sure of nothing. */
const leastAlike01 = 0.8;
/** Looks in a row without a face after which a detection was a mistake. */
const looksToPhantom = 2;
/** Looks at a bound or a strange face again after this many keyframes. */
const identityEveryKeyframes = 4;
/** From this much of a face in sight its embedding counts against it. */
const wholeVisible01 = 0.8;
/** A face of which less than this is in the picture is looked at without its counting, but for one look in so many. */
const leastShareLooked01 = 0.9;
const partialLooksPerLook = 4;
/** Detections in a row that see nobody where a track is, before it may end. */
const emptyDetectionsToEnd = 3;

/** Owns the face slots of a lane. */
export class TrackStage {
  readonly faces: readonly FaceTrack[] = Array.from({ length: faceSlots }, (_, i) => new FaceTrack(i));
  readonly trackNumbers = new Int32Array(faceSlots);
  readonly counters = { started: 0, ended: 0, tooMany: 0 };
  readonly #lock = new IdentityLock();
  readonly #empty = new Int32Array(faceSlots);
  readonly #keyframes = new Int32Array(faceSlots);
  /** Looks in a row at which the mesh model saw no face. */
  readonly #looks = new Int32Array(faceSlots);
  readonly #poses = new PoseChange(faceSlots);
  readonly #wishes: KeyframeWish[] = [];
  readonly #phantoms = new Phantoms();
  readonly walls = new WallRegions();
  /** Of the cast, as it was when strangers were last asked who they are. */
  readonly #identities: Float32Array[] = [];
  #widthPx = 0;
  #heightPx = 0;
  cast: readonly CastPerformer[] = [];

  constructor(
    /** 468 × (x, y, z) of the canonical face: where landmarks are guessed until the first keyframe. */
    private readonly canonical: Float32Array,
  ) {}

  activeCount(): number {
    let n = 0;
    for (const face of this.faces) if (face.active) n++;
    return n;
  }
  /** Every cast performer is on screen, recognised, and the newest keyframe saw a face there. */
  allAcquired(): boolean {
    for (const { performerId } of this.cast) {
      if (!this.faces.some((face) => holds(face, performerId))) return false;
    }
    return true;
  }

  /** A face is followed of which nobody knows yet whose it is. */
  someoneUnknown(): boolean {
    return this.faces.some((face) => face.active && face.recognition === 'unknown');
  }
  /** Every cast performer is on screen, or is held in a place that somebody stands before. */
  allPlaced(): boolean {
    for (const { performerId } of this.cast) {
      if (!this.faces.some((face) => holds(face, performerId) || this.#isPlaced(face, performerId))) return false;
    }
    return true;
  }
  /** In sight and about to be confirmed; or somebody stands before the performer, and not for so long that the place means nothing any more. */
  #isPlaced(face: FaceTrack, performerId: string): boolean {
    const own = face.active && face.performerId === performerId;
    if (!own) return false;
    if (face.maskPtr !== 0) return this.#empty[face.faceId] < detectionsToHold;
    return face.presence01 >= 0.5 && (face.confidence01 >= leastFollowed01 || face.alike01 >= leastAlike01);
  }

  end(face: FaceTrack): void {
    if (!face.active) return;
    face.reset();
    this.#lock.forget(face);
    this.#keyframes[face.faceId] = 0;
    this.#empty[face.faceId] = 0;
    this.#looks[face.faceId] = 0;
    this.trackNumbers[face.faceId]++;
    this.counters.ended++;
  }
  endAll(): void {
    this.#phantoms.forget();
    for (const face of this.faces) this.end(face);
  }

  /** Detections in picture pixels. Calls `start` for each face that has no track yet. */
  detected(found: readonly DetectedBox[], widthPx: number, heightPx: number, start: (face: FaceTrack) => void): void {
    for (const face of this.faces) {
      if (!face.active) continue;
      const seen = found.some((d) => overlap(face, d.box) > 0.2);
      this.#empty[face.faceId] = seen ? 0 : this.#empty[face.faceId] + 1;
      if (outside(face, widthPx, heightPx) || (isLost(face) && share01(face, widthPx, heightPx) < leastShareLost01))
        this.end(face);
      else if (this.#isNobody(face)) {
        if (this.#looks[face.faceId] >= looksToPhantom) this.#phantoms.add(face.box);
        this.end(face);
      }
    }
    this.#phantoms.age();
    this.walls.size(widthPx, heightPx);
    this.#widthPx = widthPx;
    this.#heightPx = heightPx;
    for (const d of found) {
      const owner = this.faces.find((face) => face.active && overlap(face, d.box) > 0.2);
      if (owner && (owner.presence01 >= 0.5 || (!astray(owner, d.box) && !this.#hasSlipped(owner)))) continue;
      // Covered: whoever is found beside it may be who covers it. The covered one keeps its place until somebody is recognised.
      const covered = owner !== undefined && owner.maskPtr !== 0;
      // Lost, and the face is beside where the track believes it: the detector knows better. It must be recognised anew.
      if (owner && !covered) this.end(owner);
      if (!owner && (this.#phantoms.has(d.box) || this.walls.shows(d.box))) continue;
      const free = this.faces.find((face) => !face.active);
      if (!free) {
        this.counters.tooMany++;
        continue;
      }
      free.reset();
      free.active = true;
      guessLandmarks(this.canonical, free, d);
      this.counters.started++;
      start(free);
    }
  }

  /** A face is where the track is, nothing stands before it, and yet the mesh model does not see one in its crop: turned or sized wrongly. */
  #hasSlipped(face: FaceTrack): boolean {
    return face.maskPtr === 0 && this.#looks[face.faceId] >= looksToPhantom;
  }

  /** The detector has taken it back, or the mesh model never saw a face there. */
  #isNobody(face: FaceTrack): boolean {
    if (face.recognition === 'cast' || face.presence01 >= 0.5) return false;
    return this.#empty[face.faceId] >= emptyDetectionsToEnd || this.#looks[face.faceId] >= looksToPhantom;
  }

  /** True where detections in a row have found nobody at this face. */
  unseen(face: FaceTrack): boolean {
    return this.#empty[face.faceId] >= emptyDetectionsToEnd;
  }

  /** The embedding is the face's own performer's, at the accepting threshold. */
  proves(face: FaceTrack, identity: Float32Array): boolean {
    const own = this.cast.find(({ performerId }) => performerId === face.performerId);
    return own !== undefined && cosine(identity, own.identity) >= identityMatch.acquireAt;
  }

  /** A keyframe's verdict on a face. */
  judged(
    face: FaceTrack,
    presence01: number,
    identity: Float32Array | null,
    frameNumber: number,
    nowUs: InstantUs,
  ): void {
    face.presence01 = presence01;
    this.#looks[face.faceId] = presence01 >= 0.5 ? 0 : this.#looks[face.faceId] + 1;
    if (presence01 >= 0.5) {
      face.keyframeFrame = Math.max(face.keyframeFrame, frameNumber);
      face.lostSinceUs = null;
      this.#keyframes[face.faceId]++;
    } else if (face.lostSinceUs === null) {
      face.lostSinceUs = nowUs;
    }
    // What can be seen of a half-hidden face may say who it is; it cannot say who it is not.
    const doubtful = face.recognition === 'cast' && face.maskPtr !== 0 && face.visible01 < wholeVisible01;
    if (
      identity &&
      presence01 >= 0.5 &&
      (!doubtful || this.proves(face, identity)) &&
      !this.#isHalfIn(face, identity)
    ) {
      const taken = new Set<string>();
      // A track that has lost its face (a hand took it along) must not keep the performer from being found again.
      for (const other of this.faces)
        if (other.performerId !== null && holds(other, other.performerId)) taken.add(other.performerId);
      this.#lock.judge(face, identity, this.cast, taken, !isConfirmed(face), !this.allAcquired());
      for (const other of this.faces) {
        if (other !== face && other.active && face.performerId !== null && other.performerId === face.performerId)
          this.end(other);
      }
      // A doubtful look confirms nothing: the next keyframe is asked again.
      if (face.recognition !== 'cast' || face.identity01 >= identityMatch.confirmAt) face.identityFrame = frameNumber;
    }
  }

  /** Half a face at the picture's edge looks like a stranger's: who comes in is not one after the looks of a few pictures. Every fourth counts. */
  #isHalfIn(face: FaceTrack, identity: Float32Array): boolean {
    if (face.recognition !== 'unknown' || this.#keyframes[face.faceId] % partialLooksPerLook === 0) return false;
    if (this.#widthPx === 0 || share01(face, this.#widthPx, this.#heightPx) >= leastShareLooked01) return false;
    return !this.cast.some(({ identity: own }) => cosine(identity, own) >= identityMatch.acquireAt);
  }

  /** Which faces want a keyframe from this picture. The list is reused. */
  wishes(frameNumber: number, settings: TrackSettings): readonly KeyframeWish[] {
    this.#wishes.length = 0;
    if (this.#castHasChanged()) {
      this.#forgetWhoLeft();
      this.#askStrangersAgain();
    }
    for (const face of this.faces) {
      if (!face.active) continue;
      const age = frameNumber - face.askedFrame;
      const unsettled = !isConfirmed(face) || face.keyframeFrame < 0 || face.presence01 < 0.5;
      const unsure = face.rimConfidence01 < restlessRim01 || face.confidence01 < settings.minConfidence01;
      const turned = this.#poses.has(face);
      const restless = unsure || turned;
      // Under load only faces that flow is sure of wait longer: the others would be dragged along with whatever passes.
      const calm = !unsettled && !restless && face.maskPtr === 0;
      const interval = settings.intervalFrames * (calm ? settings.calmStretch : 1);
      // Nobody's face yet: the newest picture waits at inference in place of the one before, so asking for each costs no more answers.
      const unseen =
        face.keyframeFrame < 0 || face.recognition === 'unknown' || frameNumber - face.startedFrame <= newFrames;
      const due = face.askedFrame < 0 || age >= (unseen ? 1 : soonestFrames(interval, unsettled, restless, turned));
      // Strangers are followed, so that they stay strangers; a slow look is enough.
      if (!due || (face.recognition === 'stranger' && age < settings.intervalFrames * 3)) continue;
      const wantIdentity =
        face.recognition === 'unknown' ||
        !isConfirmed(face) ||
        // Answers are refused, or see nobody: only who it is can tell a changed face from one that stands before it.
        face.presence01 < 0.5 ||
        this.#keyframes[face.faceId] % identityEveryKeyframes === 0;
      this.#poses.asked(face);
      this.#wishes.push({ face, wantIdentity });
    }
    return this.#wishes;
  }

  /** Somebody came, went, or was enrolled anew. */
  #castHasChanged(): boolean {
    const known = this.#identities;
    let changed = known.length !== this.cast.length;
    known.length = this.cast.length;
    for (let i = 0; i < known.length; i++) {
      const { identity } = this.cast[i]!;
      changed ||= known[i] !== identity;
      known[i] = identity;
    }
    return changed;
  }

  /** Who is in the cast no more is anybody, until looked at again. */
  #forgetWhoLeft(): void {
    for (const face of this.faces) {
      if (!face.active || face.performerId === null) continue;
      if (this.cast.some(({ performerId }) => performerId === face.performerId)) continue;
      this.#lock.forget(face);
      face.recognition = 'unknown';
      face.performerId = null;
      face.askedFrame = -1;
    }
  }

  /** Whoever was nobody to the old cast may be the new performer: asked at once, not at a stranger's slow pace. */
  #askStrangersAgain(): void {
    for (const face of this.faces) {
      if (!face.active || face.recognition !== 'stranger') continue;
      this.#lock.forget(face);
      face.recognition = 'unknown';
      face.askedFrame = -1;
    }
  }
}

const holds = (face: FaceTrack, performerId: string): boolean =>
  face.active && face.performerId === performerId && face.presence01 >= 0.5 && isConfirmed(face);

/** Nobody sees it, or what is known of it is covered. */
const isLost = (face: FaceTrack): boolean => face.presence01 < 0.5 || face.visible01 < 0.45;
