// `node build/test/bench/look-close.js SCENE FROM TO EVERY eyes|mouth|face OUT.png [PARAM=VALUE …]`: a strip of plain | output | ideal close to, and
// for every picture how far eyes and mouth are open: truth, and what the lane took them for.
import { writeFileSync } from 'node:fs';
import { createCanvas } from '@napi-rs/canvas';
import { expressionUnitNames } from '../../server/stage-sim/cast/recipes.js';
import { type SceneName } from '../../server/stage-sim/scene/scripts.js';
import { StageScene } from '../../server/stage-sim/stage-scene.js';
import { StageTruth } from '../../server/stage-sim/stage-truth.js';
import { uyvyToRgba } from './pictures.js';
import { StageRunner } from './stage-run.js';

const [scene = 'talk', from = '0', to = '50', every = '1', part = 'eyes', out = '/tmp/close.png', ...assignments] =
  process.argv.slice(2);
const widthPx = 1920,
  heightPx = 1080;
/** Enlargement, and the part's size in the picture. */
const views = {
  eyes: { points: [33, 263], widthPx: 260, heightPx: 110, times: 3 },
  mouth: { points: [61, 291], widthPx: 220, heightPx: 180, times: 3 },
  face: { points: [1], widthPx: 480, heightPx: 560, times: 1 },
} as const;
const view = views[part as keyof typeof views];
const stage = new StageScene({ scene: scene as SceneName, seed: 1, widthPx, heightPx });
const truth = new StageTruth(new StageScene({ scene: scene as SceneName, seed: 1, widthPx, heightPx }));
const values = Object.fromEntries(
  assignments.map((one) => {
    const [name, value] = one.split('=') as [string, string];
    return [`/understudy/lane/cam-a/${name}`, Number.isNaN(Number(value)) ? value : Number(value)];
  }),
);

const gap = (p: Float32Array, a: number, b: number, left: number, right: number): string => {
  const distance = (i: number, j: number): number =>
    Math.hypot(p[i * 3]! - p[j * 3]!, p[i * 3 + 1]! - p[j * 3 + 1]!, p[i * 3 + 2]! - p[j * 3 + 2]!);
  return (distance(a, b) / Math.max(1e-6, distance(left, right))).toFixed(3);
};
const openings = (p: Float32Array): string =>
  `${gap(p, 159, 145, 33, 133)} ${gap(p, 386, 374, 263, 362)} ${gap(p, 13, 14, 33, 263)}`;

const acted = ['blinkRight', 'blinkLeft', 'jawOpen', 'partLips'].map((name) =>
  expressionUnitNames.indexOf(name as never),
);
const plain = new Uint8Array(widthPx * heightPx * 2),
  ideal = new Uint8Array(widthPx * heightPx * 2);
const rows: Uint8ClampedArray[][] = [];
const runner = new StageRunner();
await runner.open();
console.log('picture | acted blinks, jaw, lips | lane | asked, keyframe, rim confidence');
const lane = await runner.run({
  widthPx,
  heightPx,
  framesPerSecond: 25,
  frames: Number(to),
  time: 'frames',
  values,
  render: (n, target) => {
    stage.renderFrame(n, { who: 'performer' }, target);
    plain.set(target);
  },
  onOutput: (n, uyvy, running) => {
    if (n < Number(from)) return;
    const face = running.parts.track.faces.find((one) => one.active && one.performerId !== null);
    const person = truth.people(n)[0]!;
    console.log(
      n,
      '|',
      acted.map((unit) => person.expression[unit]!.toFixed(2)).join(' '),
      '|',
      face ? openings(face.landmarks) : 'nobody',
      '|',
      face ? `${n - (running.frameNumber - face.askedFrame)} ${n - (running.frameNumber - face.keyframeFrame)}` : '',
      face?.rimConfidence01.toFixed(2),
      running.step,
    );
    if ((n - Number(from)) % Number(every) !== 0) return;
    stage.renderFrame(n, { who: 'likeness' }, ideal);
    const middle = (axis: number): number =>
      view.points.reduce((sum, i) => sum + person.landmarks[i * 3 + axis]! / view.points.length, 0);
    const crop = {
      x: Math.max(0, Math.min(widthPx - view.widthPx, Math.round(middle(0) - view.widthPx / 2) & ~1)),
      y: Math.max(0, Math.min(heightPx - view.heightPx, Math.round(middle(1) - view.heightPx / 2))),
      w: view.widthPx,
      h: view.heightPx,
    };
    console.log(`row ${rows.length}: picture ${n}, from ${crop.x}, ${crop.y}`);
    rows.push([plain, uyvy, ideal].map((picture) => uyvyToRgba(picture, widthPx, heightPx, crop)));
  },
});
const { widthPx: w, heightPx: h, times } = view;
const small = createCanvas(w, h);
const canvas = createCanvas(w * times * 3, h * times * rows.length);
const context = canvas.getContext('2d');
rows.forEach((pictures, r) =>
  pictures.forEach((rgba, c) => {
    const image = small.getContext('2d').createImageData(w, h);
    image.data.set(rgba);
    small.getContext('2d').putImageData(image, 0, 0);
    context.drawImage(small, c * w * times, r * h * times, w * times, h * times);
  }),
);
if (rows.length > 0) writeFileSync(out, canvas.toBuffer('image/png'));
console.log(lane.counters, lane.parts.keyframe.counters);
runner.close();
process.exit(0);
