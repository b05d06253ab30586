import type { MonitorKind } from '../monitors/params.js';
import type { LaneSnapshot } from './lane-params.js';

/** Kinds that are made of the masks that composite drew with. */
export const isMask = (mode: MonitorKind): boolean => mode === 'matte' || mode === 'key' || mode === 'fill';
/** What a monitor of kind 'programme' shows in each of the programme's modes. */
export const programmeKind = {
  likeness: 'programme',
  plain: 'plain',
  'side-by-side': 'side-by-side',
  wipe: 'wipe',
  matte: 'matte',
} as const satisfies Record<LaneSnapshot['output']['mode'], MonitorKind>;
