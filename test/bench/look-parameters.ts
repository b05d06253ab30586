// `node build/test/bench/look-parameters.js SCENE FRAME OUT.png`: what every parameter of the look does, to look at. The film runs to the frame and
// stands there; rows: parameter; columns: its least, default and greatest value. Beside each row: mean change of the picture's face in codes.
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCanvas } from '@napi-rs/canvas';
import { likenessParams, lookParams } from '../../server/stages/composite/params.js';
import { addressOf } from '../../server/params/define.js';
import type { SceneName } from '../../server/stage-sim/scene/scripts.js';
import { StageScene } from '../../server/stage-sim/stage-scene.js';
import { StageRunner } from './stage-run.js';
import { uyvyToRgba } from './pictures.js';

const [scene = 'still', frame = '40', out = '/tmp/look-parameters.png'] = process.argv.slice(2);
const widthPx = 1920,
  heightPx = 1080;
const crop = { x: 660, y: 180, w: 600, h: 640 };
const runUp = Number(frame);
/** A change of texture or age is whole after a second of the worker's own time. */
const settleFrames = 40;
const lane = 'lane/cam-a';

interface Setting {
  readonly name: string;
  readonly address: string;
  readonly values: readonly number[];
}
const settings: readonly Setting[] = lookParams.descriptors
  .concat(likenessParams.descriptors.filter(({ name }) => name === 'mix01'))
  .flatMap((each) =>
    each.kind === 'number'
      ? [
          {
            name: each.key,
            address: addressOf(lane, each.group, each.name),
            values: [each.min, each.default, each.max],
          },
        ]
      : [],
  );
const steps = settings.flatMap(({ address, values }) => values.map((value) => ({ address, value })));
const standard = Object.fromEntries(settings.map(({ address, values }) => [address, values[1]!]));

const stage = new StageScene({ scene: scene as SceneName, seed: 1, widthPx, heightPx });
const runner = new StageRunner();
await runner.open();
const pictures: Uint8ClampedArray[] = [];
await runner.run({
  widthPx,
  heightPx,
  framesPerSecond: 25,
  time: 'frames',
  frames: runUp + steps.length * settleFrames,
  render: (n, target) => {
    if (n <= runUp) stage.renderFrame(n, { who: 'performer' }, target);
  },
  changeBefore: (n) => {
    const at = (n - runUp) / settleFrames;
    const step = steps[at];
    return step === undefined ? null : { ...standard, [step.address]: step.value };
  },
  onOutput: async (n, uyvy) => {
    // The worker that makes textures has its own time.
    if (n >= runUp) await sleep(8);
    if (n >= runUp && (n - runUp) % settleFrames === settleFrames - 1)
      pictures.push(uyvyToRgba(uyvy, widthPx, heightPx, crop));
  },
});

/** Mean difference of two crops, 8-bit codes. */
function apart(a: Uint8ClampedArray, b: Uint8ClampedArray): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return (sum / a.length) * (4 / 3);
}
const canvas = createCanvas(crop.w * 3, crop.h * settings.length);
const context = canvas.getContext('2d');
context.font = '28px sans-serif';
settings.forEach(({ name, values }, row) => {
  const shown = pictures.slice(row * 3, row * 3 + 3);
  shown.forEach((rgba, column) => {
    const image = context.createImageData(crop.w, crop.h);
    image.data.set(rgba);
    context.putImageData(image, column * crop.w, row * crop.h);
    context.fillStyle = '#fff';
    context.fillText(`${name} ${values[column]}`, column * crop.w + 12, row * crop.h + 36);
  });
  const [least, usual, most] = shown;
  console.log(
    name.padEnd(22),
    apart(least!, usual!).toFixed(2).padStart(7),
    apart(most!, usual!).toFixed(2).padStart(7),
  );
});
writeFileSync(out, canvas.toBuffer('image/png'));
runner.close();
process.exit(0);
