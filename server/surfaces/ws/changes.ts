import type { ParamAddress, ParamValue } from '../../protocol/descriptors.js';
import type { ServerMessage } from '../../protocol/messages.js';
import type { Dispatcher, ParamChange } from '../dispatch/dispatch.js';

const promptMs = 4;
/** A page draws a fade smoothly at this, and a fade of a hundred values does not become its main work. */
const fadeMs = 40;
const metersMs = 100;

/**
 * Gathers changes for the pages: those of one turn of the loop travel together, so that a cue that sets fifty values is one message;
 * steps of a fade and meters come at a page's pace, the newest of each address only.
 */
export class Changes {
  #prompt: ParamChange[] = [];
  readonly #fading = new Map<ParamAddress, ParamChange>();
  readonly #meters = new Map<ParamAddress, ParamValue>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #stops: readonly (() => void)[];

  constructor(
    dispatcher: Dispatcher,
    private readonly broadcast: (message: ServerMessage) => void,
  ) {
    this.#stops = [
      dispatcher.onChange((change) => this.#take(change)),
      dispatcher.onMeter(({ address, value }) => {
        this.#meters.set(address, value);
        this.#later('meters', metersMs, () => this.#sendMeters());
      }),
    ];
  }

  close(): void {
    for (const stop of this.#stops) stop();
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #take(change: ParamChange): void {
    if (change.transient === true) {
      this.#fading.set(change.address, change);
      this.#later('fading', fadeMs, () => this.#sendFading());
      return;
    }
    // A hand took a value that was fading: the older step must not arrive after it.
    this.#fading.delete(change.address);
    this.#prompt.push(change);
    this.#later('prompt', promptMs, () => this.#sendPrompt());
  }
  #later(what: string, afterMs: number, run: () => void): void {
    if (this.#timers.has(what)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(what);
      run();
    }, afterMs);
    this.#timers.set(what, timer);
  }
  #sendPrompt(): void {
    const changes = this.#prompt;
    this.#prompt = [];
    this.broadcast({ type: 'params', changes });
  }
  #sendFading(): void {
    const changes = [...this.#fading.values()].map(({ address, value, by }) => ({ address, value, by }));
    this.#fading.clear();
    if (changes.length > 0) this.broadcast({ type: 'params', changes });
  }
  #sendMeters(): void {
    const values = Object.fromEntries(this.#meters);
    this.#meters.clear();
    this.broadcast({ type: 'meters', values });
  }
}
