import { type FaceMeasure, identityGain } from './identity.js';
import { benchRow, type BenchRow } from './row.js';

/** A measure of the output and the same measure of what it is compared with. */
export interface Pair {
  readonly output: number[];
  readonly reference: number[];
}
const pair = (): Pair => ({ output: [], reference: [] });

/** One look at output, plain feed and ideal by somebody who says who is in a picture. */
export interface IdentityLook {
  readonly output: number;
  readonly plain: number;
  readonly ideal: number;
}

/** Everything that a sequence collects. */
export class SequenceMeasures {
  frames = 0;
  judged = 0;
  acquiredAfter = -1;
  leaked = 0;
  /** Frames in which the embedding named the performer although it could not have told; then the share of bare skin decides. */
  untold = 0;
  refereeLeaks = 0;
  refereeLooks = 0;
  concealed = 0;
  plain = 0;
  readonly leakedBy = new Map<string, number>();
  readonly psnr = pair();
  readonly ssim = pair();
  readonly multiScaleSsim = pair();
  /** Empty where no network for it was given. */
  readonly lpips = pair();
  readonly detail = pair();
  readonly flicker = pair();
  readonly warp = pair();
  readonly nme = pair();
  readonly expression = pair();
  readonly iou = pair();
  /** Share of the visible face that is as the camera saw it: what shows through of the performer. */
  readonly plainSkin = pair();
  readonly occluderKept: number[] = [];
  readonly faces: { readonly output: FaceMeasure[]; readonly plain: FaceMeasure[]; readonly ideal: FaceMeasure[] } = {
    output: [],
    plain: [],
    ideal: [],
  };
  /** Distances to the likeness by the referee. */
  readonly referee: IdentityLook[] = [];
}

export const mean = (values: readonly number[]): number => {
  const known = values.filter((value) => Number.isFinite(value));
  return known.length === 0 ? Number.NaN : known.reduce((sum, value) => sum + value, 0) / known.length;
};

const most = (values: readonly number[]): number => Math.max(...values.filter(Number.isFinite));

/** An output as steady as the truth: within this of the truth's own. */
const steady = { least: 0.8, most: 1.1 } as const;
/** An output with less than this of the ideal's fine detail is a blur, with more a noise. docs/quality.md says why these. */
const detailBounds = { least: 0.7, most: 1.4 } as const;

const of = (row: string, metric: string, { output, reference }: Pair, unit: string): BenchRow =>
  benchRow(row, metric, mean(output), unit, reference.length > 0 ? mean(reference) : null, output.length);

/** Nearness by the referee is less distance; 0 is the plain feed, 1 the ideal, as identityGain. */
function refereeGain(looks: readonly IdentityLook[]): number {
  const [output, plain, ideal] = (['output', 'plain', 'ideal'] as const).map((k) => mean(looks.map((look) => look[k])));
  return (plain! - output!) / (plain! - ideal!);
}

/**
 * Rows of the product. psnr, ssim, msSsim: luma of the face's box against the ideal; reference: the plain feed's, which is also the floor.
 * lpips: the same by a learned distance, where a network is given. detail: fine detail of the face; reference: the ideal's. flicker: mean change of luma from frame to frame; warpError: Lai et al.,
 * by the true flow; reference: the ideal's. nme: the lane's landmarks against truth; reference: the mesh model run on the frame.
 * plainSkin: share of the visible face that is as the camera saw it, so that half a face does not hide behind an identity that still passes;
 * plainSkinMost: the worst look; reference: the ideal's, whose skin may have the same colour by chance. expressionError: against the ideal's expression; reference: the plain feed's. maskIou: reference: the ideal's own. leakedFrames:
 * in any step but plain, by the rule of leaks.ts; untoldFrames: those which the embedding alone would have counted, but cannot tell. refereeLeaks: the same by the referee, on the frames it sees.
 */
export function productRows(row: string, m: SequenceMeasures): BenchRow[] {
  const { output, plain, ideal } = m.faces;
  const likeness = (faces: readonly FaceMeasure[]): number => mean(faces.map((face) => face.toLikeness));
  const performer = (faces: readonly FaceMeasure[]): number => mean(faces.map((face) => face.toPerformer));
  const count = (metric: string, value: number, reference: number | null, samples: number): BenchRow =>
    benchRow(row, metric, value, 'frames', reference, samples);
  return [
    of(row, 'psnr', m.psnr, 'dB'),
    of(row, 'ssim', m.ssim, ''),
    of(row, 'msSsim', m.multiScaleSsim, ''),
    ...(m.lpips.output.length > 0 ? [of(row, 'lpips', m.lpips, '')] : []),
    of(row, 'detail', m.detail, 'codes'),
    benchRow(row, 'identityGain', identityGain(output, plain, ideal), '', 1, output.length),
    benchRow(row, 'refereeGain', refereeGain(m.referee), '', 1, m.referee.length),
    benchRow(row, 'toLikeness', likeness(output), 'cosine', likeness(ideal), output.length),
    benchRow(row, 'toPerformer', performer(output), 'cosine', performer(plain), output.length),
    count('leakedFrames', m.leaked, null, m.judged),
    count('untoldFrames', m.untold, null, m.judged),
    count('refereeLeaks', m.refereeLeaks, null, m.refereeLooks),
    count('concealedFrames', m.concealed, null, m.judged),
    count('plainFrames', m.plain, null, m.judged),
    count('framesToAcquire', m.acquiredAfter, null, m.frames),
    of(row, 'flicker', m.flicker, 'codes'),
    of(row, 'warpError', m.warp, '1e-4'),
    of(row, 'nme', m.nme, '%'),
    of(row, 'expressionError', m.expression, '%'),
    of(row, 'maskIou', m.iou, ''),
    of(row, 'plainSkin', m.plainSkin, ''),
    benchRow(
      row,
      'plainSkinMost',
      most(m.plainSkin.output),
      '',
      most(m.plainSkin.reference),
      m.plainSkin.output.length,
    ),
    ...(m.occluderKept.some(Number.isFinite)
      ? [benchRow(row, 'occluderKept', mean(m.occluderKept), '', 1, m.occluderKept.length)]
      : []),
    benchRow(row, 'steadyAndSharp', isSteadyAndSharp(m) ? 1 : 0, 'of 1', 1, m.judged),
  ];
}

/** Flicker and warping error as the truth's, and not for being blurred: PSNR and SSIM above the plain feed's, detail near the ideal's. */
export function isSteadyAndSharp(m: SequenceMeasures): boolean {
  const ratio = ({ output, reference }: Pair): number => mean(output) / mean(reference);
  const within = (value: number, { least, most }: { least: number; most: number }): boolean =>
    value >= least && value <= most;
  return (
    within(ratio(m.flicker), steady) &&
    within(ratio(m.warp), steady) &&
    within(ratio(m.detail), detailBounds) &&
    ratio(m.psnr) >= 1 &&
    ratio(m.ssim) >= 1
  );
}

/** The engine that has fresh inference on every frame and never carries anything: what flow and cross-fade cost or gain. */
export function perFrameRows(row: string, m: SequenceMeasures, product: SequenceMeasures): BenchRow[] {
  const against = (metric: string, unit: string, pick: (from: SequenceMeasures) => Pair): BenchRow =>
    benchRow(row, `${metric}.perFrame`, mean(pick(m).output), unit, mean(pick(product).output), pick(m).output.length);
  const gain = ({ faces }: SequenceMeasures): number => identityGain(faces.output, faces.plain, faces.ideal);
  return [
    against('psnr', 'dB', ({ psnr }) => psnr),
    against('ssim', '', ({ ssim }) => ssim),
    benchRow(row, 'identityGain.perFrame', gain(m), '', gain(product), m.faces.output.length),
    against('flicker', 'codes', ({ flicker }) => flicker),
    against('warpError', '1e-4', ({ warp }) => warp),
    against('nme', '%', ({ nme }) => nme),
  ];
}
