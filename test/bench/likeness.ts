// Bench rows likeness.<sequence>: what the lane makes of a sequence of the simulated stage, beside the same sequence drawn with the
// likeness itself (the ideal). Offline and in order (stage-run.ts): the same frames give the same pictures on any machine.
import type { SceneName } from '../../server/stage-sim/scene/scripts.js';
import { ContactSheet } from './contact-sheet.js';
import type { BenchContext, BenchEntry } from './context.js';
import { filmFramesPerSecond, StageFilm } from './film.js';
import { openJudges } from './judges.js';
import type { BenchRow } from './row.js';
import { perFrameRows, productRows, type SequenceMeasures } from './sequence-measures.js';
import { SequenceRun } from './sequence-run.js';

/** Each as long as what happens in it takes, in seconds: a whole turn to both sides, a hand across, out of the picture and back. */
const sequences: Readonly<Partial<Record<SceneName, number>>> = {
  still: 2,
  talk: 4,
  smile: 4,
  turn: 6,
  fastTurn: 5.2,
  nod: 3,
  approach: 4,
  hand: 3.6,
  prop: 3.6,
  reenter: 7.6,
  crossing: 5.2,
  flash: 3.2,
  cut: 5.6,
  blur: 3,
  grain: 2,
};
/** Where the per-frame engine is measured beside: the sequences with targets for steadiness. */
const perFrameOn: ReadonlySet<SceneName> = new Set<SceneName>(['still', 'talk', 'turn', 'fastTurn']);
const perFrameValues = {
  '/understudy/lane/cam-a/keyframe/intervalFrames': 1,
  '/understudy/lane/cam-a/keyframe/crossfadeFrames': 0,
};
const noteEvery = 25;

async function likenessRows(sequence: SceneName, context: BenchContext): Promise<BenchRow[]> {
  const row = `likeness.${sequence}`;
  const seconds = context.seconds ?? sequences[sequence]!;
  const frames = context.frames ?? Math.max(20, Math.round(seconds * filmFramesPerSecond));
  const twice = perFrameOn.has(sequence);
  const film = new StageFilm(sequence, frames, twice);
  const judges = await openJudges(context.lpips);
  const sheet = new ContactSheet();
  const leaks = new ContactSheet();
  const play = (who: string, values: Record<string, number>, into: ContactSheet | null): Promise<SequenceMeasures> =>
    new SequenceRun({
      film,
      judges,
      values,
      sheet: into,
      leaks,
      onFrame: (n) => {
        if (n % noteEvery === 0) context.note(`${row}: ${who}, frame ${n} of ${frames}`);
      },
    }).run();
  try {
    const product = await play('product', {}, sheet);
    const { leakedBy } = product;
    if (leakedBy.size > 0)
      context.note(
        `${row}: leaked by step: ${[...leakedBy].map(([step, count]) => `${step} ${count}`).join(', ')}; ${leaks.write(`${row}.leaks`)}`,
      );
    context.note(`${row}: ${sheet.write(row) ?? 'no contact sheet'}`);
    const reference = twice ? await play('per-frame engine', perFrameValues, null) : null;
    return [...productRows(row, product), ...(reference ? perFrameRows(row, reference, product) : [])];
  } finally {
    await judges.close();
  }
}

export const likenessEntries: readonly BenchEntry[] = (Object.keys(sequences) as SceneName[]).map((sequence) => ({
  name: `likeness.${sequence}`,
  run: (context) => likenessRows(sequence, context),
}));
