// `node build/test/bench/look.js SCENE FRAMES EVERY OUT.png [PERFORMER LIKENESS]`: a strip of plain | output | ideal, to look at.
import { writeFileSync } from 'node:fs';
import { createCanvas } from '@napi-rs/canvas';
import type { PersonId } from '../../server/stage-sim/cast/recipes.js';
import { StageScene } from '../../server/stage-sim/stage-scene.js';
import type { SceneName } from '../../server/stage-sim/scene/scripts.js';
import { pairShow } from './bench-cast.js';
import { StageRunner } from './stage-run.js';
import { uyvyToRgba } from './pictures.js';

const [scene = 'demo', frames = '50', every = '10', out = '/tmp/look.png', performer = 'robin', likeness = 'sasha'] =
  process.argv.slice(2);
const widthPx = 1920,
  heightPx = 1080;
const pair = { performer: performer as PersonId, likeness: likeness as PersonId };
const stage = new StageScene({ scene: scene as SceneName, seed: 1, widthPx, heightPx, ...pair });
const runner = new StageRunner();
await runner.open();
const plain = new Uint8Array(widthPx * heightPx * 2);
const ideal = new Uint8Array(widthPx * heightPx * 2);
const rows: Uint8ClampedArray[][] = [];
const crop = { x: 560, y: 100, w: 800, h: 860 };
const lane = await runner.run({
  widthPx,
  heightPx,
  framesPerSecond: 25,
  frames: Number(frames),
  time: 'frames',
  ...(process.argv.length > 6 ? { show: await pairShow(pair.performer, pair.likeness) } : {}),
  render: (n, target) => {
    stage.renderFrame(n, { who: 'performer' }, target);
    plain.set(target);
  },
  onOutput: (n, uyvy, running) => {
    const face = running.parts.track.faces[0]!;
    if (n % Number(every) !== Number(every) - 1) return;
    console.log(
      n,
      running.step,
      face.step,
      face.recognition,
      face.identity01.toFixed(2),
      'conf',
      face.confidence01.toFixed(2),
      JSON.stringify(running.meters.stageMs()),
    );
    stage.renderFrame(n, { who: 'likeness' }, ideal);
    rows.push([plain, uyvy, ideal].map((picture) => uyvyToRgba(picture, widthPx, heightPx, crop)));
  },
});
const canvas = createCanvas(crop.w * 3, crop.h * rows.length);
const context = canvas.getContext('2d');
rows.forEach((pictures, r) =>
  pictures.forEach((rgba, c) => {
    const image = context.createImageData(crop.w, crop.h);
    image.data.set(rgba);
    context.putImageData(image, c * crop.w, r * crop.h);
  }),
);
writeFileSync(out, canvas.toBuffer('image/png'));
console.log(lane.counters, lane.parts.track.counters, lane.parts.keyframe.counters);
runner.close();
process.exit(0);
