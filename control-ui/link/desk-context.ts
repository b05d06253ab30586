import { signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Desk } from './desk.js';
import { nowMs } from './page-clock.js';

export const DeskContext = createContext<Desk<ImageBitmap> | null>(null);

export function useDesk(): Desk<ImageBitmap> {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error('The page was drawn outside its DeskContext.');
  return desk;
}

/** The time to the nearest half second: what ages ("12 s ago", "no picture for 3 s") are drawn from. */
export const tickMs = signal(nowMs());
setInterval(() => (tickMs.value = nowMs()), 500);
