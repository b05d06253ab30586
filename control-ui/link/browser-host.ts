import type { DeskHost } from './desk-host.js';
import type { LinkSocket } from './link.js';
import { nowMs } from './page-clock.js';

/** This page's own secret: with it the server knows the page again after a reload or a dropped connection. */
function clientKey(): string {
  const kept = sessionStorage.getItem('understudy-client');
  if (kept !== null) return kept;
  const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
  sessionStorage.setItem('understudy-client', key);
  return key;
}

const nameKey = 'understudy-name';
/** What the person at this browser is called; empty where nobody said. */
export const keptName = (): string => localStorage.getItem(nameKey) ?? '';
export const keepName = (name: string): void => localStorage.setItem(nameKey, name);

/** The desk's needs, met by a browser. The server is the one that served the page. */
export const browserHost: DeskHost<ImageBitmap> = {
  connect: () =>
    new WebSocket(
      `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws?client=${clientKey()}&name=${encodeURIComponent(keptName())}`,
    ) as LinkSocket,
  isOnServer: /^(localhost|127\.[\d.]+|\[::1\])$/.test(location.hostname),
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
