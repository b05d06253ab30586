import { expressionUnitNames, type ExpressionUnit } from '../cast/recipes.js';
import { hash01, smoothNoise1 } from '../noise.js';

/** How much of each kind of life a scene gives its people, 0…1. */
export interface Liveliness {
  readonly talk01: number;
  readonly smile01: number;
  readonly idle01: number;
}

const indexOf = Object.fromEntries(expressionUnitNames.map((name, index) => [name, index])) as Record<
  ExpressionUnit,
  number
>;
const clamp01 = (value: number): number => Math.min(1, Math.max(0, value));
export const smoothStep = (from: number, to: number, value: number): number => {
  const t = clamp01((value - from) / (to - from));
  return t * t * (3 - 2 * t);
};

/** 0…1: closed eyes. A blink about every three seconds, 0.24 s long, sometimes two. */
function blinkAt(timeS: number, seed: number): number {
  const slotS = 2.9,
    slot = Math.floor(timeS / slotS);
  let most = 0;
  for (const s of [slot - 1, slot]) {
    const startS = s * slotS + 0.4 + 2 * hash01(s, seed, 101);
    for (const delayS of hash01(s, seed, 102) > 0.8 ? [0, 0.36] : [0]) {
      const at = timeS - startS - delayS;
      most = Math.max(most, smoothStep(0, 0.08, at) * (1 - smoothStep(0.12, 0.26, at)));
    }
  }
  return most;
}

/** Eyes rest on one point for about a second and jump to the next in 40 ms. Radians. */
export function gazeAt(timeS: number, seed: number): { yawRad: number; pitchRad: number } {
  const slotS = 1.15,
    slot = Math.floor(timeS / slotS),
    jump = smoothStep(0, 0.04, timeS - slot * slotS);
  const point = (s: number, axis: number): number =>
    (hash01(s, seed, 110 + axis) - 0.5) * (hash01(s, seed, 113) > 0.6 ? 1 : 0.25);
  const mix = (axis: number): number => point(slot - 1, axis) + (point(slot, axis) - point(slot - 1, axis)) * jump;
  return { yawRad: 0.3 * mix(0), pitchRad: 0.14 * mix(1) };
}

/** Speech as mouth shapes: syllables about four a second inside phrases, each with its own vowel. */
function speak(out: Float32Array, timeS: number, seed: number, amount01: number): void {
  const phrase = smoothStep(-0.35, 0.1, smoothNoise1(timeS * 0.55, seed + 1));
  const syllable = smoothNoise1(timeS * 7.5, seed + 2) * 0.5 + 0.5,
    stress = 0.65 + 0.35 * smoothNoise1(timeS * 1.7, seed + 3);
  const vowel = smoothNoise1(timeS * 4.1, seed + 4),
    closed = smoothStep(0.45, 0.75, smoothNoise1(timeS * 5.3, seed + 5));
  const open = amount01 * phrase * stress * smoothStep(0.2, 1, syllable) * (1 - 0.85 * closed);
  out[indexOf.jawOpen]! += 0.62 * open;
  out[indexOf.pucker]! += 0.55 * amount01 * phrase * Math.max(0, vowel) * (0.4 + 0.6 * syllable);
  out[indexOf.stretch]! += 0.4 * amount01 * phrase * Math.max(0, -vowel) * (0.3 + 0.7 * syllable);
  out[indexOf.press]! += 0.5 * amount01 * phrase * closed;
  out[indexOf.partLips]! += 0.25 * open;
}

/** Fills `out` (one weight per expression unit) for a person at a time. Deterministic. */
export function expressionAt(timeS: number, seed: number, life: Liveliness, out: Float32Array): void {
  out.fill(0);
  speak(out, timeS, seed, life.talk01);
  const smile = life.smile01 * smoothStep(-0.15, 0.55, smoothNoise1(timeS * 0.32, seed + 6));
  // Nobody's face at rest is MakeHuman's: a trace of a smile takes the sternness away.
  out[indexOf.smile]! += 0.85 * smile + 0.14 * (1 - smile);
  const squint = 0.3 * smile;
  out[indexOf.squintLeft]! += squint;
  out[indexOf.squintRight]! += squint;
  const lively = Math.max(life.talk01, life.idle01 * 0.4);
  out[indexOf.browUp]! += 0.55 * lively * smoothStep(0.25, 0.8, smoothNoise1(timeS * 0.8, seed + 7));
  out[indexOf.browInnerUp]! += 0.22 * lively * smoothStep(0.3, 0.9, smoothNoise1(timeS * 0.6, seed + 8));
  out[indexOf.browDown]! += 0.18 * lively * smoothStep(0.35, 0.9, smoothNoise1(timeS * 0.5, seed + 9));
  const blink = blinkAt(timeS, seed);
  out[indexOf.blinkLeft] = Math.max(blink, 0);
  out[indexOf.blinkRight] = Math.max(blink, 0);
  // A closing lid leaves nothing to squint.
  out[indexOf.squintLeft]! *= 1 - blink;
  out[indexOf.squintRight]! *= 1 - blink;
}

/** The small movements of someone who stands and listens: angles in radians, places in dm. */
export function idleAt(
  timeS: number,
  seed: number,
): { yaw: number; pitch: number; roll: number; x: number; y: number; z: number } {
  const drift = (rate: number, k: number): number =>
    smoothNoise1(timeS * rate, seed + 20 + k) + 0.35 * smoothNoise1(timeS * rate * 2.7, seed + 30 + k);
  return {
    yaw: 0.075 * drift(0.45, 0),
    pitch: 0.045 * drift(0.5, 1),
    roll: 0.035 * drift(0.35, 2),
    x: 0.16 * drift(0.25, 3),
    y: 0.03 * drift(0.4, 4),
    z: 0.14 * drift(0.22, 5),
  };
}
