import type { JSX } from 'preact';
import { useDesk } from '../link/desk-context.js';

/** The server's processes: alive, process id, how often they had to be started again. */
export function ProcessStrip(): JSX.Element {
  const desk = useDesk();
  return (
    <section class="processes" aria-label="Processes" data-testid="processes">
      {desk.processes.value.map(({ name, alive, pid, restarts }) => (
        <div
          key={name}
          class={`process ${alive ? 'process-alive' : 'process-dead'}`}
          data-testid={`process-${name}`}
          data-alive={alive}
        >
          <strong>{name}</strong>
          <span>{alive ? 'running' : 'DOWN'}</span>
          <span class="muted">
            {pid === null ? 'no pid' : `pid ${pid}`}
            {restarts > 0 ? ` · ${restarts}× restarted` : ''}
          </span>
        </div>
      ))}
    </section>
  );
}

/** The same in one line, for the foot of the page; leads to the Health desk. */
export function ProcessLights(): JSX.Element {
  const desk = useDesk();
  return (
    <a class="process-lights" href="#health" aria-label="Processes">
      {desk.processes.value.map(({ name, alive, restarts }) => (
        <span
          key={name}
          class={`process-light ${alive ? '' : 'process-light-dead'}`}
          data-testid={`process-light-${name}`}
        >
          {name}
          {alive ? '' : ' DOWN'}
          {restarts > 0 ? ` ↻${restarts}` : ''}
        </span>
      ))}
    </a>
  );
}

/** Stage times and drop counters of the chosen camera. */
export function LaneFigures(): JSX.Element | null {
  const desk = useDesk();
  const lane = desk.lane.value;
  if (!lane) return null;
  const rows: [string, string][] = [
    ...Object.entries(lane.stageMs).map(([stage, ms]): [string, string] => [stage, `${ms.toFixed(2)} ms`]),
    ['frames received', String(lane.framesReceived)],
    ['frames sent', String(lane.framesSent)],
    ...Object.entries(lane.counters).map(([name, count]): [string, string] => [name, String(count)]),
  ];
  return (
    <section class="card" aria-label="Figures">
      <h2>{lane.laneId}: stages and counters</h2>
      <table class="figures" data-testid="figures">
        <tbody>
          {rows.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="mono">{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
