import { join } from 'node:path';
import { buildRoot, entryOf } from '../paths.js';
import type { ShowFile } from '../show/schema.js';
import { demoShow } from '../show/show-file.js';
import { runShow } from './run-show.js';
import type { RunOptions } from './run-options.js';

export interface DemoOptions extends RunOptions {
  readonly scene?: string;
  readonly people?: number;
}
const demoRoot = join(buildRoot, 'demo');

/** The show of `npm start`, with the synthetic performer and likeness that set-up made. */
export function demoShowOnDisk(): ShowFile {
  const show = demoShow();
  return {
    ...show,
    likenessFolder: join(demoRoot, 'likenesses'),
    cast: [
      {
        performerId: 'robin',
        name: 'Robin (synthetic)',
        enrolment: [join(demoRoot, 'performers', 'robin-1.png'), join(demoRoot, 'performers', 'robin-2.png')],
        likeness: 'sasha',
      },
    ],
    sources: show.sources.map((source) => ({ ...source, performer: 'robin', likeness: null })),
  };
}

/** A simulated camera, and the show that receives it. */
export function demo(options: DemoOptions): Promise<number> {
  const show = demoShowOnDisk();
  const camera = {
    name: 'camera',
    entry: entryOf('stage-sim/camera.ts'),
    args: [
      '--name',
      show.sources[0]!.source,
      '--scene',
      options.scene ?? 'demo',
      '--people',
      String(options.people ?? 1),
      '--width',
      '1920',
      '--height',
      '1080',
      '--fps',
      '25',
      '--seed',
      '1',
      '--loop',
      '200',
      '--lazy',
    ],
  };
  return runShow(null, show, { ...options, companions: [camera] });
}
