import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CodedError } from '../errors/coded-error.js';
import { machineClock } from '../time/clock.js';
import { openFolder } from './footage-folder.js';
import type { FootageOptions } from './footage-options.js';
import { openVideo } from './footage-video.js';
import { NdiCamera, parseFrameRate, runCameraProcess } from './ndi-camera.js';

/** Sends a folder of JPEG or PNG pictures, or a video file where ffmpeg is installed, as an NDI camera, scaled with bars. */
function readOptions(): { footage: FootageOptions; name: string; interfaceAddress: string } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      name: { type: 'string', default: 'Understudy Footage' },
      fps: { type: 'string' },
      width: { type: 'string' },
      height: { type: 'string' },
      once: { type: 'boolean', default: false },
      interface: { type: 'string', default: '127.0.0.1' },
    },
  });
  const path = positionals[0] ?? '',
    rate = values.fps === undefined ? null : parseFrameRate(values.fps);
  if (values.fps !== undefined && rate === null)
    throw new CodedError('CLI_USAGE', { verb: 'play', reason: `"${values.fps}" is no frame rate` });
  const footage: FootageOptions = {
    path,
    rate,
    widthPx: values.width === undefined ? null : Number(values.width),
    heightPx: values.height === undefined ? null : Number(values.height),
    atEnd: values.once ? 'stop' : 'start-over',
  };
  return { footage, name: values.name, interfaceAddress: values.interface };
}

try {
  const { footage, name, interfaceAddress } = readOptions();
  const stats = statSync(footage.path, { throwIfNoEntry: false });
  if (!stats) throw new CodedError('CLI_FILE_MISSING', { file: footage.path });
  const feed = stats.isDirectory() ? await openFolder(footage) : await openVideo(footage);
  runCameraProcess(new NdiCamera(feed, machineClock, { name, interfaceAddress, modelName: 'footage' }));
} catch (error) {
  const fault = error as Error & { advice?: string };
  process.stderr.write(`play: ${fault.message}\n${fault.advice === undefined ? '' : `      ${fault.advice}\n`}`);
  process.exit(1);
}
