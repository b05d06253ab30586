import type { ReceivedFrame } from '../frame/frames.js';
import { KernelMemory } from '../kernels/memory.js';
import { PictureKernel } from '../kernels/picture.js';
import { RegionKernel } from '../kernels/region.js';
import { Mosaic } from '../monitors/mosaic.js';
import type { NdiPort } from '../ndi/port.js';
import { drawGlyph, drawLabelPlate } from '../stages/label/glyphs.js';
import { LabelStage } from '../stages/label/stage.js';
import { SendStage } from '../stages/send/stage.js';
import type { Clock } from '../time/clock.js';
import { MonitorOutput } from './monitor-output.js';
import { Multiview, type MultiviewSettings } from './multiview.js';
import type { MultiviewOptions } from './multiview-options.js';

/** The label's plate, and its margin twice: what stands above the tiles, so that the mark never covers a picture. */
function headerPxOf(widthPx: number, heightPx: number): number {
  const marginPx = Math.round(Math.min(widthPx, heightPx) * 0.025) & ~1;
  return (drawLabelPlate(widthPx, heightPx).heightPx + 2 * marginPx + 1) & ~1;
}

/** Part of the composition root: the one output of a multiview process. */
export function wireMultiview(
  options: Pick<
    MultiviewOptions,
    'id' | 'tiles' | 'outputName' | 'groups' | 'widthPx' | 'heightPx' | 'framesPerSecond'
  >,
  ndi: NdiPort,
  clock: Clock,
  product: string,
  settings: () => MultiviewSettings,
): { readonly multiview: Multiview; readonly output: MonitorOutput } {
  const { widthPx, heightPx, framesPerSecond, outputName, groups } = options;
  const memory = new KernelMemory(192);
  const parts = { memory, region: new RegionKernel(memory), picture: new PictureKernel(memory), drawGlyph };
  const mosaic = new Mosaic(parts, { widthPx, heightPx, headerPx: headerPxOf(widthPx, heightPx) });
  const rate = { frameRateNum: framesPerSecond, frameRateDen: 1 };
  const video = ndi.createVideoFrame({ widthPx, heightPx, format: 'BGRX', ...rate });
  const { strideBytes, pixels } = video;
  const shape = { widthPx, heightPx, strideBytes, format: 'BGRX', pictureAspectRatio: widthPx / heightPx } as const;
  const template: ReceivedFrame = {
    ...{ frameNumber: 0, captureAtUs: clock.nowUs(), video, pixels, matrix: 'bt709' },
    shape: { ...shape, ...rate },
  };
  const output = new MonitorOutput(
    {
      openLabel: () => new LabelStage(),
      createFrame: (given) => ndi.createVideoFrame(given),
      openSend: (name, onSent) =>
        new SendStage(
          ndi,
          clock,
          { outputName: name, groups, connectionMetadata: [product], failover: null },
          { onSent: (_captureToSendUs, _slackUs, frame) => onSent(frame) },
        ),
    },
    outputName,
  );
  return { multiview: new Multiview({ clock, mosaic, output, template }, options, settings), output };
}
