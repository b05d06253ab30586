import { describe, expect, it } from 'vitest';
import { FaceTrack } from '../../server/frame/face-track.js';
import { actionOf, FallbackLadder, type FallbackSettings } from '../../server/pipeline/fallback.js';
import { SimulatedClock } from '../../server/time/clock.js';
import { fromMs } from '../../server/time/time.js';

const settings: FallbackSettings = {
  maxHoldUs: fromMs(2000),
  ladder: 'hold-conceal',
  unacquired: 'conceal',
  minConfidence01: 0.5,
  keyframeIntervalUs: fromMs(160),
};
/** Freshness of a keyframe with these settings: four intervals. */
const freshMs = 640;

function castFace(clock: SimulatedClock): FaceTrack {
  const face = new FaceTrack(2);
  face.active = true;
  face.recognition = 'cast';
  face.performerId = 'robin';
  face.presence01 = 1;
  face.confidence01 = 1;
  face.keyframeFrame = 1;
  face.keyframeAtUs = clock.nowUs();
  return face;
}
function start(): { clock: SimulatedClock; ladder: FallbackLadder; face: FaceTrack } {
  const clock = new SimulatedClock(1_000_000_000);
  return { clock, ladder: new FallbackLadder(6), face: castFace(clock) };
}

describe('the ladder of a recognised face', () => {
  it('is likeness while keyframes come, hold once they are stale, conceal after maxHoldMs, and likeness again with the next keyframe', () => {
    const { clock, ladder, face } = start();
    const steps: string[] = [];
    for (let ms = 0; ms <= 4000; ms += 40) {
      const step = ladder.decide(face, clock.nowUs(), settings, false);
      if (steps.at(-1)?.split(' ')[0] !== step) steps.push(`${step} ${ms}`);
      clock.advanceUs(40_000);
    }
    // The last sure frame is at 640 ms; 2000 ms of hold are counted from it.
    expect(steps).toEqual(['likeness 0', `hold ${freshMs + 40}`, `conceal ${freshMs + 2000 + 40}`]);
    face.keyframeAtUs = clock.nowUs();
    expect(ladder.decide(face, clock.nowUs(), settings, false)).toBe('likeness');
  });

  it.each([
    ['hold-conceal', 'conceal'],
    ['hold-plain', 'plain'],
  ] as const)('%s ends in %s, and never goes there before the hold is over', (ladderName, last) => {
    const { clock, ladder, face } = start();
    const own = { ...settings, ladder: ladderName };
    ladder.decide(face, clock.nowUs(), own, false);
    face.confidence01 = 0.1;
    clock.advanceUs(2_000_000);
    expect(ladder.decide(face, clock.nowUs(), own, false)).toBe('hold');
    clock.advanceUs(1);
    expect(ladder.decide(face, clock.nowUs(), own, false)).toBe(last);
  });

  it('conceal knows no hold', () => {
    const { clock, ladder, face } = start();
    const own = { ...settings, ladder: 'conceal' as const };
    expect(ladder.decide(face, clock.nowUs(), own, false)).toBe('likeness');
    face.presence01 = 0.2;
    expect(ladder.decide(face, clock.nowUs(), own, false)).toBe('conceal');
  });

  it.each([
    ['low flow confidence', (face: FaceTrack) => (face.confidence01 = 0.49)],
    ['a keyframe that saw no face', (face: FaceTrack) => (face.presence01 = 0.49)],
  ])('%s alone is enough to hold', (_name, harm) => {
    const { clock, ladder, face } = start();
    ladder.decide(face, clock.nowUs(), settings, false);
    harm(face);
    expect(ladder.decide(face, clock.nowUs(), settings, false)).toBe('hold');
  });

  it('a new track in the slot has nothing to hold: it is concealed, never shown by what the last one was', () => {
    const { clock, ladder, face } = start();
    ladder.decide(face, clock.nowUs(), settings, false);
    ladder.reset(face.faceId);
    face.confidence01 = 0;
    expect(ladder.decide(face, clock.nowUs(), settings, false)).toBe('conceal');
  });

  it('a keyframe stays fresh for at least 400 ms, however short the interval', () => {
    const { clock, ladder, face } = start();
    const own = { ...settings, keyframeIntervalUs: fromMs(20) };
    clock.advanceUs(400_000);
    expect(ladder.decide(face, clock.nowUs(), own, false)).toBe('likeness');
    clock.advanceUs(1);
    expect(ladder.decide(face, clock.nowUs(), own, false)).toBe('hold');
  });
});

describe('a face that nobody has recognised', () => {
  it.each([
    ['unknown', true, 'unacquired'],
    ['unknown', false, 'idle'],
    ['stranger', true, 'idle'],
    ['stranger', false, 'idle'],
  ] as const)('%s, a cast performer missing: %s → %s', (recognition, castWaiting, step) => {
    const { clock, ladder, face } = start();
    face.recognition = recognition;
    expect(ladder.decide(face, clock.nowUs(), settings, castWaiting)).toBe(step);
  });

  it('a cast face without a keyframe yet is unacquired too', () => {
    const { clock, ladder, face } = start();
    face.keyframeFrame = -1;
    expect(ladder.decide(face, clock.nowUs(), settings, false)).toBe('unacquired');
  });
});

describe('what is drawn', () => {
  it('is never the performer for likeness or hold: what cannot be drawn is concealed', () => {
    for (const step of ['likeness', 'hold'] as const) {
      expect(actionOf(step, 'conceal', true)).toBe('likeness');
      expect(actionOf(step, 'plain', false)).toBe('conceal');
    }
    expect(actionOf('conceal', 'plain', true)).toBe('conceal');
  });
  it('is plain for an unacquired face only where the operator chose it', () => {
    expect((['conceal', 'plain'] as const).map((choice) => actionOf('unacquired', choice, true))).toEqual([
      'conceal',
      'none',
    ]);
  });
});
