import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lane } from '../../../server/pipeline/lane.js';
import type { ParamValue } from '../../../server/protocol/descriptors.js';
import { isCastBuilt, StageScene } from '../../../server/stage-sim/stage-scene.js';
import { StageRunner } from '../../bench/stage-run.js';

const picture = { widthPx: 1280, heightPx: 720 };
const framesPerSecond = 25;
const delay = '/understudy/output/cam-a/output/delayFrames';
const bypass = '/understudy/output/cam-a/output/bypass';
const lookAhead = '/understudy/lane/cam-a/smooth/lookAhead';

describe.skipIf(!isCastBuilt())('a lane with two frames of declared delay', () => {
  const scene = isCastBuilt() ? new StageScene({ scene: 'talk', seed: 1, ...picture, framesPerSecond }) : null;
  const pictures: Uint8Array[] = [];
  let runner: StageRunner;
  beforeAll(async () => {
    runner = new StageRunner();
    await runner.open();
  });
  afterAll(() => runner.close());

  interface Shown {
    readonly n: number;
    readonly step: string;
    readonly plain: boolean;
    /** Of the newest picture that had come in when this one was drawn. */
    readonly newest: number;
  }
  async function play(
    frames: number,
    values: Record<string, ParamValue>,
    change: (n: number) => Record<string, ParamValue> | null,
  ): Promise<{ shown: Shown[]; lane: Lane }> {
    const shown: Shown[] = [];
    let newest = -1;
    const lane = await runner.run({
      ...picture,
      framesPerSecond,
      frames,
      time: 'frames',
      values,
      changeBefore: change,
      render: (n, target) => {
        if (!pictures[n]) {
          scene!.renderFrame(n, { who: 'performer' }, target);
          pictures[n] = target.slice();
        } else target.set(pictures[n]);
        newest = n;
      },
      onOutput: () => {},
      onComposited: (n, pixels, running) =>
        shown.push({ n, step: running.step, plain: Buffer.compare(pixels, pictures[n]!) === 0, newest }),
    });
    return { shown, lane };
  }

  it('draws every picture once, in order, knowing the next; and shows the likeness', async () => {
    const { shown } = await play(24, { [delay]: 2 }, () => null);
    expect(shown.map(({ n }) => n)).toEqual(Array.from({ length: 23 }, (_, n) => n));
    for (const { n, newest } of shown) expect(newest).toBe(n + 1);
    expect(shown.at(-1)!.step).toBe('likeness');
    // Nothing but the label would make a whole picture plain.
    expect(shown.every(({ plain }) => !plain)).toBe(true);
  });

  it('shows each picture at once where it is switched off, and changes over without losing or doubling one', async () => {
    const { shown } = await play(24, { [delay]: 2 }, (n) => (n === 12 ? { [lookAhead]: false } : null));
    expect(shown.map(({ n }) => n)).toEqual(Array.from({ length: 24 }, (_, n) => n));
    for (const { n, newest } of shown) expect(newest).toBe(n < 12 ? n + 1 : n);
  });

  it('bypasses the picture that waits as well', async () => {
    const { shown } = await play(24, { [delay]: 2 }, (n) => (n === 18 ? { [bypass]: true } : null));
    // Picture 17 waited when bypass came.
    expect(shown.find(({ n }) => n === 16)!.step).toBe('likeness');
    for (const one of shown.filter(({ n }) => n >= 17)) expect(one.step).toBe('bypass');
  });
});
