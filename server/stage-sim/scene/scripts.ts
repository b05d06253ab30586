import { expressionUnitNames, type PersonId } from '../cast/recipes.js';
import { hash01, smoothNoise1 } from '../noise.js';
import { expressionAt, gazeAt, idleAt, smoothStep, type Liveliness } from './performance.js';
import type { LightRig, PersonState, View } from './view.js';

export const sceneNames = [
  'demo',
  'still',
  'talk',
  'smile',
  'turn',
  'fastTurn',
  'nod',
  'approach',
  'hand',
  'prop',
  'reenter',
  'crossing',
  'flash',
  'cut',
  'blur',
  'grain',
] as const;
export type SceneName = (typeof sceneNames)[number];
export const isSceneName = (name: string): name is SceneName => (sceneNames as readonly string[]).includes(name);

export type OccluderKind = 'hand' | 'prop';

/** Everything that one frame shows, before anything is drawn. Lengths dm, angles radians. */
export interface StageMoment {
  readonly people: readonly { readonly id: PersonId; readonly state: PersonState }[];
  readonly occluder: { readonly kind: OccluderKind; readonly state: PersonState } | null;
  readonly light: LightRig;
  readonly view: View;
  /** How far the wall's content has moved to the left, px. */
  readonly wallShiftPx: number;
  /** Radius of the running mean that stands for a lens out of focus, px; 0 is sharp. */
  readonly blurRadiusPx: number;
  /** Amplitude of the sensor's grain, 8-bit codes; 0 is none. */
  readonly grainCodes: number;
}

export interface MomentOptions {
  readonly scene: SceneName;
  readonly seed: number;
  readonly framesPerSecond: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Who plays, the performer first. */
  readonly people: readonly PersonId[];
  /** Occluders called for during the run: each crosses once, from this frame on. */
  readonly calls: readonly { readonly kind: OccluderKind; readonly atFrame: number }[];
}

/** MakeHuman's eyes, dm; the camera frames by them. */
const eyeHeightDm = 7.3;
const cameraDistanceDm = 17;
const faceHeightDm = 1.75;
/** Height of a face at 1080 lines, by the number of people in the picture. */
const faceHeightPx = [0, 400, 300, 240, 200];
const crossingS = 2.4;

const degrees = (angle: number): number => (angle * Math.PI) / 180;
const unit = (x: number, y: number, z: number): [number, number, number] => {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
};

const liveliness: Readonly<Record<SceneName, Liveliness>> = {
  demo: { talk01: 1, smile01: 1, idle01: 1 },
  still: { talk01: 0, smile01: 0, idle01: 0.12 },
  talk: { talk01: 1, smile01: 0.2, idle01: 0.8 },
  smile: { talk01: 0, smile01: 1, idle01: 0.5 },
  turn: { talk01: 0.3, smile01: 0.3, idle01: 0.4 },
  fastTurn: { talk01: 0.2, smile01: 0.2, idle01: 0.4 },
  nod: { talk01: 0.2, smile01: 0.4, idle01: 0.4 },
  approach: { talk01: 0.6, smile01: 0.3, idle01: 0.7 },
  hand: { talk01: 0.6, smile01: 0.3, idle01: 0.7 },
  prop: { talk01: 0.6, smile01: 0.3, idle01: 0.7 },
  reenter: { talk01: 0.5, smile01: 0.3, idle01: 0.7 },
  crossing: { talk01: 0.6, smile01: 0.3, idle01: 0.7 },
  flash: { talk01: 0.6, smile01: 0.3, idle01: 0.7 },
  cut: { talk01: 0.8, smile01: 0.4, idle01: 0.8 },
  blur: { talk01: 0.6, smile01: 0.3, idle01: 0.8 },
  grain: { talk01: 0.6, smile01: 0.3, idle01: 0.7 },
};

/** Held poses with quick moves between them: −1, 0 or 1, 0.3 s from one to the next. */
function darting(timeS: number, seed: number): number {
  const slotS = 1.3,
    slot = Math.floor(timeS / slotS);
  const pose = (s: number): number => [0, 1, 0, -1][((s % 4) + 4) % 4]! * (0.8 + 0.2 * hash01(s, seed, 40));
  return pose(slot - 1) + (pose(slot) - pose(slot - 1)) * smoothStep(0, 0.3, timeS - slot * slotS);
}

/** What the scene adds to the idle movement of the performer. */
function directed(
  scene: SceneName,
  timeS: number,
  seed: number,
): { yaw: number; pitch: number; roll: number; x: number; z: number } {
  const still = { yaw: 0, pitch: 0, roll: 0, x: 0, z: 0 },
    wave = (periodS: number): number => Math.sin((2 * Math.PI * timeS) / periodS);
  switch (scene) {
    case 'demo':
      return {
        ...still,
        yaw: degrees(17) * smoothNoise1(timeS * 0.23, seed + 50) + degrees(9) * wave(9),
        pitch: degrees(5) * smoothNoise1(timeS * 0.4, seed + 51),
        roll: degrees(4) * smoothNoise1(timeS * 0.3, seed + 52),
      };
    case 'turn':
      return { ...still, yaw: degrees(60) * wave(6) };
    case 'fastTurn':
      return { ...still, yaw: degrees(48) * darting(timeS, seed) };
    case 'nod':
      return { ...still, pitch: degrees(17) * wave(1.3), roll: degrees(9) * wave(4.1) };
    case 'approach':
      return { ...still, z: -8 + 11 * (0.5 - 0.5 * Math.cos((2 * Math.PI * timeS) / 8)), yaw: degrees(8) * wave(5) };
    case 'reenter': {
      const cycleS = timeS % 8;
      return {
        ...still,
        x: 9 * (smoothStep(3, 4.2, cycleS) - smoothStep(5.8, 7, cycleS)),
        yaw:
          degrees(35) *
          (smoothStep(2.8, 3.2, cycleS) -
            smoothStep(4.6, 5, cycleS) -
            smoothStep(5.7, 6, cycleS) +
            smoothStep(6.8, 7.3, cycleS)),
      };
    }
    case 'blur':
      return { ...still, x: 0.9 * wave(3.7), yaw: degrees(15) * wave(3.7) };
    default:
      return { ...still, yaw: degrees(7) * smoothNoise1(timeS * 0.3, seed + 53) };
  }
}

function personState(options: MomentOptions, timeS: number, index: number): PersonState {
  const seed = options.seed * 1000 + index * 97,
    life = liveliness[options.scene];
  const idle = idleAt(timeS, seed),
    gaze = gazeAt(timeS, seed),
    expression = new Float32Array(expressionUnitNames.length);
  const moves = index === 0 ? directed(options.scene, timeS, seed) : directed('talk', timeS, seed);
  expressionAt(timeS, seed, life, expression);
  const count = options.people.length,
    spacing = 3.9;
  const walks = options.scene === 'crossing' && index === count - 1 && index > 0;
  const cycleS = timeS % 6;
  return {
    xDm:
      (walks ? -10 + 20 * ((cycleS - 1) / 4) : (index - (standing(options) - 1) / 2) * spacing + moves.x) +
      life.idle01 * idle.x,
    yDm: life.idle01 * idle.y,
    zDm: (walks ? 3.5 : moves.z) + life.idle01 * idle.z,
    yawRad: (walks ? degrees(70) : moves.yaw) + life.idle01 * idle.yaw,
    pitchRad: moves.pitch + life.idle01 * idle.pitch,
    rollRad: moves.roll + life.idle01 * idle.roll,
    trunkYawRad: walks ? degrees(60) : 0.3 * moves.yaw,
    // Eyes stay nearer to the camera than the head does.
    gazeYawRad: Math.max(-0.5, Math.min(0.5, gaze.yawRad * life.idle01 - 0.45 * moves.yaw)),
    gazePitchRad: gaze.pitchRad * life.idle01 + 0.4 * moves.pitch,
    expression,
  };
}

/** Who has a place of their own: whoever walks through the picture has none. */
const standing = (options: MomentOptions): number =>
  options.scene === 'crossing' && options.people.length > 1 ? options.people.length - 1 : options.people.length;

const rest = new Float32Array(expressionUnitNames.length);

/** An occluder's way across the performer's face; phase 0…1, null before and after. */
function occluderAt(options: MomentOptions, frameNumber: number, performer: PersonState): StageMoment['occluder'] {
  const fps = options.framesPerSecond;
  const scripted = options.scene === 'hand' || options.scene === 'prop' ? options.scene : null;
  const called = [...options.calls]
    .reverse()
    .find(({ atFrame }) => frameNumber >= atFrame && frameNumber < atFrame + crossingS * fps);
  const kind = called?.kind ?? scripted;
  if (kind === null) return null;
  const phase = called
    ? (frameNumber - called.atFrame) / (crossingS * fps)
    : ((frameNumber / fps) % 5) / crossingS - 0.4;
  if (phase <= 0 || phase >= 1) return null;
  const turn = called ? called.atFrame : Math.floor(frameNumber / fps / 5);
  const side = hash01(turn, options.seed, 61) > 0.5 ? 1 : -1,
    dwell = phase + 0.13 * Math.sin(2 * Math.PI * phase);
  const still = { trunkYawRad: 0, gazeYawRad: 0, gazePitchRad: 0, expression: rest };
  const along = side * (3.4 - 6.8 * dwell),
    wobble = smoothNoise1(frameNumber / fps, options.seed + 62);
  return kind === 'hand'
    ? {
        kind,
        state: {
          ...still,
          xDm: performer.xDm + along * 0.8,
          yDm: eyeHeightDm - 1.15 + 0.25 * wobble - 0.9 * Math.abs(along) * 0.4,
          zDm: performer.zDm + 2.9,
          yawRad: 0.35 * side,
          pitchRad: -0.1 + 0.1 * wobble,
          rollRad: -side * (0.25 + 0.12 * along),
        },
      }
    : {
        kind,
        state: {
          ...still,
          xDm: performer.xDm + along,
          yDm: eyeHeightDm - 0.6,
          zDm: performer.zDm + 3.2,
          yawRad: 0.3 * Math.sin(3 * phase),
          pitchRad: 0.1,
          rollRad: 0.12 * wobble + 0.1 * along,
        },
      };
}

function lightAt(options: MomentOptions, timeS: number, second: boolean): LightRig {
  const seed = options.seed + 70,
    demo = options.scene === 'demo';
  const swing = demo ? 0.55 * Math.sin(timeS * 0.38) : 0.08 * smoothNoise1(timeS * 0.2, seed);
  const warm = demo ? 0.5 + 0.5 * Math.sin(timeS * 0.29 + 1) : second ? 0.15 : 0.6;
  const flashes = options.scene === 'flash' && (timeS * options.framesPerSecond) % 38 < 2 ? 2.6 : 1;
  const level = (options.scene === 'grain' ? 0.3 : demo ? 0.9 + 0.14 * Math.sin(timeS * 0.53) : 0.95) * flashes;
  const angle = (second ? 0.7 : -0.62) + swing;
  return {
    key: {
      direction: unit(Math.sin(angle), 0.48, Math.cos(angle)),
      rgb: [0.92 * level, (0.84 + 0.05 * (1 - warm)) * level, (0.72 + 0.2 * (1 - warm)) * level],
    },
    fill: { direction: unit(-Math.sin(angle) * 1.2, 0.1, 0.8), rgb: [0.2 * level, 0.225 * level, 0.26 * level] },
    rim: { direction: unit(0.75, 0.45, -0.8), rgb: [0.34, 0.4, 0.5] },
    ambientTop: [0.22 * level, 0.24 * level, 0.28 * level],
    ambientBottom: [0.14 * level, 0.12 * level, 0.11 * level],
  };
}

/** The moment that a frame shows; a function of its arguments alone. */
export function momentAt(options: MomentOptions, frameNumber: number): StageMoment {
  const timeS = frameNumber / options.framesPerSecond,
    { scene, heightPx, widthPx } = options;
  const second = scene === 'cut' && Math.floor(timeS / 2.6) % 2 === 1;
  const people = options.people.map((id, index) => ({ id, state: personState(options, timeS, index) }));
  const facePx = faceHeightPx[Math.min(4, standing(options))]! * (second ? 0.62 : 1);
  const focalPx = ((facePx / faceHeightDm) * cameraDistanceDm * heightPx) / 1080;
  const pxPerDm = focalPx / cameraDistanceDm;
  return {
    people,
    occluder: occluderAt(options, frameNumber, people[0]!.state),
    light: lightAt(options, timeS, second),
    view: {
      widthPx,
      heightPx,
      focalPx,
      distanceDm: cameraDistanceDm,
      centreXDm: second ? -1.1 : 0,
      // Eyes at 41 % of the height.
      centreYDm: eyeHeightDm - (0.09 * heightPx) / pxPerDm,
    },
    wallShiftPx: 56 * Math.sin(timeS * 0.11 + options.seed) + (second ? 31 : 0),
    blurRadiusPx:
      scene === 'blur'
        ? Math.round(((8 * heightPx) / 1080) * smoothStep(0.1, 0.9, Math.sin((2 * Math.PI * timeS) / 5)))
        : 0,
    grainCodes: scene === 'grain' ? 26 : 0,
  };
}
