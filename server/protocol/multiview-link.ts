import type { PreviewSide } from './binary.js';
import type { ParamAddress, ParamValue } from './descriptors.js';
import type { AlarmMessage, LadderStep } from './messages.js';

/** What control and a multiview process say to each other; the multiview connects, as a lane does, and greets. */
export type MultiviewToControl =
  | { readonly type: 'multiview-hello'; readonly id: string; readonly pid: number }
  | { readonly type: 'multiview-status'; readonly status: MultiviewStatus }
  /** Which pictures it needs now; an empty list while nobody watches it. */
  | {
      readonly type: 'multiview-wants';
      readonly laneIds: readonly string[];
      readonly sides: readonly PreviewSide[];
      readonly widthPx: number;
      readonly maxFps: number;
    }
  | ({ readonly type: 'alarm' } & AlarmMessage);

export type ControlToMultiview =
  | { readonly type: 'params'; readonly values: Readonly<Record<ParamAddress, ParamValue>> }
  /** Payload: JPEG bytes. `timecode`: of this very picture, hh:mm:ss:ff. */
  | {
      readonly type: 'picture';
      readonly laneId: string;
      readonly which: PreviewSide;
      readonly timecode: string;
    }
  | { readonly type: 'tile'; readonly facts: TileFacts }
  | { readonly type: 'cue'; readonly text: string };

/** What is written and drawn round a tile. */
export interface TileFacts {
  readonly laneId: string;
  readonly label: string;
  readonly receiving: boolean;
  readonly step: LadderStep;
  readonly onProgram: boolean;
  readonly onPreview: boolean;
  readonly delayFrames: number;
  readonly delayMs: number;
}

/** A multiview output, as the page shows it. */
export interface MultiviewStatus {
  readonly id: string;
  readonly outputName: string;
  readonly receivers: number;
  readonly onProgram: boolean;
  readonly onPreview: boolean;
  readonly framesSent: number;
  /** Previews that came while the one before was still being decoded. */
  readonly picturesDropped: number;
  /** One picture: drawing what changed and copying it, on its own process. */
  readonly copyMs: number;
  /** libndi's encode of one picture, waited for now and then; null before the first. */
  readonly encodeMs: number | null;
  /** Processor time of its process, in cores. */
  readonly cores: number;
}
