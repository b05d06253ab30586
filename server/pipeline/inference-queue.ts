import type { IpcMessage } from '../ipc/channel.js';

/** Tally decides who is served first; among equals, who has waited longest. */
export interface LanePriority {
  program: boolean;
  preview: boolean;
}
interface Waiting<Lane> {
  readonly lane: Lane;
  readonly key: string;
  readonly order: number;
  message: IpcMessage;
}

/**
 * Requests waiting for inference: capacity one per lane and kind, keep latest (a newer request of the same face replaces the
 * older one in its place in the queue). `run` handles one at a time.
 */
export class InferenceQueue<Lane extends { readonly priority: LanePriority }> {
  readonly #waiting: Waiting<Lane>[] = [];
  #order = 0;
  #busy = false;
  /** Requests replaced by a newer one before they were served. */
  replaced = 0;
  failed = 0;

  constructor(private readonly run: (lane: Lane, message: IpcMessage) => Promise<void>) {}

  put(lane: Lane, key: string, message: IpcMessage): void {
    const same = this.#waiting.find((w) => w.lane === lane && w.key === key);
    if (same) {
      same.message = message;
      this.replaced++;
    } else {
      this.#waiting.push({ lane, key, order: this.#order++, message });
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
      } catch (error) {
        // One bad request must not stop the others; the lane sees no answer and asks again.
        this.failed++;
        process.stderr.write(`inference: a request failed: ${String(error)}\n`);
      }
    }
    this.#busy = false;
  }

  #best(): number {
    let best = 0;
    for (let i = 1; i < this.#waiting.length; i++) {
      const a = this.#waiting[i]!,
        b = this.#waiting[best]!;
      const rank = (w: Waiting<Lane>): number => (w.lane.priority.program ? 2 : 0) + (w.lane.priority.preview ? 1 : 0);
      if (rank(a) > rank(b) || (rank(a) === rank(b) && a.order < b.order)) best = i;
    }
    return best;
  }
}
