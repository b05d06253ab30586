import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { PreviewSide } from '../../server/protocol/binary.js';
import type { LaneStatus } from '../../server/protocol/messages.js';
import { tickMs, useDesk } from '../link/desk-context.js';
import { FaceBoxes } from './face-boxes.js';
import { ladderWords } from './ladder.js';
import { useLivePicture } from './live-picture.js';

/** Age from which a picture is called old. */
const staleMs = 1500;

interface MonitorProps {
  readonly lane: LaneStatus;
  readonly which: PreviewSide;
}

/** One live preview with tally frame, ladder step, picture rate, and a plain word when the picture is old. */
export function Monitor({ lane, which }: MonitorProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const rate = useLivePicture(canvas, lane.laneId, which);
  const at = tickMs.value;
  const lastAtMs = rate.lastAtMs();
  const ageMs = lastAtMs === null ? null : at - lastAtMs;
  const tally = which === 'input' ? 'none' : lane.onProgram ? 'program' : lane.onPreview ? 'preview' : 'none';
  const title = which === 'input' ? 'Camera' : 'Output';
  return (
    <figure class={`monitor tally-${tally}`} data-testid={`monitor-${which}`} data-step={lane.step} data-tally={tally}>
      <figcaption>
        <strong>{title}</strong>
        <span class="source-name" title={which === 'input' ? lane.sourceName : lane.outputName}>
          {which === 'input' ? lane.sourceName : lane.outputName}
        </span>
        {tally !== 'none' && (
          <span class={`tally-word tally-word-${tally}`}>{tally === 'program' ? 'ON AIR' : 'PREVIEW'}</span>
        )}
        <span class="fps" data-testid={`fps-${which}`}>
          {rate.perSecond(at).toFixed(0)} fps
        </span>
      </figcaption>
      <div class="picture" style={{ aspectRatio: `${lane.widthPx || 16} / ${lane.heightPx || 9}` }}>
        <canvas
          ref={canvas}
          data-testid={`picture-${which}`}
          role="img"
          aria-label={`Live ${title.toLowerCase()} picture of ${lane.sourceName}`}
        />
        {which === 'input' && <FaceBoxes lane={lane} />}
        <PictureNotice lane={lane} which={which} ageMs={ageMs} />
      </div>
      {which === 'input' ? <SourceLine lane={lane} /> : <StepLine lane={lane} />}
    </figure>
  );
}

function PictureNotice({ lane, which, ageMs }: MonitorProps & { readonly ageMs: number | null }): JSX.Element | null {
  const desk = useDesk();
  if (!desk.live.value) return <p class="picture-notice picture-notice-bad">No link: this picture is old</p>;
  if (which === 'input' && lane.sourceState !== 'receiving') {
    return (
      <p class="picture-notice picture-notice-bad">
        {lane.sourceState === 'lost' ? 'Camera lost' : 'Camera not seen yet'}
      </p>
    );
  }
  if (ageMs === null) return <p class="picture-notice">Waiting for a picture…</p>;
  if (ageMs > staleMs)
    return <p class="picture-notice picture-notice-bad">No new preview for {Math.round(ageMs / 1000)} s</p>;
  return null;
}

/** The ladder step in a word and what it means. */
export function StepLine({ lane }: { readonly lane: LaneStatus }): JSX.Element {
  const { word, meaning } = ladderWords[lane.step];
  return (
    <div class="monitor-foot" role="status">
      <span class={`step-badge step-${lane.step}`} data-testid="ladder-step">
        {word}
      </span>
      <span>{meaning}</span>
    </div>
  );
}

const stateWords = { receiving: 'Receiving', absent: 'Not seen', lost: 'Lost' } as const;

function SourceLine({ lane }: { readonly lane: LaneStatus }): JSX.Element {
  const fps = lane.frameRateDen > 0 ? lane.frameRateNum / lane.frameRateDen : 0;
  return (
    <div class="monitor-foot">
      <span class={`step-badge source-${lane.sourceState}`} data-testid="source-state">
        {stateWords[lane.sourceState]}
      </span>
      <span>
        {lane.widthPx} × {lane.heightPx} · {fps.toFixed(2).replace(/\.?0+$/, '')} fps · {lane.format}
      </span>
    </div>
  );
}
