// `node build/test/bench/look-monitors.js OUT.png [FRAMES] [TABLE.cube]`: every kind of monitor of one picture, to look at.
import { writeFileSync } from 'node:fs';
import { createCanvas } from '@napi-rs/canvas';
import { monitorKinds } from '../../server/monitors/params.js';
import type { NdiReceiver } from '../../server/ndi/port.js';
import { StageScene } from '../../server/stage-sim/stage-scene.js';
import { StageRunner } from './stage-run.js';
import { uyvyToRgba } from './pictures.js';

const [out = '/tmp/monitors.png', frames = '40', table = null] = process.argv.slice(2);
const widthPx = 1920,
  heightPx = 1080;
const stage = new StageScene({ scene: 'talk', seed: 1, widthPx, heightPx });
const runner = new StageRunner();
await runner.open();
const idOf = (kind: string): string => `m-${kind}`;
const at = (kind: string, name: string): string => `/understudy/output/${idOf(kind)}/monitor/${name}`;
const receivers = new Map<string, NdiReceiver>();
const pictures = new Map<string, { uyvy: Uint8Array; metadata: string | null }>();
const lane = await runner.run({
  widthPx,
  heightPx,
  framesPerSecond: 25,
  frames: Number(frames),
  time: 'frames',
  monitors: monitorKinds.map((kind) => ({
    id: idOf(kind),
    outputName: `M ${kind}`,
    lutFile: kind === 'programme' ? table : null,
  })),
  values: {
    ...Object.fromEntries(monitorKinds.map((kind) => [at(kind, 'mode'), kind])),
    ...Object.fromEntries(['timecode', 'slate', 'delay', 'cue'].map((name) => [at('programme', name), true])),
    '/understudy/show/slate/scene': '12A',
    '/understudy/show/slate/take': 3,
  },
  onNetwork: (ndi) => {
    for (const kind of monitorKinds)
      receivers.set(
        kind,
        ndi.createReceiver({
          source: { name: `M ${kind}${kind === 'plain' ? ' PLAIN' : /matte|key/.test(kind) ? ' MATTE' : ''}` },
          receiverName: 'look',
          color: 'fastest',
          allowFields: true,
        }),
      );
  },
  render: (n, target) => stage.renderFrame(n, { who: 'performer' }, target),
  onOutput: async (_, __, running) => {
    running.parts.monitors.cue = '1.5 Flashback';
    for (const [kind, receiver] of receivers) {
      for (;;) {
        const captured = await receiver.capture(0);
        if (captured.kind === 'none') break;
        if (captured.kind !== 'video') continue;
        pictures.set(kind, { uyvy: captured.video.pixels.slice(), metadata: captured.video.metadata });
        captured.video.release();
      }
    }
  },
});
const across = 3;
const canvas = createCanvas(640 * across, 360 * Math.ceil(pictures.size / across));
const context = canvas.getContext('2d');
[...pictures].forEach(([kind, { uyvy, metadata }], i) => {
  const whole = createCanvas(widthPx, heightPx);
  const image = context.createImageData(widthPx, heightPx);
  image.data.set(uyvyToRgba(uyvy, widthPx, heightPx, { x: 0, y: 0, w: widthPx, h: heightPx }));
  whole.getContext('2d').putImageData(image, 0, 0);
  context.drawImage(whole, 640 * (i % across), 360 * Math.floor(i / across), 640, 360);
  writeFileSync(out.replace(/\.png$/, `-${kind}.png`), whole.toBuffer('image/png'));
  console.log(kind, metadata);
});
writeFileSync(out, canvas.toBuffer('image/png'));
console.log(lane.parts.monitors.status());
runner.close();
process.exit(0);
