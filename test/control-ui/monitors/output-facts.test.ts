import { describe, expect, it } from 'vitest';
import { fakeLane } from '../../../control-ui/dev/fake-status.js';
import { monitorFacts, multiviewFacts, programmeFacts } from '../../../control-ui/monitors/output-facts.js';
import type { MonitorStatus } from '../../../server/protocol/messages.js';

const monitor: MonitorStatus = {
  ...{ id: 'split', mode: 'difference', outputNames: ['U (Split)'], receivers: 2, onProgram: false, onPreview: false },
  ...{ framesSent: 1200, framesDropped: 0, costMs: 1.94, encodeMs: 9.83, lut: false },
};
const multiview = {
  ...{ id: 'wall', outputName: 'U (Wall)', receivers: 1, onProgram: false, onPreview: false, framesSent: 90 },
  ...{ picturesDropped: 0, copyMs: 2.31, encodeMs: 12.4, cores: 0.31 },
};

describe('what an output costs', () => {
  it('is a copy and an encode of each picture of a monitor, in milliseconds', () => {
    expect(monitorFacts(monitor)).toEqual({
      does: 'difference · 2 watching · 1200 sent · 0 left out',
      costs: 'a picture: copy 1.9 ms, encode 9.8 ms',
      isBad: false,
    });
    expect(multiviewFacts(multiview).costs).toBe('a picture: copy 2.3 ms, encode 12 ms · 0.31 cores');
  });
  it('is not made up where it was not measured, and is nothing while nobody watches', () => {
    expect(monitorFacts({ ...monitor, encodeMs: null }).costs).toBe('a picture: copy 1.9 ms, encode not measured yet');
    expect(monitorFacts({ ...monitor, receivers: 0 })).toMatchObject({ costs: 'costs nothing while nobody watches' });
  });
  it('is no copy for the programme; lost pictures stand out', () => {
    const lane = fakeLane('cam-a', 1, 1, new Map(), 0);
    expect(programmeFacts(lane, 'likeness')).toMatchObject({ isBad: false });
    expect(programmeFacts(lane, 'likeness').costs).toContain('no copy');
    expect(programmeFacts({ ...lane, framesDropped: 3 }, '')).toMatchObject({ isBad: true });
    expect(monitorFacts({ ...monitor, framesDropped: 5 })).toMatchObject({ isBad: true });
  });
});
