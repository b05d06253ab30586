import { expect, it } from 'vitest';
import { isCastBuilt, StageScene } from '../../../server/stage-sim/stage-scene.js';
import { StageTruth } from '../../../server/stage-sim/stage-truth.js';
import { showOf } from '../../bench/bench-cast.js';
import { StageRunner } from '../../bench/stage-run.js';

const picture = { widthPx: 1280, heightPx: 720 };
const framesPerSecond = 25;
/** The second performer comes in, passes before the first and goes. */
const frames = 105;
/** Pictures after somebody has come into sight until they must be known, and in which a face may be hidden in all. */
const framesToKnow = 12;
const mostHidden01 = 0.25;

const inside = (x: number, y: number, box: { x0: number; y0: number; x1: number; y1: number }): boolean =>
  x > box.x0 && x < box.x1 && y > box.y0 && y < box.y1;

// The likeness of one on the face of the other is what this is about: the stage's truth says who stands where.
it.skipIf(!isCastBuilt())(
  'two cast performers who cross are never taken for each other, and are hidden for few pictures',
  async () => {
    const scene = new StageScene({ scene: 'crossing', seed: 1, ...picture, framesPerSecond });
    const truth = new StageTruth(scene);
    const runner = new StageRunner();
    await runner.open();
    let swapped = 0,
      hidden = 0,
      seen = 0,
      bothKnown = 0;
    const since = new Map<string, number>();
    const late: string[] = [];
    try {
      await runner.run({
        ...picture,
        framesPerSecond,
        frames,
        time: 'frames',
        show: showOf(2),
        render: (n, target) => scene.renderFrame(n, { who: 'performer' }, target),
        onOutput: (n, _uyvy, lane) => {
          const people = truth.people(n).map(({ id, faceBox, inFrame01 }) => ({ id, box: { ...faceBox }, inFrame01 }));
          const known = new Set<string>();
          for (const face of lane.parts.track.faces) {
            if (!face.active || face.performerId === null) continue;
            const x = (face.box.x0 + face.box.x1) / 2,
              y = (face.box.y0 + face.box.y1) / 2;
            // Where both stand over each other the nearer middle counts.
            const near = people
              .filter(({ box }) => inside(x, y, box))
              .sort((a, b) => distance(a.box, x, y) - distance(b.box, x, y));
            if (near.length > 0 && near[0]!.id !== face.performerId && near.every(({ id }) => id !== face.performerId))
              swapped++;
            known.add(face.performerId);
            seen++;
            if (face.step === 'conceal' || face.step === 'unacquired') hidden++;
          }
          if (known.size === 2) bothKnown++;
          for (const { id, inFrame01 } of people) {
            if (inFrame01 < 0.95 || known.has(id)) since.delete(id);
            else if (n - (since.get(id) ?? since.set(id, n).get(id)!) > framesToKnow) late.push(`${id} at ${n}`);
          }
        },
      });
    } finally {
      runner.close();
    }
    expect(bothKnown).toBeGreaterThan(10);
    expect(swapped).toBe(0);
    expect(late).toEqual([]);
    expect(hidden / seen).toBeLessThan(mostHidden01);
  },
);

function distance(box: { x0: number; y0: number; x1: number; y1: number }, x: number, y: number): number {
  return Math.hypot((box.x0 + box.x1) / 2 - x, (box.y0 + box.y1) / 2 - y);
}
