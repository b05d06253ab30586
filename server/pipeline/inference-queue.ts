import type { IpcMessage } from '../ipc/channel.js';
import type { Clock } from '../time/clock.js';
import { type InstantUs, since } from '../time/time.js';

/** Who is looked at is served first, but nobody waits for ever: the tally is worth a head start in waiting time. */
export interface LanePriority {
  program: boolean;
  preview: boolean;
}
interface Waiting<Lane> {
  readonly lane: Lane;
  readonly key: string;
  readonly order: number;
  /** Of the first request in this place: a newer one inherits the waiting of the one it replaces. */
  readonly sinceUs: InstantUs;
  message: IpcMessage;
}

/**
 * Head starts: a request of a lane on programme is served before one that has waited up to half a second longer. Beyond that
 * age wins, so that a busy programme lane slows the others down and never starves them.
 */
export const programHeadStartUs = 500_000;
export const previewHeadStartUs = 250_000;

/**
 * Requests waiting for inference: capacity one per lane and kind, keep latest (a newer request of the same face replaces the
 * older one in its place in the queue). `run` handles one at a time.
 */
export class InferenceQueue<Lane extends { readonly priority: LanePriority }> {
  readonly #waiting: Waiting<Lane>[] = [];
  #order = 0;
  #busy = false;
  served = 0;
  /** Requests replaced by a newer one before they were served. */
  replaced = 0;
  failed = 0;

  constructor(
    private readonly clock: Clock,
    private readonly run: (lane: Lane, message: IpcMessage) => Promise<void>,
  ) {}

  put(lane: Lane, key: string, message: IpcMessage): void {
    const same = this.#waiting.find((w) => w.lane === lane && w.key === key);
    if (same) {
      same.message = message;
      this.replaced++;
    } else {
      this.#waiting.push({ lane, key, order: this.#order++, sinceUs: this.clock.nowUs(), message });
    }
    void this.#serve();
  }

  forget(lane: Lane): void {
    for (let i = this.#waiting.length - 1; i >= 0; i--) if (this.#waiting[i]!.lane === lane) this.#waiting.splice(i, 1);
  }

  async #serve(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const next = this.#waiting.splice(this.#best(), 1)[0]!;
      try {
        await this.run(next.lane, next.message);
        this.served++;
      } catch (error) {
        // One bad request must not stop the others; the lane sees no answer and asks again.
        this.failed++;
        process.stderr.write(`inference: a request failed: ${String(error)}\n`);
      }
    }
    this.#busy = false;
  }

  #best(): number {
    const nowUs = this.clock.nowUs();
    let best = 0,
      bestScoreUs = -Infinity;
    for (const [i, { lane, order, sinceUs }] of this.#waiting.entries()) {
      const scoreUs = since(nowUs, sinceUs) + headStartUs(lane.priority);
      if (scoreUs < bestScoreUs || (scoreUs === bestScoreUs && order > this.#waiting[best]!.order)) continue;
      best = i;
      bestScoreUs = scoreUs;
    }
    return best;
  }
}

const headStartUs = ({ program, preview }: LanePriority): number =>
  program ? programHeadStartUs : preview ? previewHeadStartUs : 0;
