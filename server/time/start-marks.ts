import { machineClock } from './clock.js';
import { type InstantUs } from './time.js';

/** When this process was started, on the machine's base. */
export const processStartedAtUs = (): InstantUs =>
  (machineClock.nowUs() - Math.round(process.uptime() * 1e6)) as InstantUs;

/** How far the start of this process has come, told to the process that keeps it; nothing where nobody does. Not for the frame path. */
export function markStart(what: string): void {
  process.send?.({ type: 'mark', what, atUs: machineClock.nowUs() });
}
