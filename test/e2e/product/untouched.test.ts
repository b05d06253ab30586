import { afterAll, beforeAll, expect, it } from 'vitest';
import { StageScene } from '../../../server/stage-sim/stage-scene.js';
import { StageRunner } from '../../bench/stage-run.js';

/** Promise 2 where no codec stands between: the real lane and the real inference process over in-memory NDI. */
const [widthPx, heightPx] = [1280, 720];
const runner = new StageRunner();
beforeAll(() => runner.open());
afterAll(() => runner.close());

it("pixels outside the face's region and the label are byte-identical to the camera's, and those of the face are not", async () => {
  const scene = new StageScene({ scene: 'demo', seed: 1, widthPx, heightPx });
  const plain = new Uint8Array(widthPx * heightPx * 2);
  const judged: { outside: number; face: number; label: number }[] = [];
  await runner.run({
    widthPx,
    heightPx,
    framesPerSecond: 25,
    frames: 30,
    time: 'frames',
    render: (n, target) => {
      scene.renderFrame(n, { who: 'performer' }, target);
      plain.set(target);
    },
    onOutput: (_n, uyvy, lane) => {
      if (lane.step !== 'likeness') return;
      const faces = lane.parts.track.faces
        .filter((face) => face.active)
        .map((face) => lane.parts.regions.view(face).box);
      expect(faces).toHaveLength(1);
      const count = { outside: 0, face: 0, label: 0 };
      const inside = (box: { x0: number; y0: number; x1: number; y1: number }, x: number, y: number): boolean =>
        x >= box.x0 && x < box.x1 && y >= box.y0 && y < box.y1;
      for (let at = 0; at < plain.length; at++) {
        if (uyvy[at] === plain[at]) continue;
        const x = (at >> 1) % widthPx,
          y = Math.floor((at >> 1) / widthPx);
        if (inside(lane.parts.label.plate, x, y)) count.label++;
        else if (inside(faces[0]!, x, y)) count.face++;
        else count.outside++;
      }
      judged.push(count);
    },
  });
  expect(judged.length).toBeGreaterThan(15);
  expect(judged.map(({ outside }) => outside)).toEqual(judged.map(() => 0));
  for (const { face, label } of judged) {
    expect(face).toBeGreaterThan(5000);
    expect(label).toBeGreaterThan(2000);
  }
});
