import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lane } from '../../server/pipeline/lane.js';
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
async function play(scene: SceneName, numbers: readonly number[], delayFrames = 0): Promise<Shown[]> {
  const stage = new StageScene({ scene, seed: 1, people: 1, ...picture });
  const truth = new StageTruth(stage);
  const shown: Shown[] = [];
  const look = (n: number, lane: Lane): void => {
    const { landmarks } = truth.people(numbers[n]!)[0]!;
    let inside = 0;
    for (let i = 0; i < landmarks.length; i += 3) {
      const [x, y] = [landmarks[i]!, landmarks[i + 1]!];
      if (x >= 0 && y >= 0 && x < picture.widthPx && y < picture.heightPx) inside++;
    }
    const { focalPx } = stage.moment(numbers[n]!).view;
    shown.push({ step: lane.step, share01: (inside * 3) / landmarks.length, focalPx });
  };
  await runner.run({
    ...picture,
    frames: numbers.length,
    time: 'frames',
    values: { '/understudy/output/cam-a/output/delayFrames': delayFrames },
    render: (n, target) => stage.renderFrame(numbers[n]!, { who: 'performer' }, target),
    onOutput: () => {},
    onComposited: (n, _uyvy, lane) => look(n, lane),
  });
  return shown;
}
const count = (from: number, to: number): number[] =>
  Array.from({ length: Math.abs(to - from) + 1 }, (_, i) => from + i * Math.sign(to - from));

const runner = new StageRunner();
beforeAll(() => runner.open());
afterAll(() => runner.close());

describe('a performer who comes into the picture', () => {
  const cutIn = (shown: readonly Shown[]): number =>
    shown.findIndex(({ focalPx }, n) => n > 0 && focalPx !== shown[n - 1]!.focalPx);

  it('has the likeness one picture after a cut, and nothing of her own face before', { timeout: 60_000 }, async () => {
    const shown = await play('cut', count(115, 142));
    const cut = cutIn(shown);
    expect(shown[cut - 1]!.step).toBe('likeness');
    expect(shown[cut]!.step).toBe('unacquired');
    expect(shown.slice(cut + 1).every(({ step }) => step === 'likeness')).toBe(true);
  });

  it('has it in the very picture of the cut where a delay of two frames is declared', { timeout: 60_000 }, async () => {
    const shown = await play('cut', count(122, 138), 2);
    const cut = cutIn(shown);
    expect(cut).toBeGreaterThan(4);
    expect(shown.slice(cut - 1).map(({ step }) => step)).toEqual(shown.slice(cut - 1).map(() => 'likeness'));
  });

  it(
    'has the likeness within two pictures of coming back, and nothing of her own face',
    { timeout: 60_000 },
    async () => {
      const shown = await play('reenter', [...count(160, 184), ...count(183, 160)]);
      const gone = shown.findIndex(({ share01 }) => share01 === 0);
      const back = shown.findIndex(({ share01 }, n) => n > gone && share01 >= 0.9);
      expect(gone).toBeGreaterThan(0);
      const first = shown.findIndex(({ step }, n) => n >= back && step === 'likeness');
      expect(first - back).toBeLessThanOrEqual(2);
      for (const [n, { step, share01 }] of shown.entries())
        if (n > 2 && share01 > 0) expect(['likeness', 'hold', 'conceal', 'unacquired'], `picture ${n}`).toContain(step);
    },
  );
});
