/**
 * Serves the built page (build/control-ui) with the fake desk behind it:
 *   npx vite build --config control-ui/vite.config.ts
 *   npx esbuild control-ui/dev/fake-server.ts --bundle --packages=external --platform=node --format=esm --outfile=build/dev/fake-server.js
 *   node build/dev/fake-server.js [port] [cameras]
 */
import { resolve } from 'node:path';
import { FakeDesk } from './fake-desk.js';

const port = Number(process.argv[2] ?? 8788);
const cameras = Number(process.argv[3] ?? 1);
const laneIds = Array.from({ length: cameras }, (_, index) => `cam-${String.fromCharCode(97 + index)}`);
const desk = new FakeDesk(resolve('build/control-ui'), laneIds);
console.log(await desk.open(port));

const mode = '/understudy/lane/cam-a/likeness/mix01';
setTimeout(() => desk.change(mode, 0.85, 'osc 127.0.0.1:53000'), 4000);
setTimeout(
  () =>
    desk.setAlarms([
      {
        id: 'a1',
        code: 'keyframe.late',
        severity: 'warning',
        message: 'Keyframes of cam-a come 310 ms late.',
        advice: 'Raise keyframe.intervalFrames or free the processor.',
        laneId: 'cam-a',
        atIso: '2026-11-22T14:02:11.000Z',
        active: true,
      },
      {
        id: 'a2',
        code: 'ndi.source-lost',
        severity: 'alarm',
        message: 'Camera STAGE (CAM-B) was lost.',
        advice: 'Check its cable; the slate is on the output.',
        laneId: 'cam-b',
        atIso: '2026-11-22T13:40:00.000Z',
        active: false,
      },
    ]),
  6000,
);
process.once('SIGINT', () => void desk.close().then(() => process.exit(0)));
