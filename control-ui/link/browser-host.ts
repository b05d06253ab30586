import type { DeskHost } from './desk.js';
import type { LinkSocket } from './link.js';
import { nowMs } from './page-clock.js';

/** The desk's needs, met by a browser. The server is the one that served the page. */
export const browserHost: DeskHost<ImageBitmap> = {
  connect: () => new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`) as LinkSocket,
  now: nowMs,
  later: (run, delayMs) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  random01: () => Math.random(),
  decode: (jpeg) => createImageBitmap(new Blob([jpeg.slice()], { type: 'image/jpeg' })),
  beforeDraw: (run) => {
    requestAnimationFrame(run);
  },
};
