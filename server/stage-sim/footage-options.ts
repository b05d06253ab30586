import type { FrameRate } from './ndi-camera.js';

export interface FootageOptions {
  readonly path: string;
  readonly widthPx: number | null;
  readonly heightPx: number | null;
  readonly rate: FrameRate | null;
  readonly atEnd: 'start-over' | 'stop';
}

/** The size sent: as asked, else the footage's own, else from the one side that was given; even, as UYVY needs. */
export function sizeOf(
  options: FootageOptions,
  own: { widthPx: number; heightPx: number },
): { widthPx: number; heightPx: number } {
  const even = (value: number): number => Math.max(2, Math.round(value / 2) * 2);
  const { widthPx, heightPx } = options;
  if (widthPx !== null && heightPx !== null) return { widthPx: even(widthPx), heightPx: even(heightPx) };
  if (widthPx !== null) return { widthPx: even(widthPx), heightPx: even((widthPx * own.heightPx) / own.widthPx) };
  if (heightPx !== null) return { widthPx: even((heightPx * own.widthPx) / own.heightPx), heightPx: even(heightPx) };
  return { widthPx: even(own.widthPx), heightPx: even(own.heightPx) };
}
