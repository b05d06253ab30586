import type { BoxPx } from '../frame/geometry.js';
import type { PersonId } from './cast/recipes.js';
import type { Actor } from './scene/actor.js';
import { faceOval, faceWeights, LandmarkTracker } from './scene/landmarks.js';
import type { StageMoment } from './scene/scripts.js';
import type { PersonState, Rotation } from './scene/view.js';
import type { StageScene } from './stage-scene.js';

/** What is known of one person in one frame. */
export interface PersonTruth {
  readonly id: PersonId;
  /** 478 × (x, y, z): picture px, z on the same scale, smaller is nearer. Also where occluded or outside the picture. */
  readonly landmarks: Float32Array;
  /** Row-major, head to camera; x to the performer's left, y up, z to the camera. */
  readonly headRotation: Rotation;
  /** Angles that made it: yaw to the performer's left, pitch down, roll to the performer's left. */
  readonly yawRad: number;
  readonly pitchRad: number;
  readonly rollRad: number;
  /** Where the head's pivot (the neck) stands on the stage, dm. */
  readonly positionDm: readonly [number, number, number];
  /** Box of the landmarks, px. */
  readonly faceBox: BoxPx;
  /** Share of the landmarks inside the picture. */
  readonly inFrame01: number;
  readonly expression: Float32Array;
}

/** One byte per pixel, 0…255, rows tight. Edges of hair are soft. */
export interface StageMasks {
  /** The performer's face where nothing hides it. */
  readonly face: Uint8Array;
  /** Hands, props and people in front of the performer's face region. */
  readonly occluder: Uint8Array;
  /** Everybody and everything before the wall. */
  readonly people: Uint8Array;
  /** Share of the face (as it would show without occluders) that shows. */
  readonly faceVisible01: number;
}

/** Where each pixel of frame f has gone in frame f + 1, px; rows tight. Held to ±127. */
export interface StageFlow {
  readonly dx: Float32Array;
  readonly dy: Float32Array;
}

/** Largest displacement that the rasteriser's 8-bit codes can carry, around its middle. */
const flowMiddle = 128;

/** Ground truth of a scene, computed from its geometry; draws into the scene's own picture. */
export class StageTruth {
  readonly #trackers = new Map<Actor, LandmarkTracker>();
  readonly #faces = new Map<Actor, Float32Array>();

  constructor(readonly scene: StageScene) {}

  /** People in the order of the scene, the performer first. */
  people(frameNumber: number): PersonTruth[] {
    const { scene } = this,
      moment = scene.moment(frameNumber);
    scene.poseAll(moment);
    return moment.people.map(({ id, state }, index) => {
      const actor = index === 0 ? scene.performer : scene.others[index - 1]!,
        { geometry } = actor;
      const landmarks = this.#tracker(actor).project(geometry, state, moment.view);
      const pivot = geometry.model.neckPivot;
      return {
        id,
        landmarks,
        headRotation: geometry.headRotation.slice(),
        yawRad: state.yawRad,
        pitchRad: state.pitchRad,
        rollRad: state.rollRad,
        positionDm: [pivot[0]! + state.xDm, pivot[1]! + state.yDm, pivot[2]! + state.zDm],
        ...extent(landmarks, moment.view.widthPx, moment.view.heightPx),
        expression: state.expression,
      };
    });
  }

  /** Masks of a frame, from the performer's geometry. */
  masks(frameNumber: number): StageMasks {
    const { scene } = this,
      moment = scene.moment(frameNumber);
    scene.poseAll(moment);
    const alone = this.#drawMasks(moment, 'without occluders').face;
    const { face, occluder, people } = this.#drawMasks(moment, 'with occluders');
    const sum = (mask: Uint8Array): number => mask.reduce((total, value) => total + value, 0);
    return { face, occluder, people, faceVisible01: sum(face) / Math.max(1, sum(alone)) };
  }

  /** True flow from a frame to the next; the wall's where nobody stands. */
  flow(frameNumber: number): StageFlow {
    const { scene } = this,
      { picture } = scene,
      now = scene.moment(frameNumber),
      next = scene.moment(frameNumber + 1);
    scene.poseAll(next);
    const actors = this.#actors(now),
      after = actors.map(({ actor }) => actor.geometry.screen.slice());
    const hasOccluder = now.occluder !== null && next.occluder !== null;
    scene.poseAll(now);
    picture.clear();
    actors.forEach(({ actor }, index) => {
      if (actor === scene.occluderOf(now) && !hasOccluder) return;
      const { screen } = actor.geometry,
        later = after[index]!;
      picture.fillCodes(actor.geometry, (position, out) => {
        out[0] = later[position * 3]! - screen[position * 3]! + flowMiddle;
        out[1] = later[position * 3 + 1]! - screen[position * 3 + 1]! + flowMiddle;
        out[2] = 0;
      });
      for (const part of actor.model.parts) picture.drawPart(actor.model, part);
    });
    const wall = scene.backdrop.shiftShown(next.wallShiftPx) - scene.backdrop.shiftShown(now.wallShiftPx);
    return this.#readFlow(-wall);
  }

  #readFlow(wallDx: number): StageFlow {
    const { widthPx, heightPx, memory, target } = this.scene.picture,
      count = widthPx * heightPx;
    const dx = new Float32Array(count).fill(wallDx),
      dy = new Float32Array(count),
      from = memory.u16;
    for (let i = 0, at = target / 2; i < count; i++, at += 4) {
      const alpha = from[at + 3]!;
      // Through thin hair the wall is what one sees.
      if (alpha < 32640) continue;
      dx[i] = (from[at]! / alpha) * 255 - flowMiddle;
      dy[i] = (from[at + 1]! / alpha) * 255 - flowMiddle;
    }
    return { dx, dy };
  }

  #drawMasks(moment: StageMoment, what: 'with occluders' | 'without occluders'): Omit<StageMasks, 'faceVisible01'> {
    const { scene } = this,
      { picture } = scene,
      performer = scene.performer,
      face = this.#face(performer);
    picture.clear();
    for (const { actor } of this.#actors(moment)) {
      const isPerformer = actor === performer;
      if (!isPerformer && what === 'without occluders') continue;
      // Red: face, green: whoever else is in front, blue: anybody.
      const code = (red: number): void =>
        picture.fillCodes(actor.geometry, (position, out) => {
          out[0] = isPerformer ? Math.max(red, 255 * face[position]!) : 0;
          out[1] = isPerformer ? 0 : 255;
          out[2] = 255;
        });
      code(0);
      for (const part of actor.model.parts)
        if (!isPerformer || !isOfTheFace(part.material)) picture.drawPart(actor.model, part);
      if (!isPerformer) continue;
      code(255);
      for (const part of actor.model.parts) if (isOfTheFace(part.material)) picture.drawPart(actor.model, part);
    }
    const { widthPx, heightPx, memory, target } = picture,
      count = widthPx * heightPx;
    const masks = { face: new Uint8Array(count), occluder: new Uint8Array(count), people: new Uint8Array(count) };
    for (let i = 0, at = target / 2; i < count; i++, at += 4) {
      masks.face[i] = memory.u16[at]! >> 8;
      masks.occluder[i] = memory.u16[at + 1]! >> 8;
      masks.people[i] = memory.u16[at + 2]! >> 8;
    }
    return masks;
  }

  #actors(moment: StageMoment): { actor: Actor; state: PersonState }[] {
    const { scene } = this,
      occluder = scene.occluderOf(moment);
    return [
      ...scene.others.map((actor, index) => ({ actor, state: moment.people[index + 1]!.state })),
      { actor: scene.performer, state: moment.people[0]!.state },
      ...(occluder ? [{ actor: occluder, state: moment.occluder!.state }] : []),
    ];
  }

  #tracker(actor: Actor): LandmarkTracker {
    const known = this.#trackers.get(actor) ?? new LandmarkTracker(actor.model);
    this.#trackers.set(actor, known);
    return known;
  }

  #face(actor: Actor): Float32Array {
    const known = this.#faces.get(actor) ?? faceWeights(this.#tracker(actor));
    this.#faces.set(actor, known);
    return known;
  }
}

const isOfTheFace = (material: string): boolean =>
  ['eye', 'brows', 'lashes', 'teeth', 'tongue', 'mouth', 'beard'].includes(material);

function extent(landmarks: Float32Array, widthPx: number, heightPx: number): { faceBox: BoxPx; inFrame01: number } {
  const box: BoxPx = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
  for (const index of faceOval) {
    const x = landmarks[index * 3]!,
      y = landmarks[index * 3 + 1]!;
    box.x0 = Math.min(box.x0, x);
    box.x1 = Math.max(box.x1, x);
    box.y0 = Math.min(box.y0, y);
    box.y1 = Math.max(box.y1, y);
  }
  let inside = 0;
  for (let i = 0; i < landmarks.length; i += 3) {
    if (landmarks[i]! >= 0 && landmarks[i]! < widthPx && landmarks[i + 1]! >= 0 && landmarks[i + 1]! < heightPx)
      inside++;
  }
  return { faceBox: box, inFrame01: inside / (landmarks.length / 3) };
}
