import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { SceneName } from '../../../server/stage-sim/scene/scripts.js';
import { StageScene, type Who } from '../../../server/stage-sim/stage-scene.js';
import { strideOf } from '../support/ndi-peer/picture.js';

export interface StageLoopOptions {
  readonly scene: SceneName;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Different pictures; played forth and back, so that the loop has no cut. */
  readonly pictures: number;
  readonly folder: string;
}

/**
 * Pictures of the simulated stage, drawn before the test begins: the camera process (support/ndi-peer/sender.ts, an independent
 * NDI binding) then only sends bytes, and a frame's stamp says which picture of the scene it is.
 */
export class StageLoop {
  /** Raw UYVY pictures one after the other, for the sender's `file`. */
  readonly file: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly #scene: StageScene;
  readonly #order: readonly number[];

  constructor({ scene, widthPx, heightPx, pictures, folder }: StageLoopOptions) {
    this.widthPx = widthPx;
    this.heightPx = heightPx;
    this.file = join(folder, `${scene}-${widthPx}x${heightPx}.uyvy`);
    this.#scene = new StageScene({ scene, seed: 1, widthPx, heightPx });
    const forth = Array.from({ length: pictures }, (_, n) => n);
    this.#order = [...forth, ...forth.slice(1, -1).reverse()];
    const drawn = forth.map((n) => this.draw(n, 'performer'));
    const file = openSync(this.file, 'w');
    for (const n of this.#order) writeSync(file, drawn[n]!);
    closeSync(file);
  }

  /** UYVY of the picture that the sender's frame of this number shows; `likeness`: the ideal output for it. */
  pictureOf(frameNumber: number, who: Who): Uint8Array {
    return this.draw(this.#order[frameNumber % this.#order.length]!, who);
  }

  draw(sceneFrame: number, who: Who): Uint8Array {
    const picture = new Uint8Array(strideOf('UYVY', this.widthPx) * this.heightPx);
    this.#scene.renderFrame(sceneFrame, { who }, picture);
    return picture;
  }
}
