import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { PreviewSide } from '../../server/protocol/binary.js';
import type { LaneStatus } from '../../server/protocol/messages.js';
import { tickMs, useDesk } from '../link/desk-context.js';
import { ladderWords } from './ladder.js';
import { useLivePicture } from './live-picture.js';

interface TileProps {
  readonly lane: LaneStatus;
  readonly which: PreviewSide;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}

/** One picture of the multiview: tally frame, name, ladder step. Pressed: what the scopes and the outputs beside it are of. */
export function Tile({ lane, which, chosen, onChoose }: TileProps): JSX.Element {
  const desk = useDesk();
  const canvas = useRef<HTMLCanvasElement>(null);
  const rate = useLivePicture(canvas, lane.laneId, which);
  const at = tickMs.value;
  const lastAtMs = rate.lastAtMs();
  const old = lastAtMs === null || at - lastAtMs > 1500;
  const tally = which === 'input' ? 'none' : lane.onProgram ? 'program' : lane.onPreview ? 'preview' : 'none';
  const word = which === 'input' ? stateWord(lane) : ladderWords[lane.step].word;
  return (
    <button
      type="button"
      class={`tile tally-${tally}`}
      aria-pressed={chosen}
      aria-label={`${which === 'input' ? 'Camera' : 'Output'} ${lane.laneId}: ${word}${tally === 'none' ? '' : tally === 'program' ? ', on air' : ', on preview'}`}
      data-testid={`tile-${which}-${lane.laneId}`}
      data-tally={tally}
      onClick={onChoose}
    >
      <span class="picture" style={{ aspectRatio: `${lane.widthPx || 16} / ${lane.heightPx || 9}` }}>
        <canvas ref={canvas} data-testid={`tile-picture-${which}-${lane.laneId}`} />
        {(!desk.live.value || old) && (
          <span class="picture-notice picture-notice-bad">{desk.live.value ? 'No new picture' : 'No link'}</span>
        )}
      </span>
      <span class="tile-foot">
        <strong>{lane.laneId}</strong>
        <span class="source-name">{which === 'input' ? lane.sourceName : lane.outputName}</span>
        {tally !== 'none' && (
          <span class={`tally-word tally-word-${tally}`}>{tally === 'program' ? 'ON AIR' : 'PVW'}</span>
        )}
        <span class={`tile-step ${which === 'input' ? `source-${lane.sourceState}` : `step-${lane.step}`}`}>
          {word}
        </span>
      </span>
    </button>
  );
}

const stateWord = ({ sourceState }: LaneStatus): string =>
  ({ receiving: 'Camera', absent: 'Not seen', lost: 'Lost' })[sourceState];
