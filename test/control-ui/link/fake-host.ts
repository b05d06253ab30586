import type { LinkSocket } from '../../../control-ui/link/link.js';

/** A socket whose other end is the test. */
export class TestSocket implements LinkSocket {
  binaryType = '';
  readyState = 0;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  readonly sent: { readonly type: string; readonly [field: string]: unknown }[] = [];

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.();
  }
  accept(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  say(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  sentOf(type: string): unknown[] {
    return this.sent.filter((message) => message.type === type);
  }
}

/** Time that passes only when the test says so. */
export class TestTime {
  nowMs = 0;
  private timers: { atMs: number; run: () => void }[] = [];

  readonly now = (): number => this.nowMs;
  readonly later = (run: () => void, delayMs: number): (() => void) => {
    const timer = { atMs: this.nowMs + delayMs, run };
    this.timers.push(timer);
    return () => (this.timers = this.timers.filter((other) => other !== timer));
  };
  pass(spanMs: number): void {
    const untilMs = this.nowMs + spanMs;
    for (;;) {
      const next = this.timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (!next) break;
      this.timers = this.timers.filter((other) => other !== next);
      this.nowMs = next.atMs;
      next.run();
    }
    this.nowMs = untilMs;
  }
}
