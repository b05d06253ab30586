// Bench rows likeness.<sequence>: what the lane makes of a sequence of the simulated stage, beside the same sequence drawn with the
// likeness itself (the ideal). Offline and in order (stage-run.ts): the same frames give the same pictures on any machine.
import { readMark } from '../../server/cli/ndi/mark.js';
import type { BoxPx } from '../../server/frame/geometry.js';
import type { Lane } from '../../server/pipeline/lane.js';
import { StageScene } from '../../server/stage-sim/stage-scene.js';
import { StageTruth, type PersonTruth } from '../../server/stage-sim/stage-truth.js';
import type { SceneName } from '../../server/stage-sim/scene/scripts.js';
import { ContactSheet } from './contact-sheet.js';
import type { BenchContext, BenchEntry } from './context.js';
import { type FaceMeasure, identityGain, IdentityMeter } from './identity.js';
import {
  changedIou,
  landmarkErrorPercent,
  lumaIn,
  type LumaPatch,
  meanAbsDifference,
  psnrDb,
  ssim,
  warpErrorCodes,
  wholeBox,
} from './picture-measures.js';
import { rgbOf } from './pictures.js';
import { benchRow, type BenchRow } from './row.js';
import { StageRunner } from './stage-run.js';

const sequences: readonly SceneName[] = [
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
];
const picture = { widthPx: 1920, heightPx: 1080 };
const framesPerSecond = 25;
/** The slow measures (identity of plain and ideal, masks, true flow) look at every so many frames. */
const slowEvery = 6;
/** A face further out of the picture than this is not judged. */
const leastInFrame01 = 0.6;
/** Steps in which the face is hidden on purpose. */
const concealing = new Set(['conceal', 'unacquired', 'slate']);

interface Pair {
  readonly output: number[];
  /** The same measure of the ideal, or of the plain feed where the ideal is what is measured against. */
  readonly reference: number[];
}
const pair = (): Pair => ({ output: [], reference: [] });

/** Everything that a sequence collects. */
class SequenceMeasures {
  frames = 0;
  acquiredAfter = -1;
  leaked = 0;
  leakedInIdealToo = 0;
  readonly leakedBy = new Map<string, number>();
  concealed = 0;
  plain = 0;
  readonly psnr = pair();
  readonly ssim = pair();
  readonly flicker = pair();
  readonly warp = pair();
  readonly nme = pair();
  readonly iou: number[] = [];
  readonly faces: { readonly output: FaceMeasure[]; readonly plain: FaceMeasure[]; readonly ideal: FaceMeasure[] } = {
    output: [],
    plain: [],
    ideal: [],
  };
}

/** The three pictures of a frame, and the frame before. */
interface Pictures {
  readonly plain: Uint8Array;
  readonly ideal: Uint8Array;
  readonly idealBefore: Uint8Array;
  readonly output: Uint8Array;
  readonly outputBefore: Uint8Array;
}
const newPicture = (): Uint8Array => new Uint8Array(picture.widthPx * picture.heightPx * 2);

class SequenceRun {
  readonly measures = new SequenceMeasures();
  readonly sheet = new ContactSheet();
  readonly #scene: StageScene;
  readonly #truth: StageTruth;
  #pictures: Pictures = {
    plain: newPicture(),
    ideal: newPicture(),
    idealBefore: newPicture(),
    output: newPicture(),
    outputBefore: newPicture(),
  };
  #judgedBefore = false;

  constructor(
    private readonly sequence: SceneName,
    private readonly frames: number,
    private readonly meter: IdentityMeter,
  ) {
    this.#scene = new StageScene({ scene: sequence, seed: 1, ...picture, framesPerSecond });
    this.#truth = new StageTruth(this.#scene);
  }

  async run(): Promise<void> {
    const runner = new StageRunner();
    await runner.open();
    try {
      await runner.run({
        ...picture,
        framesPerSecond,
        frames: this.frames,
        time: 'frames',
        render: (n, target) => {
          this.#scene.renderFrame(n, { who: 'performer' }, target);
          this.#pictures.plain.set(target);
        },
        onOutput: (n, uyvy, lane, metadata) => this.#frame(n, uyvy, lane, metadata),
      });
    } finally {
      runner.close();
    }
  }

  async #frame(n: number, uyvy: Uint8Array, lane: Lane, metadata: string | null): Promise<void> {
    const { measures } = this;
    const { output, outputBefore, ideal, idealBefore, plain } = this.#pictures;
    this.#pictures = { plain, output: outputBefore, outputBefore: output, ideal: idealBefore, idealBefore: ideal };
    this.#pictures.output.set(uyvy);
    this.#scene.renderFrame(n, { who: 'likeness' }, this.#pictures.ideal);
    const person = this.#truth.people(n)[0]!;
    // The mark names a step where there is a likeness; a picture without one says its kind, and nobody chose plain here.
    const mark = readMark(metadata);
    const step = mark?.step ?? `${mark?.kind ?? 'no'} picture`;
    measures.frames++;
    if (step === 'likeness' && measures.acquiredAfter < 0) measures.acquiredAfter = n;
    const judged = person.inFrame01 >= leastInFrame01;
    const box = wholeBox(person.faceBox, 0.12, picture.widthPx, picture.heightPx);
    if (judged) await this.#lookForLeak(person, step);
    if (measures.acquiredAfter >= 0 && judged) {
      if (concealing.has(step)) measures.concealed++;
      if (step === 'plain') measures.plain++;
      this.#compare(n, box, wholeBox(person.faceBox, 0, picture.widthPx, picture.heightPx));
      this.#landmarks(person, lane);
      if (n % slowEvery === 0) await this.#slow(n, person, box);
    } else this.#judgedBefore = false;
    if (n % Math.ceil(this.frames / 8) === Math.ceil(this.frames / 16)) {
      const wide = wholeBox(person.faceBox, 0.35, picture.widthPx, picture.heightPx);
      this.sheet.add(
        `${this.sequence} ${n}: ${step}`,
        [this.#pictures.plain, this.#pictures.output, this.#pictures.ideal],
        picture.widthPx,
        wide,
      );
    }
  }

  /** From the first frame on: before somebody is acquired, nothing may show either. */
  async #lookForLeak(person: PersonTruth, step: string): Promise<void> {
    const { output, ideal } = this.#pictures;
    const seen = await this.#measure(output, person);
    if (step === 'plain' || seen.presence01 < 0.5 || seen.toPerformer <= seen.toLikeness) return;
    this.measures.leaked++;
    this.measures.leakedBy.set(step, (this.measures.leakedBy.get(step) ?? 0) + 1);
    const should = await this.#measure(ideal, person);
    if (should.toPerformer > should.toLikeness) this.measures.leakedInIdealToo++;
  }

  /** `inner` is the face alone, `box` has a rim round it, where a bad blend would flicker. */
  #compare(n: number, box: BoxPx, inner: BoxPx): void {
    const { plain, output, ideal } = this.#pictures;
    const patches = (where: BoxPx): LumaPatch[] =>
      [output, ideal, plain].map((which) => lumaIn(which, picture.widthPx, where));
    const [o, i] = patches(box) as [LumaPatch, LumaPatch];
    const { psnr, ssim: similarity, flicker } = this.measures;
    if (n % 2 === 0) {
      const [output8, ideal8, plain8] = patches(inner) as [LumaPatch, LumaPatch, LumaPatch];
      psnr.output.push(psnrDb(output8, ideal8));
      psnr.reference.push(psnrDb(plain8, ideal8));
      similarity.output.push(ssim(output8, ideal8));
      similarity.reference.push(ssim(plain8, ideal8));
    }
    const { outputBefore, idealBefore } = this.#pictures;
    if (this.#judgedBefore) {
      flicker.output.push(meanAbsDifference(o, lumaIn(outputBefore, picture.widthPx, box)));
      flicker.reference.push(meanAbsDifference(i, lumaIn(idealBefore, picture.widthPx, box)));
    }
    this.#judgedBefore = true;
  }

  #landmarks(person: PersonTruth, lane: Lane): void {
    const face = lane.parts.track.faces.find((one) => one.active && one.performerId === person.id);
    if (face) this.measures.nme.output.push(landmarkErrorPercent(face.landmarks, person.landmarks));
  }

  async #slow(n: number, person: PersonTruth, box: BoxPx): Promise<void> {
    const { measures } = this;
    const { plain, output, ideal, outputBefore, idealBefore } = this.#pictures;
    measures.faces.output.push(await this.#measure(output, person));
    measures.faces.ideal.push(await this.#measure(ideal, person));
    const seenPlain = await this.#measure(plain, person);
    measures.faces.plain.push(seenPlain);
    if (seenPlain.presence01 >= 0.5)
      measures.nme.reference.push(landmarkErrorPercent(seenPlain.landmarks, person.landmarks));
    const { face } = this.#truth.masks(n);
    measures.iou.push(changedIou(plain, output, picture.widthPx, box, face));
    if (n === 0) return;
    const where = { box, mask: this.#truth.masks(n - 1).face, ...this.#truth.flow(n - 1) };
    measures.warp.output.push(warpErrorCodes(outputBefore, output, picture, where));
    measures.warp.reference.push(warpErrorCodes(idealBefore, ideal, picture, where));
  }

  #measure(uyvy: Uint8Array, person: PersonTruth): Promise<FaceMeasure> {
    return this.meter.measure(rgbOf(uyvy, picture.widthPx, picture.heightPx), person.landmarks);
  }
}

const mean = (values: readonly number[]): number => {
  const known = values.filter((value) => Number.isFinite(value));
  return known.length === 0 ? Number.NaN : known.reduce((sum, value) => sum + value, 0) / known.length;
};

/**
 * psnr, ssim: luma of the face's box against the ideal; reference: the plain feed's. flicker: mean change of luma from frame to
 * frame; warpError: what is left of it when moved by the true flow; reference: the ideal's. nme: the lane's landmarks against
 * truth; reference: the mesh model run on every frame looked at. leakedFrames: frames, in any step but plain, in which the face
 * is nearer the performer than the likeness; reference: those in which the ideal itself is judged so.
 */
function rowsOf(row: string, m: SequenceMeasures): BenchRow[] {
  const of = (metric: string, { output, reference }: Pair, unit: string): BenchRow =>
    benchRow(row, metric, mean(output), unit, reference.length > 0 ? mean(reference) : null, output.length);
  const frames = (metric: string, value: number, reference: number | null): BenchRow =>
    benchRow(row, metric, value, 'frames', reference, m.frames);
  return [
    of('psnr', m.psnr, 'dB'),
    of('ssim', m.ssim, ''),
    benchRow(
      row,
      'identityGain',
      identityGain(m.faces.output, m.faces.plain, m.faces.ideal),
      '',
      1,
      m.faces.output.length,
    ),
    benchRow(
      row,
      'toLikeness',
      mean(m.faces.output.map((face) => face.toLikeness)),
      'cosine',
      mean(m.faces.ideal.map((face) => face.toLikeness)),
      m.faces.output.length,
    ),
    benchRow(
      row,
      'toPerformer',
      mean(m.faces.output.map((face) => face.toPerformer)),
      'cosine',
      mean(m.faces.plain.map((face) => face.toPerformer)),
      m.faces.output.length,
    ),
    frames('leakedFrames', m.leaked, m.leakedInIdealToo),
    frames('concealedFrames', m.concealed, null),
    frames('plainFrames', m.plain, null),
    frames('framesToAcquire', m.acquiredAfter, null),
    of('flicker', m.flicker, 'codes'),
    of('warpError', m.warp, 'codes'),
    of('nme', m.nme, '%'),
    benchRow(row, 'maskIou', mean(m.iou), '', null, m.iou.length),
  ];
}

async function likenessRows(sequence: SceneName, context: BenchContext): Promise<BenchRow[]> {
  const row = `likeness.${sequence}`;
  const frames = Math.max(20, Math.round((context.seconds ?? 5) * framesPerSecond));
  context.note(`${row}: ${frames} frames`);
  const meter = await IdentityMeter.open();
  try {
    const run = new SequenceRun(sequence, frames, meter);
    await run.run();
    const { leakedBy } = run.measures;
    if (leakedBy.size > 0)
      context.note(`${row}: leaked by step: ${[...leakedBy].map(([step, count]) => `${step} ${count}`).join(', ')}`);
    context.note(`${row}: ${run.sheet.write(row) ?? 'no contact sheet'}`);
    return rowsOf(row, run.measures);
  } finally {
    await meter.close();
  }
}

export const likenessEntries: readonly BenchEntry[] = sequences.map((sequence) => ({
  name: `likeness.${sequence}`,
  run: (context) => likenessRows(sequence, context),
}));
