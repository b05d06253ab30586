import { readMark } from '../../server/cli/ndi/mark.js';
import type { BoxPx } from '../../server/frame/geometry.js';
import type { Lane } from '../../server/pipeline/lane.js';
import type { ParamValue } from '../../server/protocol/descriptors.js';
import { ContactSheet } from './contact-sheet.js';
import { expressionError } from './expression.js';
import { type FilmFrame, filmFramesPerSecond, filmPicture, type StageFilm } from './film.js';
import type { FaceMeasure, IdentityMeter } from './identity.js';
import type { Lpips } from './lpips.js';
import { canTell, isBare, isLeak, isLikeness, leastBarePixels } from './leaks.js';
import { cutPart, evenBox, type Part, partIn, rgbOfPart } from './part.js';
import {
  changedIou,
  detailCodes,
  keptShare,
  landmarkErrorPercent,
  lumaOf,
  meanAbsDifference,
  multiScaleSsim,
  psnrDb,
  ssim,
  warpError,
} from './picture-measures.js';
import { descriptorDistance, type Referee } from './referee.js';
import { SequenceMeasures } from './sequence-measures.js';
import { StageRunner } from './stage-run.js';

/** Measures that compare pictures look at every second frame, those that need models at every sixth. */
const compareEvery = 2;
const slowEvery = 6;
/** A rim round the face, where a bad blend would flicker. */
const rim01 = 0.12;
/** Steps in which the face is hidden on purpose. */
export const concealing: ReadonlySet<string> = new Set(['conceal', 'unacquired', 'slate']);
const sheetRows = 8;

export interface Judges {
  readonly meter: IdentityMeter;
  readonly referee: Referee;
  /** Where whoever measures brought its weights. */
  readonly lpips: Lpips | null;
  /** The referee's descriptors of the likeness's and the performer's photos. */
  readonly refereeKnows: { readonly likeness: Float32Array; readonly performer: Float32Array };
}

export interface SequenceRunOptions {
  readonly film: StageFilm;
  readonly judges: Judges;
  /** Parameter values of the lane. */
  readonly values: Readonly<Record<string, ParamValue>>;
  /** Where stills go; null in a run that is only a reference, in which nobody looks for leaks. */
  readonly sheet: ContactSheet | null;
  /** Where the frames go that count as leaks. */
  readonly leaks?: ContactSheet;
  readonly onFrame: (n: number) => void;
}

/** Plays a film through the lane and measures what comes out. */
export class SequenceRun {
  readonly measures = new SequenceMeasures();
  #before: { readonly n: number; readonly frame: FilmFrame; readonly output: Part } | null = null;

  constructor(private readonly options: SequenceRunOptions) {}

  async run(): Promise<SequenceMeasures> {
    const { film, values } = this.options;
    const runner = new StageRunner();
    await runner.open();
    try {
      await runner.run({
        ...filmPicture,
        framesPerSecond: filmFramesPerSecond,
        frames: film.frames,
        time: 'frames',
        values,
        render: (n, target) => film.picture(n, target),
        onOutput: (n, uyvy, lane, metadata) => this.#frame(n, uyvy, lane, metadata),
      });
    } finally {
      runner.close();
    }
    return this.measures;
  }

  async #frame(n: number, uyvy: Uint8Array, lane: Lane, metadata: string | null): Promise<void> {
    const { measures } = this;
    const { film, sheet, onFrame } = this.options;
    const frame = film.frame(n);
    // The mark names a step where there is a likeness; a picture without one says its kind, and nobody chose plain here.
    const mark = readMark(metadata);
    const step = mark?.step ?? `${mark?.kind ?? 'no'} picture`;
    measures.frames++;
    if (step === 'likeness' && measures.acquiredAfter < 0) measures.acquiredAfter = n;
    onFrame(n);
    if (!frame.judged) return void (this.#before = null);
    measures.judged++;
    const output = cutPart(uyvy, filmPicture.widthPx, frame.box);
    if (sheet) await this.#lookForLeak(n, frame, output, step);
    if (measures.acquiredAfter >= 0) {
      if (concealing.has(step)) measures.concealed++;
      if (step === 'plain') measures.plain++;
      this.#compare(n, frame, output);
      this.#landmarks(frame, lane);
      if (n % slowEvery === 0) await this.#slow(n, frame, output);
      this.#before = { n, frame, output };
    }
    if (sheet && n % Math.ceil(film.frames / sheetRows) === Math.ceil(film.frames / (2 * sheetRows)))
      this.#show(sheet, n, frame, output, step);
  }

  #show(sheet: ContactSheet, n: number, frame: FilmFrame, output: Part, step: string): void {
    const wide = evenBox(frame.person.faceBox, 0.35, filmPicture);
    sheet.add(
      `${this.options.film.sequence} ${n}: ${step}`,
      [frame.plain, output, frame.ideal].map((part) => partIn(part, wide)),
    );
  }

  /** From the first frame on: before somebody is acquired, nothing may show either. */
  async #lookForLeak(n: number, frame: FilmFrame, output: Part, step: string): Promise<void> {
    const { meter } = this.options.judges;
    const { landmarks } = frame.person;
    const seen = await meter.measurePart(output, landmarks);
    if (isLikeness(seen)) return;
    if (isLeak(step, seen)) {
      const plain = await meter.measurePart(frame.plain, landmarks);
      const ideal = await meter.measurePart(frame.ideal, landmarks);
      if (canTell(plain, ideal)) return this.#leaked(n, frame, output, step);
      this.measures.untold++;
    }
    const { face } = this.options.film.masks(n);
    const [p, o] = [frame.plain, output].map(lumaOf);
    if (isBare(step, keptShare(p!, o!, face, leastBarePixels))) this.#leaked(n, frame, output, `${step}, bare`);
  }

  #leaked(n: number, frame: FilmFrame, output: Part, step: string): void {
    this.measures.leaked++;
    this.measures.leakedBy.set(step, (this.measures.leakedBy.get(step) ?? 0) + 1);
    this.#show(this.options.leaks ?? new ContactSheet(), n, frame, output, step);
  }

  #compare(n: number, frame: FilmFrame, output: Part): void {
    const { measures } = this;
    if (n % compareEvery === 0) {
      const inner = evenBox(frame.person.faceBox, 0, filmPicture);
      const [o, i, p] = [output, frame.ideal, frame.plain].map((part) => lumaOf(partIn(part, inner)));
      const both = { psnr: psnrDb, ssim, multiScaleSsim } as const;
      for (const name of ['psnr', 'ssim', 'multiScaleSsim'] as const) {
        measures[name].output.push(both[name](o!, i!));
        measures[name].reference.push(both[name](p!, i!));
      }
      measures.detail.output.push(detailCodes(o!));
      measures.detail.reference.push(detailCodes(i!));
    }
    const before = this.#before;
    if (before?.n !== n - 1) return;
    const box = common(evenBox(frame.person.faceBox, rim01, filmPicture), before.frame.box);
    if (box.x1 <= box.x0 || box.y1 <= box.y0) return;
    const change = (now: Part, then: Part): number =>
      meanAbsDifference(lumaOf(partIn(now, box)), lumaOf(partIn(then, box)));
    measures.flicker.output.push(change(output, before.output));
    measures.flicker.reference.push(change(frame.ideal, before.frame.ideal));
    if (n % compareEvery !== 0) return;
    // A lip that moves one picture late moves all the same: at every sixth picture the ratio was 1.4 where over all it was 0.7.
    const motion = this.options.film.motion(n - 1);
    measures.warp.output.push(warpError(before.output, output, motion));
    measures.warp.reference.push(warpError(before.frame.ideal, frame.ideal, motion));
  }

  #landmarks({ person }: FilmFrame, lane: Lane): void {
    const face = lane.parts.track.faces.find((one) => one.active && one.performerId === person.id);
    if (face) this.measures.nme.output.push(landmarkErrorPercent(face.landmarks, person.landmarks));
  }

  async #slow(n: number, frame: FilmFrame, output: Part): Promise<void> {
    const { measures } = this;
    const { meter } = this.options.judges;
    const truth = frame.person.landmarks;
    const looks = [];
    for (const part of [output, frame.plain, frame.ideal]) looks.push(await meter.measurePart(part, truth));
    const [o, p, i] = looks as [FaceMeasure, FaceMeasure, FaceMeasure];
    measures.faces.output.push(o);
    measures.faces.plain.push(p);
    measures.faces.ideal.push(i);
    await this.#perceived(frame, output);
    if (p.presence01 >= 0.5) measures.nme.reference.push(landmarkErrorPercent(p.landmarks, truth));
    if (Math.min(o.presence01, p.presence01, i.presence01) >= 0.5) {
      measures.expression.output.push(expressionError(o.landmarks, i.landmarks));
      measures.expression.reference.push(expressionError(p.landmarks, i.landmarks));
      if (this.options.sheet) await this.#askReferee(frame, output);
    }
    this.#masks(n, frame, output);
  }

  async #perceived(frame: FilmFrame, output: Part): Promise<void> {
    const { lpips } = this.options.judges;
    if (!lpips) return;
    const inner = evenBox(frame.person.faceBox, 0, filmPicture);
    const [o, i, p] = [output, frame.ideal, frame.plain].map((part) => rgbOfPart(partIn(part, inner)));
    this.measures.lpips.output.push(await lpips.distance(o!, i!));
    this.measures.lpips.reference.push(await lpips.distance(p!, i!));
  }

  async #askReferee(frame: FilmFrame, output: Part): Promise<void> {
    const { referee, refereeKnows } = this.options.judges;
    const { x0, y0 } = frame.box;
    const near = frame.person.landmarks.map((value, k) =>
      k % 3 === 0 ? value - x0 : k % 3 === 1 ? value - y0 : value,
    );
    const seen = [];
    for (const part of [output, frame.plain, frame.ideal]) seen.push(await referee.describe(rgbOfPart(part), near));
    const [o, p, i] = seen.map((one) => descriptorDistance(one, refereeKnows.likeness));
    this.measures.referee.push({ output: o!, plain: p!, ideal: i! });
    this.measures.refereeLooks++;
    if (descriptorDistance(seen[0]!, refereeKnows.performer) < o!) this.measures.refereeLeaks++;
  }

  /** Only where face or occluder are: whether hair and neck are drawn over is the picture's business, not the mask's. */
  #masks(n: number, frame: FilmFrame, output: Part): void {
    const { face, occluder } = this.options.film.masks(n);
    const [p, o, i] = [frame.plain, output, frame.ideal].map(lumaOf);
    const where = face.map((value, k) => Math.max(value, occluder[k]!));
    this.measures.iou.output.push(changedIou(p!, o!, face, where));
    this.measures.iou.reference.push(changedIou(p!, i!, face, where));
    this.measures.plainSkin.output.push(keptShare(p!, o!, face));
    this.measures.plainSkin.reference.push(keptShare(p!, i!, face));
    this.measures.occluderKept.push(keptShare(p!, o!, occluderOverFace(frame, occluder)));
  }
}

const common = (a: BoxPx, b: BoxPx): BoxPx => ({
  x0: Math.max(a.x0, b.x0),
  y0: Math.max(a.y0, b.y0),
  x1: Math.min(a.x1, b.x1),
  y1: Math.min(a.y1, b.y1),
});

/** The occluder inside the box of the face: elsewhere nobody is tempted to draw. */
function occluderOverFace({ box, person }: FilmFrame, occluder: Uint8Array): Uint8Array {
  const { faceBox } = person;
  const widthPx = box.x1 - box.x0;
  return occluder.map((value, k) => {
    const x = box.x0 + (k % widthPx),
      y = box.y0 + Math.floor(k / widthPx);
    return x >= faceBox.x0 && x < faceBox.x1 && y >= faceBox.y0 && y < faceBox.y1 ? value : 0;
  });
}
