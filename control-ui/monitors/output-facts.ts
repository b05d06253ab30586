import type { LaneStatus, MonitorStatus } from '../../server/protocol/messages.js';
import type { MultiviewStatus } from '../../server/protocol/multiview-link.js';

/** What one NDI output does and what a picture of it costs, in words. `isBad`: pictures are being lost. */
export interface OutputFacts {
  readonly does: string;
  readonly costs: string;
  readonly isBad: boolean;
}

const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
const encode = (encodeMs: number | null): string =>
  encodeMs === null ? 'encode not measured yet' : `encode ${ms(encodeMs)}`;
const watching = (receivers: number): string => (receivers === 0 ? 'nobody watches' : `${receivers} watching`);

export const programmeFacts = (lane: LaneStatus, mode: string): OutputFacts => ({
  does: [mode, watching(lane.receivers), `${lane.framesSent} sent`, `${lane.framesDropped} lost`]
    .filter((word) => word !== '')
    .join(' · '),
  costs: 'no copy: drawn into the camera’s own picture',
  isBad: lane.framesDropped > 0,
});

/** A monitor that nobody watches is not made, and costs nothing. */
export const monitorFacts = (monitor: MonitorStatus): OutputFacts => ({
  does: [
    monitor.mode + (monitor.lut ? ' with table' : ''),
    watching(monitor.receivers),
    `${monitor.framesSent} sent`,
    `${monitor.framesDropped} left out`,
  ].join(' · '),
  costs:
    monitor.receivers === 0
      ? 'costs nothing while nobody watches'
      : `a picture: copy ${ms(monitor.costMs)}, ${encode(monitor.encodeMs)}`,
  isBad: monitor.framesDropped > 0,
});

export const multiviewFacts = (multiview: MultiviewStatus): OutputFacts => ({
  does: [
    'multiview',
    watching(multiview.receivers),
    `${multiview.framesSent} sent`,
    `${multiview.picturesDropped} left out`,
  ].join(' · '),
  costs:
    multiview.receivers === 0
      ? 'costs nothing while nobody watches'
      : `a picture: copy ${ms(multiview.copyMs)}, ${encode(multiview.encodeMs)} · ${multiview.cores.toFixed(2)} cores`,
  isBad: false,
});
