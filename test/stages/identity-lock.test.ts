import { beforeEach, describe, expect, it } from 'vitest';
import { FaceTrack } from '../../server/frame/face-track.js';
import { cosine, identityMatch } from '../../server/frame/identity.js';
import { IdentityLock } from '../../server/stages/track/identity-lock.js';

const axis = (index: number): Float32Array => Float32Array.from({ length: 8 }, (_, i) => (i === index ? 1 : 0));
const robin = { performerId: 'robin', identity: axis(0) };
const kim = { performerId: 'kim', identity: axis(1) };
/** An embedding with the given cosine to Robin, and none to Kim. */
const looksLike = (similarity: number): Float32Array =>
  Float32Array.from({ length: 8 }, (_, i) =>
    i === 0 ? similarity : i === 7 ? Math.sqrt(1 - similarity * similarity) : 0,
  );
const { acquireAt: accept, releaseBelow: reject } = identityMatch;
const between = (accept + reject) / 2;

let lock: IdentityLock;
let face: FaceTrack;
beforeEach(() => {
  lock = new IdentityLock();
  face = new FaceTrack(0);
});
const judge = (cosine: number, taken: readonly string[] = []): string => {
  lock.judge(face, looksLike(cosine), [robin, kim], new Set(taken));
  return `${face.recognition} ${face.performerId ?? '-'}`;
};

describe('the identity lock', () => {
  it('binds a face at the accepting threshold and not just under it', () => {
    expect(judge(accept - 0.01)).toBe('unknown -');
    expect(judge(accept + 0.01)).toBe('cast robin');
    expect(face.identity01).toBeCloseTo(accept + 0.01, 5);
  });

  it('keeps a bound face between the thresholds, however often it is looked at', () => {
    judge(0.9);
    for (let n = 0; n < 50; n++) expect(judge(between)).toBe('cast robin');
  });

  it('lets a bound face go only after several looks in a row below the rejecting threshold', () => {
    judge(0.9);
    for (let n = 1; n < IdentityLock.missesToRelease; n++) expect(judge(reject - 0.05)).toBe('cast robin');
    expect(judge(accept + 0.01)).toBe('cast robin');
    for (let n = 1; n < IdentityLock.missesToRelease; n++) expect(judge(reject - 0.05)).toBe('cast robin');
    expect(judge(reject - 0.05)).toBe('stranger -');
  });

  it('calls an unknown face a stranger only after a second look, and forgets that with the track', () => {
    expect(judge(0)).toBe('unknown -');
    lock.forget(face);
    expect(judge(0)).toBe('unknown -');
    expect(judge(0)).toBe('stranger -');
  });

  it('gives a performer to one face only: a double on the LED wall stays a stranger', () => {
    expect(judge(0.95, ['robin'])).toBe('unknown -');
    expect(judge(0.95, ['robin'])).toBe('stranger -');
  });

  it('does not take its own performer for taken', () => {
    judge(0.9);
    expect(judge(0.9, ['robin'])).toBe('cast robin');
  });

  it('chooses the nearest of the cast', () => {
    const mixed = Float32Array.from([0.6, 0.7, 0, 0, 0, 0, 0, 0.39]);
    lock.judge(face, mixed, [robin, kim], new Set());
    expect(face.performerId).toBe('kim');
  });
});

it('cosine is a cosine, and 0 where there is nothing to compare', () => {
  expect(cosine(looksLike(0.37), robin.identity)).toBeCloseTo(0.37, 6);
  expect(
    cosine(
      axis(0),
      Float32Array.from(axis(0), (v) => -3 * v),
    ),
  ).toBe(-1);
  expect(cosine(new Float32Array(8), axis(0))).toBe(0);
});
