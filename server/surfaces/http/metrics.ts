import { Gauge, Counter, Registry, type MetricObjectWithValues, type MetricValue } from 'prom-client';
import { latencyBoundsUs, latencyNames, type LatencyHistogram, type LatencyName } from '../../protocol/lane-link.js';
import type { LaneStatus, ProcessStatus } from '../../protocol/messages.js';

/** What the metrics are made from at the moment of a scrape; nothing is collected in between. */
export interface MetricsSource {
  lanes(): readonly { readonly status: LaneStatus; readonly histograms: readonly LatencyHistogram[] }[];
  processes(): readonly ProcessStatus[];
  /** Counters of the control process by name, then by reason: "oscMessages" → {"malformed": 3}. */
  counters(): Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const help: Readonly<Record<LatencyName, string>> = {
  captureToSendUs: 'From the capture of a frame to its hand-over to the sender, microseconds.',
  queueWaitUs: 'Time a frame waited before a stage, microseconds.',
  processUs: 'Time a stage worked on a frame, microseconds.',
  keyframeToShownUs: 'From the capture of a keyframe to the first picture that shows its result, microseconds.',
  keyframeAgeUs: 'Age of the keyframe result that a sent frame used, microseconds.',
  deadlineSlackUs: 'Time left before the deadline when a frame was handed over, microseconds; negative is late.',
};

type Labels = Record<string, string | number>;

/** The lanes count into buckets themselves: the frame path has no prom-client. This writes their counts as one histogram. */
class LaneHistogramMetric extends Gauge {
  constructor(
    private readonly latency: LatencyName,
    private readonly source: MetricsSource,
    registry: Registry,
  ) {
    super({ name: `understudy_${latency}`, help: help[latency], registers: [registry] });
  }
  override get(): Promise<MetricObjectWithValues<MetricValue<string>>> {
    const name = `understudy_${this.latency}`;
    const values = this.source
      .lanes()
      .flatMap(({ status, histograms }) =>
        histograms.filter((one) => one.name === this.latency).flatMap((one) => samplesOf(name, status.laneId, one)),
      );
    return Promise.resolve({
      name,
      help: help[this.latency],
      type: 'histogram',
      values,
      aggregator: 'sum',
    } as unknown as MetricObjectWithValues<MetricValue<string>>);
  }
}

function samplesOf(
  name: string,
  lane: string,
  histogram: LatencyHistogram,
): (MetricValue<string> & { metricName: string })[] {
  const bounds = latencyBoundsUs[histogram.name];
  const labels: Labels = histogram.stage === null ? { lane } : { lane, stage: histogram.stage };
  let below = 0;
  const buckets = bounds.map((bound, index) => {
    below += histogram.counts[index] ?? 0;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bound }, value: below };
  });
  const count = below + (histogram.counts[bounds.length] ?? 0);
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
    { metricName: `${name}_sum`, labels, value: histogram.sumUs },
    { metricName: `${name}_count`, labels, value: count },
  ];
}

export function metricsRegistry(source: MetricsSource): Registry {
  const registry = new Registry();
  for (const latency of latencyNames) new LaneHistogramMetric(latency, source, registry);
  const gauge = (name: string, text: string, labelNames: string[], fill: (metric: Gauge) => void): void => {
    new Gauge({
      name: `understudy_${name}`,
      help: text,
      labelNames,
      registers: [registry],
      collect() {
        this.reset();
        fill(this);
      },
    });
  };
  const perLane = (name: string, text: string, read: (status: LaneStatus) => number): void =>
    gauge(name, text, ['lane'], (metric) => {
      for (const { status } of source.lanes()) metric.set({ lane: status.laneId }, read(status));
    });
  perLane('laneAlive', '1 while the lane process answers.', (status) => (status.alive ? 1 : 0));
  perLane('sourceReceiving', '1 while the camera sends.', (status) => (status.sourceState === 'receiving' ? 1 : 0));
  perLane('receivers', 'NDI receivers connected to the output.', (status) => status.receivers);
  perLane('delayFrames', 'Declared delay of the output.', (status) => status.delayFrames);
  gauge('processAlive', '1 while the process lives.', ['process'], (metric) => {
    for (const one of source.processes()) metric.set({ process: one.name }, one.alive ? 1 : 0);
  });
  gauge('processRestarts', 'Restarts since the supervisor started.', ['process'], (metric) => {
    for (const one of source.processes()) metric.set({ process: one.name }, one.restarts);
  });
  addCounters(registry, source);
  return registry;
}

function addCounters(registry: Registry, source: MetricsSource): void {
  const counter = (name: string, text: string, labelNames: string[], fill: (metric: Counter) => void): void => {
    new Counter({
      name: `understudy_${name}`,
      help: text,
      labelNames,
      registers: [registry],
      collect() {
        this.reset();
        fill(this);
      },
    });
  };
  const frames = ['framesReceived', 'framesSent', 'framesDropped'] as const;
  for (const name of frames) {
    counter(`${name}_total`, `Frames since the lane started: ${name}.`, ['lane'], (metric) => {
      for (const { status } of source.lanes()) metric.inc({ lane: status.laneId }, status[name]);
    });
  }
  counter('laneEvents_total', 'Counters of a lane by reason.', ['lane', 'reason'], (metric) => {
    for (const { status } of source.lanes()) {
      for (const [reason, count] of Object.entries(status.counters)) metric.inc({ lane: status.laneId, reason }, count);
    }
  });
  counter(
    'control_total',
    'Counters of the control process by surface and reason.',
    ['counter', 'reason'],
    (metric) => {
      for (const [name, reasons] of Object.entries(source.counters())) {
        for (const [reason, count] of Object.entries(reasons)) metric.inc({ counter: name, reason }, count);
      }
    },
  );
}
