import type { SceneName } from '../../server/stage-sim/scene/scripts.js';

/** What a loop row shows to the server. */
export interface LoopShape {
  readonly row: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly framesPerSecond: number;
  readonly people: number;
  readonly cameras: number;
  /** Pictures rendered for the loop: 2 s there and 2 s back at 25 frames a second; fewer of the large ones, 16 MB each. */
  readonly pictures: number;
}

const hd = { widthPx: 1920, heightPx: 1080, framesPerSecond: 25, people: 1, cameras: 1, pictures: 50 };
export const loopShapes: readonly LoopShape[] = [
  { ...hd, row: 'loop.1080p25' },
  { ...hd, row: 'loop.1080p50', framesPerSecond: 50, pictures: 64 },
  { ...hd, row: 'loop.1080p60', framesPerSecond: 60, pictures: 64 },
  { ...hd, row: 'loop.2160p25', widthPx: 3840, heightPx: 2160, pictures: 24 },
  { ...hd, row: 'loop.4faces', people: 4 },
  { ...hd, row: 'loop.2cameras', cameras: 2 },
];

export const loopScene: { readonly scene: SceneName; readonly seed: number } = { scene: 'demo', seed: 1 };
