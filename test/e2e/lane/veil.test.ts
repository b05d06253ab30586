import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isCastBuilt, StageScene } from '../../../server/stage-sim/stage-scene.js';
import { StageTruth } from '../../../server/stage-sim/stage-truth.js';
import { StageRunner } from '../../bench/stage-run.js';

const picture = { widthPx: 1280, heightPx: 720 };
/** Enough for a matte after recognition. */
const frames = 14;
const changedCodes = 5;

describe.skipIf(!isCastBuilt())('the veil (skipped: no simulated cast)', () => {
  let runner: StageRunner;
  beforeAll(async () => {
    runner = new StageRunner();
    await runner.open();
  });
  afterAll(() => runner.close());

  it('leaves a sunset of skin’s colour beside the ears as the camera saw it', async () => {
    const scene = new StageScene({ scene: 'still', seed: 1, ...picture, framesPerSecond: 25 });
    const plain = new Uint8Array(picture.widthPx * picture.heightPx * 2);
    let last: Uint8Array | null = null;
    const lane = await runner.run({
      ...picture,
      framesPerSecond: 25,
      frames,
      time: 'frames',
      values: { '/understudy/lane/cam-a/look/shape01': 0 },
      render: (n, target) => {
        scene.renderFrame(n, { who: 'performer' }, target);
        plain.set(target);
      },
      onOutput: (n, uyvy) => void (n === frames - 1 && (last = uyvy.slice())),
    });
    expect(lane.parts.keyframe.counters.matteAnswered).toBeGreaterThan(0);
    const { people } = new StageTruth(scene).masks(frames - 1);
    const { landmarks } = lane.parts.track.faces[0]!;
    const [right, left, top, chin] = [
      landmarks[234 * 3]!,
      landmarks[454 * 3]!,
      landmarks[10 * 3 + 1]!,
      landmarks[152 * 3 + 1]!,
    ];
    const besidePx = (left - right) * 0.3;
    let beside = 0,
      changed = 0;
    for (let y = Math.round(top); y < chin; y++) {
      for (let x = Math.round(right - besidePx); x < left + besidePx; x++) {
        const at = y * picture.widthPx + x;
        if (people[at] !== 0) continue;
        beside++;
        if (Math.abs(last![at * 2 + 1]! - plain[at * 2 + 1]!) > changedCodes) changed++;
      }
    }
    expect(beside).toBeGreaterThan(2000);
    // 0.024 here, a fringe of the ears; without a matte 0.154.
    expect(changed / beside).toBeLessThan(0.05);
  }, 60_000);
});
