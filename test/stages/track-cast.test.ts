import { describe, expect, it } from 'vitest';
import type { FaceTrack } from '../../server/frame/face-track.js';
import { FallbackLadder, type FallbackSettings } from '../../server/pipeline/fallback.js';
import type { CastPerformer } from '../../server/stages/track/contract.js';
import { TrackStage } from '../../server/stages/track/stage.js';
import { durationUs, type InstantUs } from '../../server/time/time.js';

const now = 1_000_000 as InstantUs;
const settings = { intervalFrames: 6, minConfidence01: 0.3, calmStretch: 1 };
/** Two people who are nothing like each other. */
const identityOf = (axis: number): Float32Array => Float32Array.from({ length: 1024 }, (_, i) => (i === axis ? 1 : 0));
const robin: CastPerformer = { performerId: 'robin', identity: identityOf(0) };
const kim: CastPerformer = { performerId: 'kim', identity: identityOf(1) };

/** A stage with one face, recognised as robin. */
function withRobin(cast: CastPerformer[]): { track: TrackStage; face: FaceTrack } {
  const track = new TrackStage(new Float32Array(478 * 3).map((_, i) => Math.sin(i)));
  track.cast = cast;
  const keyPoints = [120, 130, 180, 130, 150, 160, 150, 180, 105, 140, 195, 140];
  track.detected([{ box: [100, 100, 200, 220], keyPoints, score01: 1 }], 640, 360, () => {});
  const [face] = track.faces as [FaceTrack];
  track.wishes(1, settings);
  track.judged(face, 1, robin.identity, 1, now);
  return { track, face };
}

describe('a performer who is taken out of the cast', () => {
  it('is nobody from the next picture on, asked at once who it is, and concealed while somebody else is missing', () => {
    const cast = [robin, kim];
    const { track, face } = withRobin(cast);
    expect([face.performerId, face.recognition]).toEqual(['robin', 'cast']);
    face.askedFrame = 1;
    track.wishes(2, settings);
    expect(face.performerId).toBe('robin');
    cast.splice(0, 1);
    const wishes = track.wishes(3, settings).map(({ face: asked, wantIdentity }) => [asked.faceId, wantIdentity]);
    expect([face.performerId, face.recognition]).toEqual([null, 'unknown']);
    expect(wishes).toEqual([[face.faceId, true]]);
    const ladder = new FallbackLadder(track.faces.length);
    const rules: FallbackSettings = {
      maxHoldUs: durationUs(1e6),
      ladder: 'hold-conceal',
      unacquired: 'conceal',
      minConfidence01: 0.3,
      keyframeIntervalUs: durationUs(240_000),
    };
    expect(ladder.decide(face, now, rules, !track.allAcquired())).toBe('unacquired');
    // Looked at and known to be nobody of the cast: untouched.
    for (let n = 4; n < 12; n++) track.judged(face, 1, robin.identity, n, now);
    expect(face.recognition).toBe('stranger');
    expect(ladder.decide(face, now, rules, !track.allAcquired())).toBe('idle');
  });

  it('comes back as soon as the list has that face again', () => {
    const cast = [robin];
    const { track, face } = withRobin(cast);
    cast.length = 0;
    track.wishes(2, settings);
    for (let n = 3; n < 12; n++) track.judged(face, 1, robin.identity, n, now);
    cast.push({ ...robin, performerId: 'newcomer' });
    expect(track.wishes(13, settings)).toHaveLength(1);
    track.judged(face, 1, robin.identity, 13, now);
    expect([face.performerId, face.recognition]).toEqual(['newcomer', 'cast']);
  });
});
