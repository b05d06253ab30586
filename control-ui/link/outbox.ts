import type { ParamAddress, ParamValue } from '../../server/protocol/descriptors.js';

/** Fastest rate at which one parameter is sent while a slider moves. */
export const sendEveryMs = 33;

/** First change at once, later ones of the same parameter at most every 33 ms, the last one always. */
export class Outbox {
  private readonly held = new Map<ParamAddress, ParamValue | null>();

  constructor(
    private readonly send: (address: ParamAddress, value: ParamValue) => void,
    private readonly later: (run: () => void, delayMs: number) => void,
  ) {}

  put(address: ParamAddress, value: ParamValue): void {
    if (this.held.has(address)) {
      this.held.set(address, value);
      return;
    }
    this.held.set(address, null);
    this.send(address, value);
    this.later(() => this.release(address), sendEveryMs);
  }

  private release(address: ParamAddress): void {
    const value = this.held.get(address);
    this.held.delete(address);
    if (value !== null && value !== undefined) this.put(address, value);
  }
}
