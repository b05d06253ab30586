import type { FaceTrack } from '../../frame/face-track.js';
import { cosine, identityMatch } from '../../frame/identity.js';
import type { CastPerformer } from './contract.js';

/**
 * Binds faces to performers with hysteresis: a face is bound to the nearest performer at `acquireAt`, and let go only when it
 * stays under `releaseBelow` for several keyframes in a row. Between keyframes motion continuity (the flow track) is the proof.
 */
export class IdentityLock {
  readonly #misses = new Map<number, number>();
  /** Keyframes in a row below reject before a bound face is let go. */
  static readonly missesToRelease = 3;
  /** Further looks before a face that was a performer's, and was then covered, counts as a stranger. */
  static readonly looksAtCovered = 20;
  /** Looks before an unrecognised face counts as a stranger, and while a performer is missing: half a face looks strange. */
  static readonly looksToStranger = 2;
  static readonly looksToStrangerWhileMissing = 6;

  forget(face: FaceTrack): void {
    this.#misses.delete(face.faceId);
  }

  /** `missing`: a cast performer is in nobody's hands just now. `shaken`: flow was unsure of the face since it was last confirmed; one look below reject then takes the likeness off. */
  judge(
    face: FaceTrack,
    identity: Float32Array,
    cast: readonly CastPerformer[],
    taken: ReadonlySet<string>,
    shaken = false,
    missing = false,
  ): void {
    let best: CastPerformer | null = null;
    let score = -1;
    for (const performer of cast) {
      if (taken.has(performer.performerId) && performer.performerId !== face.performerId) continue;
      const s = cosine(identity, performer.identity);
      if (s > score) {
        score = s;
        best = performer;
      }
    }
    face.identity01 = Math.max(0, score);
    if (best && score >= identityMatch.acquireAt) {
      face.recognition = 'cast';
      face.performerId = best.performerId;
      this.#misses.set(face.faceId, 0);
      return;
    }
    if (face.recognition === 'cast' && score >= identityMatch.releaseBelow) return;
    if (face.recognition === 'cast' && shaken) {
      // Covered, or somebody else by now: no likeness, but no stranger either until many looks have said so. Meanwhile the
      // ladder conceals it, unless the performer is found elsewhere.
      face.recognition = 'unknown';
      face.performerId = null;
      this.#misses.set(face.faceId, -IdentityLock.looksAtCovered);
      return;
    }
    const misses = (this.#misses.get(face.faceId) ?? 0) + 1;
    this.#misses.set(face.faceId, misses);
    const looks = missing ? IdentityLock.looksToStrangerWhileMissing : IdentityLock.looksToStranger;
    if (misses >= (face.recognition === 'cast' ? IdentityLock.missesToRelease : looks)) {
      face.recognition = 'stranger';
      face.performerId = null;
    }
  }
}
