import type { MonitorOptions } from '../pipeline/lane-options.js';
import type { ShowFile, ShowSource } from '../show/schema.js';
import { showPath } from './prepare-show.js';

/** The further outputs of a camera's lane. */
export const monitorsOf = (showFile: string | null, show: ShowFile, source: ShowSource): readonly MonitorOptions[] =>
  (show.outputs ?? [])
    .filter(({ laneId }) => laneId === source.id)
    .map(({ id, outputName, lut }) => ({
      id,
      outputName: outputName ?? `${source.outputName} ${id}`,
      lutFile: lut === undefined ? null : showPath(showFile, lut),
    }));
