import type { Picture8 } from './cast/model.js';
import { expressionUnitNames, type ExpressionUnit, type PersonId } from './cast/recipes.js';
import { Actor } from './scene/actor.js';
import { StagePicture } from './scene/stage-picture.js';
import type { LightRig, PersonState, View } from './scene/view.js';
import { castModel } from './stage-scene.js';

export interface PortraitOptions {
  readonly expression?: Partial<Record<ExpressionUnit, number>>;
  readonly yawDeg?: number;
  readonly pitchDeg?: number;
  /** Side of the square picture, px; the face is about half as high. Default 1024. */
  readonly sidePx?: number;
  /** Turns the studio's lights about the head, degrees; 0 is key from the picture's left. */
  readonly lightYawDeg?: number;
}

/** Packed RGB and, for whoever fits to the picture, the pose it shows. */
export interface Portrait {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rgb: Uint8Array;
  readonly actor: Actor;
  readonly view: View;
}

const studio: LightRig = {
  key: { direction: [-0.4, 0.42, 0.81], rgb: [0.8, 0.78, 0.75] },
  fill: { direction: [0.62, 0.16, 0.77], rgb: [0.4, 0.4, 0.41] },
  rim: { direction: [0.6, 0.4, -0.69], rgb: [0.25, 0.26, 0.28] },
  ambientTop: [0.26, 0.26, 0.27],
  ambientBottom: [0.17, 0.16, 0.16],
};
const paperGrey = 172;

/** A studio still of one of the cast before grey paper: what an enrolment or likeness photo of them looks like. Deterministic. */
export function renderPortrait(person: PersonId, options: PortraitOptions = {}): Portrait {
  const sidePx = options.sidePx ?? 1024,
    actor = new Actor(castModel(person));
  const picture = new StagePicture(sidePx, sidePx, Math.ceil((sidePx * sidePx * 12) / 1048576) + 60);
  const radians = (deg: number | undefined): number => ((deg ?? 0) * Math.PI) / 180;
  const state: PersonState = {
    xDm: 0,
    yDm: 0,
    zDm: 0,
    yawRad: radians(options.yawDeg),
    pitchRad: radians(options.pitchDeg),
    rollRad: 0,
    trunkYawRad: 0.4 * radians(options.yawDeg),
    gazeYawRad: -0.3 * radians(options.yawDeg),
    gazePitchRad: 0,
    expression: Float32Array.from(expressionUnitNames, (unit) => options.expression?.[unit] ?? 0),
  };
  const view: View = {
    widthPx: sidePx,
    heightPx: sidePx,
    focalPx: sidePx * 4.6,
    distanceDm: 17,
    centreXDm: 0,
    centreYDm: 7.05,
  };
  picture.clear();
  actor.pose(state, view);
  actor.draw(picture, state, turned(studio, radians(options.lightYawDeg)), view, () => true);
  return { widthPx: sidePx, heightPx: sidePx, rgb: overPaper(picture), actor, view };
}

function turned(rig: LightRig, yawRad: number): LightRig {
  const c = Math.cos(yawRad),
    s = Math.sin(yawRad);
  const turn = (lamp: LightRig['key']): LightRig['key'] => {
    const [x, y, z] = lamp.direction as [number, number, number];
    return { ...lamp, direction: [x * c + z * s, y, z * c - x * s] };
  };
  return { ...rig, key: turn(rig.key), fill: turn(rig.fill), rim: turn(rig.rim) };
}

function overPaper(picture: StagePicture): Uint8Array {
  const { widthPx, heightPx, memory, target } = picture;
  const rgb = new Uint8Array(widthPx * heightPx * 3),
    from = memory.u16.subarray(target / 2, target / 2 + widthPx * heightPx * 4);
  for (let i = 0; i < widthPx * heightPx; i++) {
    const rest = paperGrey * (1 - from[i * 4 + 3]! / 65280);
    for (let c = 0; c < 3; c++) rgb[i * 3 + c] = Math.min(255, Math.round(from[i * 4 + c]! / 256 + rest));
  }
  return rgb;
}

/** The same as RGBA, for encoders. */
export function portraitRgba({ widthPx, heightPx, rgb }: Portrait): Picture8 {
  const rgba = new Uint8Array(widthPx * heightPx * 4).fill(255);
  for (let i = 0; i < widthPx * heightPx; i++) for (let c = 0; c < 3; c++) rgba[i * 4 + c] = rgb[i * 3 + c]!;
  return { widthPx, heightPx, rgba };
}
