import type { BoxPx } from '../../server/frame/geometry.js';
import { StageScene } from '../../server/stage-sim/stage-scene.js';
import { type PersonTruth, StageTruth } from '../../server/stage-sim/stage-truth.js';
import type { SceneName } from '../../server/stage-sim/scene/scripts.js';
import { cutPart, evenBox, type Part } from './part.js';
import type { TrueMotion } from './picture-measures.js';

export const filmPicture = { widthPx: 1920, heightPx: 1080 } as const;
export const filmFramesPerSecond = 25;
/** A face further out of the picture than this is not judged. */
const leastInFrame01 = 0.6;
/** Room round the face in the cut-outs, as a share of its box: the identity models want a quarter, a fast turn more. */
const roomAround01 = 0.6;
const leastSidePx = 32;

/** What is known of one frame, cut out round the performer's face. */
export interface FilmFrame {
  readonly person: PersonTruth;
  /** Whether enough of the face is in the picture to be judged. */
  readonly judged: boolean;
  readonly box: BoxPx;
  readonly plain: Part;
  readonly ideal: Part;
}
export interface FilmMasks {
  readonly box: BoxPx;
  /** 0…255 a pixel of the box. */
  readonly face: Uint8Array;
  readonly occluder: Uint8Array;
}

/** A sequence of the simulated stage with its truth. Each picture is drawn once, however many engines are measured on it. */
export class StageFilm {
  readonly #scene: StageScene;
  readonly #truth: StageTruth;
  readonly #pictures: Uint8Array[] = [];
  readonly #frames: FilmFrame[] = [];
  readonly #masks = new Map<number, FilmMasks>();
  readonly #motions = new Map<number, TrueMotion>();
  readonly #drawn = new Uint8Array(filmPicture.widthPx * filmPicture.heightPx * 2);

  /** `keep`: whole pictures stay in memory, 4 MB each, for a second engine. */
  constructor(
    readonly sequence: SceneName,
    readonly frames: number,
    private readonly keep: boolean,
  ) {
    this.#scene = new StageScene({ scene: sequence, seed: 1, ...filmPicture, framesPerSecond: filmFramesPerSecond });
    this.#truth = new StageTruth(this.#scene);
  }

  /** The camera's picture: UYVY. */
  picture(n: number, target: Uint8Array): void {
    const known = this.#pictures[n];
    if (known) return void target.set(known);
    this.#scene.renderFrame(n, { who: 'performer' }, target);
    if (this.keep) this.#pictures[n] = target.slice();
    this.#frames[n] ??= this.#frameOf(n, target);
  }

  /** After `picture(n)`. */
  frame(n: number): FilmFrame {
    return this.#frames[n]!;
  }

  masks(n: number): FilmMasks {
    const known = this.#masks.get(n);
    if (known) return known;
    const { box } = this.frame(n);
    const { face, occluder } = this.#truth.masks(n);
    const masks = { box, face: cutPlane(face, box), occluder: cutPlane(occluder, box) };
    this.#masks.set(n, masks);
    return masks;
  }

  /** From frame n to n + 1, both drawn already. */
  motion(n: number): TrueMotion {
    const known = this.#motions.get(n);
    if (known) return known;
    const { box } = this.frame(n);
    const { dx, dy } = this.#truth.flow(n);
    const after = this.masks(n + 1);
    const motion: TrueMotion = {
      box,
      dx: cutPlane(dx, box),
      dy: cutPlane(dy, box),
      seenBefore: this.masks(n).face,
      after: { box: after.box, seen: after.face },
    };
    this.#motions.set(n, motion);
    return motion;
  }

  #frameOf(n: number, plain: Uint8Array): FilmFrame {
    const seen = this.#truth.people(n)[0]!;
    const person = { ...seen, landmarks: seen.landmarks.slice() };
    const box = evenBox(person.faceBox, roomAround01, filmPicture);
    const inside = box.x1 - box.x0 >= leastSidePx && box.y1 - box.y0 >= leastSidePx;
    this.#scene.renderFrame(n, { who: 'likeness' }, this.#drawn);
    const { widthPx } = filmPicture;
    return {
      person,
      judged: inside && person.inFrame01 >= leastInFrame01,
      box,
      plain: cutPart(plain, widthPx, box),
      ideal: cutPart(this.#drawn, widthPx, box),
    };
  }
}

/** One plane of the whole picture, cut to a box. */
function cutPlane<T extends Uint8Array | Float32Array>(plane: T, box: BoxPx): T {
  const [widthPx, heightPx] = [box.x1 - box.x0, box.y1 - box.y0];
  const out = new (plane.constructor as new (count: number) => T)(widthPx * heightPx);
  for (let y = 0; y < heightPx; y++) {
    const from = (box.y0 + y) * filmPicture.widthPx + box.x0;
    out.set(plane.subarray(from, from + widthPx), y * widthPx);
  }
  return out;
}
