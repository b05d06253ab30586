import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useDesk } from '../link/desk-context.js';
import { CompareMonitor } from './compare-monitor.js';
import { Monitor } from './monitor.js';

type Arrangement = 'both' | 'output' | 'input' | 'wipe' | 'difference';
const arrangements: readonly { readonly id: Arrangement; readonly word: string }[] = [
  { id: 'both', word: 'Both' },
  { id: 'output', word: 'Output' },
  { id: 'input', word: 'Camera' },
  { id: 'wipe', word: 'Wipe' },
  { id: 'difference', word: 'Diff' },
];

/** Camera and output side by side, one of them large, or both compared in one picture. */
export function MonitorPair(): JSX.Element {
  const desk = useDesk();
  const arrangement = useSignal<Arrangement>('both');
  const lane = desk.lane.value;
  if (!lane) return <p class="card muted empty">No camera yet. The server has told of no lane.</p>;
  const shows = (which: 'input' | 'output'): boolean => arrangement.value === 'both' || arrangement.value === which;
  return (
    <section class="monitors-card" aria-label="Monitors">
      <div class={`monitors monitors-${arrangement.value}`}>
        {shows('output') && <Monitor key={`output ${lane.laneId}`} lane={lane} which="output" />}
        {shows('input') && <Monitor key={`input ${lane.laneId}`} lane={lane} which="input" />}
        {(arrangement.value === 'wipe' || arrangement.value === 'difference') && (
          <CompareMonitor key={lane.laneId} lane={lane} mode={arrangement.value} />
        )}
      </div>
      <div class="monitors-tools">
        <dl class="facts">
          <Fact name="Timecode" value={lane.timecode} testId="timecode" mono />
          <Fact
            name="Delay"
            value={`${lane.captureToSendMs.p50.toFixed(1)} ms, p95 ${lane.captureToSendMs.p95.toFixed(1)}`}
            testId="delay"
          />
          <Fact name="Held" value={`${lane.delayFrames} frames`} testId="declared-delay" />
          <Fact name="Receivers" value={String(lane.receivers)} testId="receivers" />
          <Fact name="Dropped" value={String(lane.framesDropped)} testId="dropped" bad={lane.framesDropped > 0} />
        </dl>
        <div class="segments" role="radiogroup" aria-label="Which monitors to show">
          {arrangements.map(({ id, word }) => (
            <label key={id} class="segment">
              <input
                type="radio"
                name="arrangement"
                data-testid={`arrange-${id}`}
                checked={arrangement.value === id}
                onChange={() => (arrangement.value = id)}
              />
              <span>{word}</span>
            </label>
          ))}
        </div>
      </div>
    </section>
  );
}

interface FactProps {
  readonly name: string;
  readonly value: string;
  readonly testId: string;
  readonly mono?: boolean;
  readonly bad?: boolean;
}

function Fact({ name, value, testId, mono, bad }: FactProps): JSX.Element {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd data-testid={testId} class={`${mono ? 'mono' : ''} ${bad ? 'bad' : ''}`}>
        {value}
      </dd>
    </div>
  );
}
