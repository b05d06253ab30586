import { signal } from '@preact/signals';
import type { LaneStatus } from '../../server/protocol/messages.js';

/** So long after the last time: what is taken back at once is given up at once again. */
const forMs = 10_000;

/**
 * A page on the server's own machine makes way while a lane there is short of time: what it draws beyond need is taken from pictures
 * that go out. On any other machine it never does.
 */
export class MakingWay {
  readonly on = signal(false);
  private shedAtMs = -Infinity;

  constructor(private readonly host: { readonly isOnServer: boolean; readonly now: () => number }) {}

  note(lanes: readonly Pick<LaneStatus, 'counters'>[]): void {
    const now = this.host.now();
    if (lanes.some(({ counters }) => (counters['load.level'] ?? 0) > 0)) this.shedAtMs = now;
    this.on.value = this.host.isOnServer && now - this.shedAtMs < forMs;
  }
}
