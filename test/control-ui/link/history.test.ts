import { describe, expect, it } from 'vitest';
import { fakeLane } from '../../../control-ui/dev/fake-status.js';
import { emptyHistory, historySeconds, leadFace, record } from '../../../control-ui/link/history.js';
import type { FaceStatus } from '../../../server/protocol/messages.js';

const lane = fakeLane('cam-a', 3, 75, new Map(), 0);

describe('history', () => {
  it('keeps one minute, all columns of one length', () => {
    const history = emptyHistory();
    for (let i = 0; i < 1000; i++) record(history, i * 200, lane);
    const span = history.atS.at(-1)! - history.atS[0]!;
    expect(span).toBeCloseTo(historySeconds, 6);
    expect(new Set(Object.values(history).map((column: unknown[]) => column.length)).size).toBe(1);
  });

  it('starts afresh when the server’s time goes back', () => {
    const history = emptyHistory();
    record(history, 90_000, lane);
    record(history, 1000, lane);
    expect(history.atS).toEqual([1]);
  });

  it('follows the cast face of least confidence and leaves a gap where there is none', () => {
    const face = (faceId: number, performerId: string | null, confidence01: number): FaceStatus => ({
      ...lane.faces[0]!,
      faceId,
      performerId,
      confidence01,
    });
    const faces = [face(0, null, 0.1), face(1, 'mara', 0.9), face(2, 'jo', 0.4), face(3, null, 0.05)];
    expect(leadFace({ ...lane, faces })?.faceId).toBe(2);
    const history = emptyHistory();
    record(history, 1, { ...lane, faces: [] });
    expect(history.confidence01).toEqual([null]);
  });
});
