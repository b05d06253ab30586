import type { Clock } from '../../time/clock.js';
import type { InstantUs } from '../../time/time.js';
import type { OscValue } from './codec.js';

/** Presses closer than this without a release between them are one: a fader on a button's address, or a bouncing key. */
const onePressUs = 100_000;
const mostKept = 1024;

/**
 * When a button was pressed. Consoles send 1.0 down and 0.0 up, a Stream Deck only 1, a fader everything between: the rise
 * past one half counts, the release never does, and no value at all is a press.
 */
export class Edges {
  readonly #pressedAtUs = new Map<string, InstantUs>();
  constructor(private readonly clock: Clock) {}

  /** `button`: peer and address. */
  isPress(button: string, value: OscValue | undefined): boolean {
    if (value === undefined) return true;
    const level = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    const down = typeof level === 'number' && !Number.isNaN(level) ? level >= 0.5 : level !== false;
    const before = this.#pressedAtUs.get(button);
    if (!down) {
      this.#pressedAtUs.delete(button);
      return false;
    }
    if (before === undefined && this.#pressedAtUs.size >= mostKept) this.#pressedAtUs.clear();
    const now = this.clock.nowUs();
    this.#pressedAtUs.set(button, now);
    return before === undefined || now - before > onePressUs;
  }
}
