import { signal, type Signal } from '@preact/signals';
import type { ParamAddress, ParamValue } from '../../server/protocol/descriptors.js';

/** A parameter as the page shows it. */
export interface ParamCell {
  /** What the widget shows: the operator's own value until the server answered. */
  readonly shown: ParamValue;
  /** What the server last said. */
  readonly confirmed: ParamValue;
  /** Who changed it last, in the server's words ("osc 127.0.0.1:53000", "cue 1.5", "page"); "" when nobody did since the page opened. */
  readonly by: string;
  /** The last change was made on this page. */
  readonly mine: boolean;
  /** null: before this page was opened. */
  readonly changedAtMs: number | null;
  /** Sent, not yet answered. */
  readonly pending: boolean;
}

/** How long the page shows its own value without an answer before it falls back to the server's. */
export const settleMs = 800;

/**
 * Optimistic values: a control answers the finger at once, the server has the last word. Answers to older positions of a
 * slider still being dragged do not move it; a change from any other surface does.
 */
export class ParamCells {
  /** "page 3": what the server calls this page; null until it said so. */
  me: string | null = null;
  private readonly cells = new Map<ParamAddress, Signal<ParamCell>>();
  private readonly sentAtMs = new Map<ParamAddress, number>();

  constructor(
    private readonly now: () => number,
    private readonly later: (run: () => void, delayMs: number) => void,
  ) {}

  /** Starts again from a hello; cells that widgets hold stay the same objects. */
  load(values: Readonly<Record<ParamAddress, ParamValue>>): void {
    for (const [address, value] of Object.entries(values)) {
      this.sentAtMs.delete(address);
      const known = this.cells.get(address);
      if (known && known.value.confirmed === value) known.value = { ...known.value, shown: value, pending: false };
      else
        this.write(address, {
          shown: value,
          confirmed: value,
          by: '',
          mine: false,
          changedAtMs: this.now(),
          pending: false,
        });
    }
  }

  /** Who changed what before this page came; when is not known. */
  noteWriters(writers: Readonly<Record<ParamAddress, string>>): void {
    for (const [address, by] of Object.entries(writers)) {
      const cell = this.cells.get(address);
      if (cell && cell.value.by === '') cell.value = { ...cell.value, by, changedAtMs: null };
    }
  }

  find(address: ParamAddress): Signal<ParamCell> | undefined {
    return this.cells.get(address);
  }

  setLocally(address: ParamAddress, value: ParamValue): void {
    const cell = this.cells.get(address);
    if (!cell) return;
    const sentAtMs = this.now();
    this.sentAtMs.set(address, sentAtMs);
    cell.value = { ...cell.value, shown: value, pending: true };
    this.later(() => {
      if (this.sentAtMs.get(address) === sentAtMs) this.settle(address);
    }, settleMs);
  }

  echo(address: ParamAddress, value: ParamValue, by: string): void {
    const old = this.cells.get(address)?.value;
    const waiting = old?.pending === true && this.sentAtMs.has(address);
    const mine = waiting && this.isMe(by);
    const answered = !mine || value === old?.shown;
    if (answered) this.sentAtMs.delete(address);
    this.write(address, {
      shown: answered ? value : (old?.shown ?? value),
      confirmed: value,
      by,
      mine,
      changedAtMs: this.now(),
      pending: !answered,
    });
  }

  /** The server refused, or never answered: show what it has. */
  settle(address: ParamAddress): void {
    this.sentAtMs.delete(address);
    const cell = this.cells.get(address);
    if (cell) cell.value = { ...cell.value, shown: cell.value.confirmed, pending: false };
  }

  private isMe(by: string): boolean {
    return this.me === null ? by.startsWith('page') : by === this.me || by.startsWith(`${this.me} `);
  }

  private write(address: ParamAddress, cell: ParamCell): void {
    const known = this.cells.get(address);
    if (known) known.value = cell;
    else this.cells.set(address, signal(cell));
  }
}
