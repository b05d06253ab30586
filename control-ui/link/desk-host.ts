import type { LinkSocket } from './link.js';
import type { Picture } from './pictures.js';

/** What the desk needs from the browser, so that it can run without one in tests. */
export interface DeskHost<P extends Picture> {
  readonly connect: () => LinkSocket;
  /** The browser runs on the server's machine. */
  readonly isOnServer: boolean;
  readonly now: () => number;
  readonly later: (run: () => void, delayMs: number) => () => void;
  readonly random01: () => number;
  readonly decode: (jpeg: Uint8Array) => Promise<P>;
  readonly beforeDraw: (run: () => void) => void;
}
