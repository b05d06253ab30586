import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { emptyHistory, historySeconds, type LaneHistory } from '../link/history.js';
import { useDesk } from '../link/desk-context.js';
import { nowMs } from '../link/page-clock.js';

interface Curve {
  readonly label: string;
  readonly color: string;
  readonly of: (history: LaneHistory) => (number | null)[];
}
interface PlotPlan {
  readonly id: string;
  readonly title: string;
  readonly curves: readonly Curve[];
  /** Fixed top of the scale; absent: follows the data. */
  readonly top?: number;
  readonly format: (value: number) => string;
}

const plans: readonly PlotPlan[] = [
  {
    id: 'latency',
    title: 'Delay, ms',
    format: (value) => value.toFixed(1),
    curves: [
      { label: 'p50', color: '#5cc8ff', of: (history) => history.p50Ms },
      { label: 'p95', color: '#ffd166', of: (history) => history.p95Ms },
      { label: 'p99', color: '#ff8a80', of: (history) => history.p99Ms },
    ],
  },
  {
    id: 'confidence',
    title: 'Confidence',
    top: 1,
    format: (value) => `${Math.round(value * 100)} %`,
    curves: [{ label: 'flow', color: '#4ade80', of: (history) => history.confidence01 }],
  },
  {
    id: 'keyframe-age',
    title: 'Keyframe age',
    format: (value) => `${Math.round(value)} ms`,
    curves: [{ label: 'age', color: '#c9a6ff', of: (history) => history.keyframeAgeMs }],
  },
];

const redrawEveryMs = 480;

/** The last minute of the chosen camera. */
export function Plots(): JSX.Element {
  return (
    <section class="plots" aria-label="Plots of the last minute">
      {plans.map((plan) => (
        <Plot key={plan.id} plan={plan} />
      ))}
    </section>
  );
}

function Plot({ plan }: { readonly plan: PlotPlan }): JSX.Element {
  const desk = useDesk();
  const host = useRef<HTMLDivElement>(null);
  const laneId = desk.laneId.value;
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const chart = new uPlot(optionsFor(plan, sizeOf(element)), [[], ...plan.curves.map(() => [])], element);
    const resize = new ResizeObserver(() => chart.setSize(sizeOf(element)));
    resize.observe(element);
    let drawnAtMs = -Infinity;
    const stop = desk.statusCount.subscribe(() => {
      if (document.hidden || nowMs() - drawnAtMs < redrawEveryMs) return;
      drawnAtMs = nowMs();
      const history = desk.histories.get(laneId ?? '') ?? emptyHistory();
      const newestS = history.atS.at(-1) ?? 0;
      chart.setData([history.atS, ...plan.curves.map((curve) => curve.of(history))] as uPlot.AlignedData, false);
      chart.setScale('x', { min: newestS - historySeconds, max: newestS });
    });
    return () => {
      stop();
      resize.disconnect();
      chart.destroy();
    };
  }, [laneId, plan]);

  // Subscribes this component to new statuses for the figures in the title.
  void desk.statusCount.value;
  const history = desk.histories.get(laneId ?? '') ?? emptyHistory();
  const figures = plan.curves.map((curve) => ({ ...curve, latest: curve.of(history).at(-1) ?? null }));
  const spoken = figures
    .map(({ label, latest }) => `${label} ${latest === null ? 'none' : plan.format(latest)}`)
    .join(', ');
  return (
    <figure class="card plot" data-testid={`plot-${plan.id}`}>
      <figcaption>
        <span>{plan.title}</span>
        {figures.map(({ label, color, latest }) => (
          <span key={label} class="plot-figure" style={{ color }}>
            {plan.curves.length > 1 ? `${label} ` : ''}
            {latest === null ? '–' : plan.format(latest)}
          </span>
        ))}
      </figcaption>
      <div ref={host} class="plot-host" role="img" aria-label={`${plan.title}: ${spoken}`} />
    </figure>
  );
}

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return { width: Math.max(120, element.clientWidth), height: Math.max(60, element.clientHeight) };
}

function optionsFor(plan: PlotPlan, size: { width: number; height: number }): uPlot.Options {
  const axis = {
    stroke: '#a9b4c0',
    grid: { stroke: '#262d36', width: 1 },
    ticks: { show: false },
    font: '13px system-ui',
  };
  const top = plan.top;
  return {
    ...size,
    legend: { show: false },
    cursor: { show: false },
    padding: [6, 18, 0, 0],
    scales: {
      x: { time: false },
      y: { range: (_chart, _low, high) => [0, top ?? Math.max(1, (high ?? 1) * 1.15)] },
    },
    axes: [
      {
        ...axis,
        size: 20,
        gap: 2,
        splits: (_chart, _axis, fromS, toS) => [3, 2, 1, 0].map((third) => toS - (third * (toS - fromS)) / 3),
        values: (chart, splits) => splits.map((at) => `${Math.round(at - (chart.scales['x']?.max ?? at))} s`),
      },
      { ...axis, size: 40, gap: 4, space: 20 },
    ],
    series: [
      {},
      ...plan.curves.map(({ color, label }) => ({ label, stroke: color, width: 2, points: { show: false } })),
    ],
  };
}
