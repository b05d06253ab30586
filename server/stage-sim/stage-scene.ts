import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { castRoot } from '../paths.js';
import { readModel, type PersonModel, type Picture8 } from './cast/model.js';
import type { PersonId } from './cast/recipes.js';
import { Actor } from './scene/actor.js';
import { Backdrop } from './scene/backdrop.js';
import { momentAt, type MomentOptions, type OccluderKind, type SceneName, type StageMoment } from './scene/scripts.js';
import { StagePicture } from './scene/stage-picture.js';
import type { PersonState } from './scene/view.js';

/** Who the first person of the scene looks like: themselves, or the likeness with everything else unchanged. */
export type Who = 'performer' | 'likeness';

export interface StageSceneOptions {
  readonly scene: SceneName;
  readonly seed: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly framesPerSecond?: number;
  /** 1 to 4; the first is the performer. Default 1, for 'crossing' 2. */
  readonly people?: number;
  readonly performer?: PersonId;
  readonly likeness?: PersonId;
}

const extras: readonly PersonId[] = ['kim', 'ada', 'noa', 'robin'];

export const isCastBuilt = (): boolean => existsSync(join(castRoot, 'cast.json'));
const models = new Map<string, PersonModel>();
export function castModel(id: PersonId | OccluderKind): PersonModel {
  const known = models.get(id);
  if (known) return known;
  const model = readModel<PersonModel>(join(castRoot, `${id}.cast`));
  models.set(id, model);
  return model;
}

const isBody = (material: string, part: string): boolean =>
  material === 'cloth' || material === 'collar' || part === 'trunk';

/**
 * A camera's picture of the simulated stage. Equal scene, seed, size and frame number give equal bytes; frames may be asked for
 * in any order. One instance owns about 150 MB at 1080p.
 */
export class StageScene {
  readonly options: MomentOptions;
  readonly picture: StagePicture;
  readonly backdrop: Backdrop;
  readonly performer: Actor;
  readonly likeness: Actor;
  readonly others: readonly Actor[];
  readonly #occluders = new Map<OccluderKind, Actor>();
  readonly #calls: { kind: OccluderKind; atFrame: number }[] = [];

  constructor(options: StageSceneOptions) {
    const { widthPx, heightPx } = options;
    if (widthPx % 2 !== 0) throw new RangeError(`A UYVY picture needs an even width, not ${widthPx}`);
    const count = Math.min(4, Math.max(1, options.people ?? (options.scene === 'crossing' ? 2 : 1)));
    const performer = options.performer ?? 'robin',
      likeness = options.likeness ?? 'sasha';
    const people = [performer, ...extras.filter((id) => id !== performer && id !== likeness)].slice(0, count);
    this.options = {
      scene: options.scene,
      seed: options.seed,
      framesPerSecond: options.framesPerSecond ?? 25,
      widthPx,
      heightPx,
      people,
      calls: this.#calls,
    };
    const pixels = widthPx * heightPx;
    this.picture = new StagePicture(widthPx, heightPx, Math.ceil((pixels * 26) / 1048576) + 60 * (count + 2));
    this.backdrop = new Backdrop(this.picture, readModel<Picture8>(join(castRoot, 'wall.cast')));
    this.performer = new Actor(castModel(performer));
    this.likeness = new Actor(castModel(likeness));
    this.others = people.slice(1).map((id) => new Actor(castModel(id)));
  }

  /** Sends a hand or a prop across the performer's face once, from a frame on. */
  callOccluder(kind: OccluderKind, atFrame: number): void {
    this.#calls.push({ kind, atFrame });
  }

  moment(frameNumber: number): StageMoment {
    return momentAt(this.options, frameNumber);
  }

  /** Draws a frame into `target`: UYVY, legal range, the matrix of its size, rows tight (width·2 bytes). */
  renderFrame(frameNumber: number, who: { readonly who: Who }, target: Uint8Array): void {
    const { picture, backdrop } = this,
      moment = this.moment(frameNumber);
    backdrop.fill(moment.wallShiftPx);
    picture.clear();
    this.poseAll(moment, who.who);
    this.drawPeople(moment, who.who);
    this.occluderOf(moment)?.draw(picture, moment.occluder!.state, moment.light, moment.view, () => true);
    this.#finish(moment, frameNumber);
    const { u8 } = picture.memory;
    target.set(u8.subarray(backdrop.frame, backdrop.frame + backdrop.strideBytes * picture.heightPx));
  }

  /** Poses everyone in the picture, the likeness with the performer's state moved so that the eyes coincide. */
  poseAll(moment: StageMoment, who: Who = 'performer'): void {
    moment.people.forEach(({ state }, index) => {
      if (index > 0) this.others[index - 1]!.pose(state, moment.view);
    });
    const state = moment.people[0]!.state;
    this.performer.pose(state, moment.view);
    if (who === 'likeness') this.likeness.pose(this.likenessState(state), moment.view);
    this.occluderOf(moment)?.pose(moment.occluder!.state, moment.view);
  }

  /** The performer's state for the likeness: same pose and expression, its eyes where the performer's are. */
  likenessState(state: PersonState): PersonState {
    const from = this.likeness.model.eyeCentres,
      to = this.performer.model.eyeCentres;
    return { ...state, yDm: state.yDm + to[1]! - from[1]!, zDm: state.zDm + to[2]! - from[2]! };
  }

  occluderOf(moment: StageMoment): Actor | null {
    if (!moment.occluder) return null;
    const { kind } = moment.occluder,
      known = this.#occluders.get(kind) ?? new Actor(castModel(kind));
    this.#occluders.set(kind, known);
    return known;
  }

  drawPeople(moment: StageMoment, who: Who): void {
    const { picture } = this,
      { light, view } = moment;
    this.others.forEach((actor, index) =>
      actor.draw(picture, moment.people[index + 1]!.state, light, view, () => true),
    );
    const state = moment.people[0]!.state;
    if (who === 'performer') {
      this.performer.draw(picture, state, light, view, () => true);
    } else {
      // The likeness has the head; clothes, arms and hands stay the performer's.
      this.performer.draw(picture, state, light, view, (material, part) => isBody(material, part));
      this.likeness.draw(picture, state, light, view, (material, part) => !isBody(material, part));
    }
  }

  #finish(moment: StageMoment, frameNumber: number): void {
    const { picture, backdrop } = this,
      { widthPx, heightPx, strideBytes, memory } = picture,
      { kernel } = backdrop;
    if (moment.blurRadiusPx > 0) {
      const mark = memory.mark(),
        scratch = memory.allocate(Math.max(widthPx, heightPx) * 8);
      for (let pass = 0; pass < 2; pass++) {
        kernel.blurLines(picture.target, scratch, widthPx, heightPx, 8, strideBytes, moment.blurRadiusPx);
        kernel.blurLines(picture.target, scratch, heightPx, widthPx, strideBytes, 8, moment.blurRadiusPx);
      }
      memory.rewind(mark);
      // The blur has spread the picture over its borders.
      picture.touchAll();
    }
    backdrop.layOver();
    if (moment.grainCodes > 0) {
      kernel.addGrain(
        backdrop.frame,
        widthPx,
        heightPx,
        backdrop.strideBytes,
        this.options.seed * 65536 + frameNumber,
        moment.grainCodes,
      );
    }
  }
}
