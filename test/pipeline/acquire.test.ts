import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LadderStep } from '../../server/protocol/messages.js';
import { StageScene } from '../../server/stage-sim/stage-scene.js';
import type { SceneName } from '../../server/stage-sim/scene/scripts.js';
import { StageTruth } from '../../server/stage-sim/stage-truth.js';
import { StageRunner } from '../bench/stage-run.js';

const picture = { widthPx: 1280, heightPx: 720, framesPerSecond: 50 };

interface Shown {
  readonly step: LadderStep;
  /** Of the face's landmarks in the picture. */
  readonly share01: number;
  readonly focalPx: number;
}

/** Plays the scene's pictures of these numbers; every answer of the models comes within its picture, so what is counted is the design's. */
async function play(scene: SceneName, numbers: readonly number[]): Promise<Shown[]> {
  const stage = new StageScene({ scene, seed: 1, people: 1, ...picture });
  const truth = new StageTruth(stage);
  const shown: Shown[] = [];
  await runner.run({
    ...picture,
    frames: numbers.length,
    time: 'frames',
    render: (n, target) => stage.renderFrame(numbers[n]!, { who: 'performer' }, target),
    onOutput: (n, _uyvy, lane) => {
      const { landmarks } = truth.people(numbers[n]!)[0]!;
      let inside = 0;
      for (let i = 0; i < landmarks.length; i += 3) {
        const [x, y] = [landmarks[i]!, landmarks[i + 1]!];
        if (x >= 0 && y >= 0 && x < picture.widthPx && y < picture.heightPx) inside++;
      }
      const { focalPx } = stage.moment(numbers[n]!).view;
      shown.push({ step: lane.step, share01: (inside * 3) / landmarks.length, focalPx });
    },
  });
  return shown;
}
const count = (from: number, to: number): number[] =>
  Array.from({ length: Math.abs(to - from) + 1 }, (_, i) => from + i * Math.sign(to - from));

const runner = new StageRunner();
beforeAll(() => runner.open());
afterAll(() => runner.close());

describe('a performer who comes into the picture', () => {
  it('has the likeness two pictures after a cut, and nothing of her own face before', { timeout: 60_000 }, async () => {
    const shown = await play('cut', count(115, 142));
    const cut = shown.findIndex(({ focalPx }, n) => n > 0 && focalPx !== shown[n - 1]!.focalPx);
    expect(shown[cut - 1]!.step).toBe('likeness');
    expect(shown.slice(cut, cut + 2).map(({ step }) => step)).toEqual(['unacquired', 'unacquired']);
    expect(shown.slice(cut + 2).every(({ step }) => step === 'likeness')).toBe(true);
  });

  it(
    'has the likeness within four pictures of coming back, and nothing of her own face',
    { timeout: 60_000 },
    async () => {
      const shown = await play('reenter', [...count(160, 184), ...count(183, 160)]);
      const gone = shown.findIndex(({ share01 }) => share01 === 0);
      const back = shown.findIndex(({ share01 }, n) => n > gone && share01 >= 0.9);
      expect(gone).toBeGreaterThan(0);
      const first = shown.findIndex(({ step }, n) => n >= back && step === 'likeness');
      expect(first - back).toBeLessThanOrEqual(4);
      for (const [n, { step, share01 }] of shown.entries())
        if (n > 2 && share01 > 0) expect(['likeness', 'hold', 'conceal', 'unacquired'], `picture ${n}`).toContain(step);
    },
  );
});
