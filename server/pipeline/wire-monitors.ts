import { LutKernel } from '../kernels/lut.js';
import type { KernelMemory } from '../kernels/memory.js';
import { MonitorKernel } from '../kernels/monitor.js';
import type { PictureKernel } from '../kernels/picture.js';
import { BurnIn } from '../monitors/burn-in.js';
import { MonitorPictures } from '../monitors/pictures.js';
import type { NdiPort } from '../ndi/port.js';
import { drawGlyph } from '../stages/label/glyphs.js';
import { LabelStage } from '../stages/label/stage.js';
import { SendStage } from '../stages/send/stage.js';
import type { Clock } from '../time/clock.js';
import type { LaneOptions } from './lane-options.js';
import type { LaneParams } from './lane-params.js';
import { Monitors } from './monitors.js';

export interface MonitorsNeed {
  readonly memory: KernelMemory;
  readonly picture: PictureKernel;
  /** What receivers are told on connecting. */
  readonly product: string;
  readonly onLutFault: (file: string, reason: string) => void;
}

/** Part of the composition root: what a lane sends besides its programme. Each output has its own label and its own sender. */
export function wireMonitors(
  options: LaneOptions,
  ndi: NdiPort,
  clock: Clock,
  params: LaneParams,
  { memory, picture, product, onLutFault }: MonitorsNeed,
): Monitors {
  const lut = new LutKernel(memory);
  const pictures = new MonitorPictures(
    { memory, picture, monitor: new MonitorKernel(memory), lut },
    new BurnIn(memory, picture, drawGlyph),
  );
  return new Monitors(
    {
      clock,
      pictures,
      lut,
      onLutFault,
      openLabel: () => new LabelStage(),
      createFrame: (shape) => ndi.createVideoFrame(shape),
      openSend: (outputName, onSent) =>
        new SendStage(
          ndi,
          clock,
          {
            outputName,
            groups: options.groups,
            connectionMetadata: [product],
            failover: null,
          },
          { onSent: (_captureToSendUs, _slackUs, frame) => onSent(frame) },
        ),
    },
    options.monitors ?? [],
    () => params.snapshot,
  );
}
