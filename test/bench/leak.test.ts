import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isCastBuilt } from '../../server/stage-sim/stage-scene.js';
import { ContactSheet } from './contact-sheet.js';
import { StageFilm } from './film.js';
import { openJudges } from './judges.js';
import { rgbOfPart } from './part.js';
import { descriptorDistance } from './referee.js';
import { canTell, isBare, isLeak, isLikeness } from './leaks.js';
import { SequenceRun } from './sequence-run.js';

describe.skipIf(!isCastBuilt())('leaks (skipped: no simulated cast)', () => {
  let judges: Awaited<ReturnType<typeof openJudges>>;
  beforeAll(async () => {
    judges = await openJudges();
  }, 60_000);
  afterAll(() => judges.close());

  it("the performer's own face is a leak in any step but plain, the ideal in none", async () => {
    const film = new StageFilm('talk', 1, false);
    film.picture(0, new Uint8Array(1920 * 1080 * 2));
    const { plain, ideal, person } = film.frame(0);
    const performer = await judges.meter.measurePart(plain, person.landmarks);
    const likeness = await judges.meter.measurePart(ideal, person.landmarks);
    for (const step of ['likeness', 'hold', 'conceal', 'unacquired', 'idle']) {
      expect(isLeak(step, performer), step).toBe(true);
      expect(isLeak(step, likeness), step).toBe(false);
    }
    expect(isLeak('plain', performer)).toBe(false);
    expect(isLikeness(likeness)).toBe(true);
    expect(isLikeness(performer)).toBe(false);
    expect(canTell(performer, likeness)).toBe(true);
  });

  it('of a face behind a passer-by nobody can tell whose it is: then bare skin decides', async () => {
    const film = new StageFilm('crossing', 73, false);
    film.picture(72, new Uint8Array(1920 * 1080 * 2));
    const { plain, ideal, person } = film.frame(72);
    const look = async (part: typeof plain): Promise<Awaited<ReturnType<typeof judges.meter.measurePart>>> =>
      judges.meter.measurePart(part, person.landmarks);
    expect(canTell(await look(plain), await look(ideal))).toBe(false);
    // Softened beyond recognition: as far from the one as from the other, give or take.
    expect(isLeak('unacquired', { presence01: 0.96, toLikeness: 0.199, toPerformer: 0.201 })).toBe(false);
    expect(isBare('hold', 0.6)).toBe(true);
    expect(isBare('plain', 0.6)).toBe(false);
    expect(isBare('hold', 0.3)).toBe(false);
    expect(isBare('hold', Number.NaN)).toBe(false);
  });

  it('the referee tells the two apart without the models of the product', async () => {
    const film = new StageFilm('smile', 1, false);
    film.picture(0, new Uint8Array(1920 * 1080 * 2));
    const { plain, ideal, person, box } = film.frame(0);
    const near = person.landmarks.map((value, k) => value - [box.x0, box.y0, 0][k % 3]!);
    const { likeness, performer } = judges.refereeKnows;
    const [p, i] = [
      await judges.referee.describe(rgbOfPart(plain), near),
      await judges.referee.describe(rgbOfPart(ideal), near),
    ];
    expect(descriptorDistance(p, performer)).toBeLessThan(descriptorDistance(p, likeness));
    expect(descriptorDistance(i, likeness)).toBeLessThan(descriptorDistance(i, performer));
  });

  it('a sequence that shows the performer before anybody is recognised is counted, frame by frame', async () => {
    const film = new StageFilm('talk', 3, false);
    const { leaked, leakedBy } = await new SequenceRun({
      film,
      judges,
      // What the product never does by itself: the unrecognised face is shown.
      values: { '/understudy/output/cam-a/fallback/unacquired': 'plain' },
      sheet: new ContactSheet(),
      onFrame: () => {},
    }).run();
    expect(leaked).toBeGreaterThan(0);
    expect([...leakedBy.values()].reduce((sum, count) => sum + count, 0)).toBe(leaked);
  }, 60_000);
});
