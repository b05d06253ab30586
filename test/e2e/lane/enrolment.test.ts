import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Lane } from '../../../server/pipeline/lane.js';
import { isCastBuilt, StageScene } from '../../../server/stage-sim/stage-scene.js';
import { showOf } from '../../bench/bench-cast.js';
import { StageRunner } from '../../bench/stage-run.js';

const picture = { widthPx: 1280, heightPx: 720 };

/** A show whose cast list calls the stage's performer "kim", of whom it has photos: the one who stands there is nobody of the cast. */
function strangersShow(): ReturnType<typeof showOf> {
  const show = showOf(2);
  return { ...show, cast: show.cast.filter(({ performerId }) => performerId === 'kim') };
}

describe.skipIf(!isCastBuilt())('enrolment before a camera', () => {
  let runner: StageRunner;
  beforeEach(async () => {
    runner = new StageRunner();
    await runner.open();
  });
  afterEach(() => runner.close());

  async function play(
    frames: number,
    framesPerSecond: number,
    onOutput: (n: number, lane: Lane) => void | Promise<void>,
  ): Promise<void> {
    const scene = new StageScene({ scene: 'talk', seed: 1, ...picture, framesPerSecond });
    await runner.run({
      ...picture,
      framesPerSecond,
      frames,
      time: 'frames',
      show: strangersShow(),
      render: (n, target) => scene.renderFrame(n, { who: 'performer' }, target),
      onOutput: (n, _uyvy, lane) => onOutput(n, lane),
    });
  }

  it('makes whoever stands there the performer, who is then recognised and gets the likeness; the photos are kept', async () => {
    const faceBefore: (string | null)[] = [];
    let folder = '';
    let state: string | null = null;
    let looks = 0;
    let recognisedAt = -1;
    let doneAt = -1;
    await play(75, 25, async (n, lane) => {
      folder = join(runner.stateFolder, 'performers', 'kim');
      const face = lane.parts.track.faces.find((one) => one.active);
      if (n < 20) faceBefore.push(face?.performerId ?? null);
      if (n === 20) lane.enrolment.begin({ performerId: 'kim', faceId: face!.faceId, by: 'test' });
      while (lane.enrolment.status?.state === 'preparing') await new Promise((resolve) => setTimeout(resolve, 20));
      state = lane.enrolment.status?.state ?? null;
      looks = Math.max(looks, lane.enrolment.status?.looks ?? 0);
      if (state === 'done' && doneAt < 0) doneAt = n;
      if (doneAt >= 0 && recognisedAt < 0 && face?.performerId === 'kim' && lane.step === 'likeness') recognisedAt = n;
    });
    expect(faceBefore.every((performer) => performer === null)).toBe(true);
    expect(state).toBe('done');
    expect(looks).toBe(10);
    expect(recognisedAt - doneAt).toBeGreaterThanOrEqual(0);
    expect(recognisedAt - doneAt).toBeLessThanOrEqual(16);
    expect(readdirSync(folder).filter((name) => name.endsWith('.png')).length).toBeGreaterThanOrEqual(3);
    expect(existsSync(join(folder, 'live-1.png'))).toBe(true);
    expect(readdirSync(folder).some((name) => name.endsWith('.rgb'))).toBe(false);
  });

  it('is refused, with the reason, where no face of that number is in sight; nobody is added', async () => {
    let status: Lane['enrolment']['status'] = null;
    let cast: readonly string[] = [];
    // Few pictures a second: three seconds of looking pass in few of them.
    await play(24, 5, (n, lane) => {
      if (n === 4) lane.enrolment.begin({ performerId: 'kim', faceId: 7, by: 'test' });
      status = lane.enrolment.status;
      cast = lane.parts.shelf.cast.map(({ performerId }) => performerId);
    });
    expect(status).toMatchObject({ state: 'refused', performerId: 'kim', reason: 'no face was in sight' });
    expect(cast).toEqual(['kim']);
  });
});
