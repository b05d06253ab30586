import { describe, expect, it } from 'vitest';
import { Histogram, LaneMeters, stageNames, Window } from '../../server/pipeline/meters.js';
import { latencyBoundsUs } from '../../server/protocol/lane-link.js';

describe('the window of newest samples', () => {
  it('gives exact quantiles of what it holds', () => {
    const window = new Window(100);
    for (const value of [...Array(100).keys()].reverse()) window.add(value);
    expect(window.quantiles(0, 0.5, 0.95, 0.99, 1)).toEqual([0, 50, 95, 99, 99]);
  });
  it('is zeros while it is empty, and only what came while it is not full', () => {
    const window = new Window(8);
    expect(window.quantiles(0.5, 0.99)).toEqual([0, 0]);
    window.add(-3);
    window.add(7);
    expect(window.quantiles(0, 0.99)).toEqual([-3, 7]);
  });
  it('forgets what is older than its size', () => {
    const window = new Window(4);
    for (const value of [1000, 1000, 1000, 1000, 1, 2, 3, 4]) window.add(value);
    expect(window.quantiles(0, 1)).toEqual([1, 4]);
  });
});

describe('a latency histogram', () => {
  it('counts a sample into the first bucket whose bound is not below it, and keeps the sum', () => {
    const histogram = new Histogram('deadlineSlackUs', null);
    const bounds = latencyBoundsUs.deadlineSlackUs;
    for (const bound of bounds) histogram.add(bound);
    histogram.add(bounds.at(-1)! + 1);
    const { counts, sumUs } = histogram.report();
    expect(counts).toEqual(Array.from({ length: bounds.length + 1 }, () => 1));
    expect(sumUs).toBe(bounds.reduce((sum, bound) => sum + bound, 0) + bounds.at(-1)! + 1);
  });
  it('there is one for each stage and each word of the vocabulary', () => {
    const meters = new LaneMeters();
    meters.stages.composite.add(2500);
    const reports = meters.report();
    expect(reports.map(({ name, stage }) => `${name} ${stage ?? ''}`.trim())).toEqual([
      'captureToSendUs',
      'keyframeAgeUs',
      'keyframeToShownUs',
      'deadlineSlackUs',
      'queueWaitUs receive',
      ...stageNames.map((stage) => `processUs ${stage}`),
    ]);
    expect(meters.stageMs()['composite']).toBe(2.5);
  });
});
