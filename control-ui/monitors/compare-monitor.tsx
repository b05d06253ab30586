import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { LaneStatus } from '../../server/protocol/messages.js';
import { useDesk } from '../link/desk-context.js';
import { Comparison, type CompareMode } from './compare.js';
import { StepLine } from './monitor.js';

/** Camera against output in one picture, frame by frame. */
export function CompareMonitor({ lane, mode }: { readonly lane: LaneStatus; readonly mode: CompareMode }): JSX.Element {
  const desk = useDesk();
  const canvas = useRef<HTMLCanvasElement>(null);
  const split01 = useSignal(0.5);
  useEffect(() => {
    const target = canvas.current;
    const pen = target?.getContext('2d', { alpha: false });
    if (!target || !pen) return undefined;
    const comparison = new Comparison(target, pen);
    const widthPx = Math.round(target.clientWidth * Math.min(devicePixelRatio, 2));
    const stops = [
      desk.pictures.watch(lane.laneId, 'input', widthPx, (picture, { frameNumber }) =>
        comparison.takeInput(picture, frameNumber),
      ),
      desk.pictures.watch(lane.laneId, 'output', widthPx, (picture, { frameNumber }) => {
        comparison.takeOutput(picture, frameNumber);
        comparison.draw(mode, split01.peek());
      }),
      split01.subscribe((at) => comparison.draw(mode, at)),
    ];
    return () => stops.forEach((stop) => stop());
  }, [lane.laneId, mode]);
  return (
    <figure class={`monitor compare ${desk.live.value ? '' : 'compare-old'}`} data-testid={`monitor-${mode}`}>
      <figcaption>
        <strong>{mode === 'wipe' ? 'Camera | Output' : 'Difference ×4'}</strong>
        <span class="source-name">{lane.outputName}</span>
      </figcaption>
      <div class="picture" style={{ aspectRatio: `${lane.widthPx || 16} / ${lane.heightPx || 9}` }}>
        <canvas ref={canvas} data-testid={`picture-${mode}`} role="img" aria-label="Camera and output compared" />
        {!desk.live.value && <p class="picture-notice picture-notice-bad">No link: this picture is old</p>}
        {mode === 'wipe' && (
          <input
            type="range"
            class="wipe-handle"
            data-testid="wipe-position"
            aria-label="Where the wipe stands"
            min={0}
            max={1}
            step={0.01}
            value={split01.value}
            onInput={(event) => (split01.value = Number(event.currentTarget.value))}
          />
        )}
      </div>
      <StepLine lane={lane} />
    </figure>
  );
}
