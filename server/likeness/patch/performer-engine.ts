import type { FaceTrack } from '../../frame/face-track.js';
import type { YuvMatrix } from '../../frame/format.js';
import type { RegionView } from '../../frame/region-view.js';
import { patchPixelBytes } from '../../kernels/formats.js';
import type { PatchKernel, PatchTarget } from '../../kernels/patch.js';
import type { LikenessEngine, Look, PatchFill, PatchView } from '../port.js';
import type { PatchCanvas } from './patch-canvas.js';
import type { PatchLikeness } from './patch-likeness.js';

/** What an operator chose; read with every picture. */
export interface EngineChoice {
  readonly engine: 'show' | 'mesh';
  /** Pictures over which one engine or likeness gives way to another. 0: at once. */
  readonly switchFrames: number;
  /** A patch older than this is not shown any more. */
  readonly maxAgeFrames: number;
}
export interface PerformerLikeness {
  readonly mesh: LikenessEngine;
  readonly neural: PatchLikeness | null;
}

/** Pictures that a likeness stays for its successor's engine to load and make a face; then the successor's mesh has its turn. */
const mostWaitFrames = 250;

/**
 * What one performer is shown as. What is drawn changes only between two pictures, by a cross-fade: another likeness, another engine,
 * or the mesh in place of patches that stay away. A likeness stays until its successor's engine has made a face.
 */
export class PerformerEngine implements LikenessEngine {
  #next: PerformerLikeness | null = null;
  #waitedFrames = 0;
  #shown: LikenessEngine | null = null;
  #leaving: LikenessEngine | null = null;
  #left = 0;
  #frames = 1;
  readonly #view = { ptr: 0, strideBytes: 0, x0: 0, y0: 0, x1: 0, y1: 0 };

  constructor(
    private readonly kernel: PatchKernel,
    private readonly canvas: PatchCanvas,
    private readonly choice: () => EngineChoice,
    private likeness: PerformerLikeness,
  ) {}

  /** Another likeness: from the next picture on, or from when its engine has made a face. */
  use(likeness: PerformerLikeness): void {
    this.#waitedFrames = 0;
    if (this.#shown === null || likeness.neural === null || this.choice().engine === 'mesh') {
      this.#next = null;
      this.likeness = likeness;
    } else this.#next = likeness;
  }
  /** Whose patches are to be asked for: the successor's, as soon as its engine runs. */
  wantsPatchesOf(isReady: (engineKey: string) => boolean): PatchLikeness | null {
    if (this.choice().engine === 'mesh') return null;
    const next = this.#next?.neural;
    return next && isReady(next.engineKey) ? next : this.likeness.neural;
  }
  get isSwitching(): boolean {
    return this.#left > 0 || this.#next !== null;
  }
  /** Which engine the last picture was drawn by. */
  get drawnBy(): 'mesh' | 'neural' | null {
    if (this.#shown === null) return null;
    return this.#shown === this.likeness.neural ? 'neural' : 'mesh';
  }
  /** What is drawn: not yet what was asked for last, while that one's engine has made no face. */
  get drawn(): PerformerLikeness {
    return this.likeness;
  }

  render(face: FaceTrack, region: RegionView, matrix: YuvMatrix, look: Look, fill: PatchFill): PatchView | null {
    this.#choose(face);
    const shown = this.#shown!;
    if (this.#left === 0 || this.#leaving === null) return shown.render(face, region, matrix, look, fill);
    const weight = Math.round((1 - this.#left / (this.#frames + 1)) * 256);
    const target = this.canvas.cleared(region.widthPx & ~1, region.heightPx);
    const before = this.#leaving.render(face, region, matrix, look, fill);
    // Both may draw into one buffer: the first is taken over before the second is drawn.
    if (before) this.#add(before, target, 256 - weight);
    const after = shown.render(face, region, matrix, look, fill);
    if (after) this.#add(after, target, before ? weight : 256);
    if (--this.#left === 0) this.#leaving = null;
    return before || after ? this.#whole(target) : null;
  }

  #choose(face: FaceTrack): void {
    const { engine, switchFrames, maxAgeFrames } = this.choice();
    if (this.#next !== null) {
      const made = this.#next.neural?.has(face, maxAgeFrames) === true;
      if (made || engine === 'mesh' || ++this.#waitedFrames > mostWaitFrames) {
        this.likeness = this.#next;
        this.#next = null;
      }
    }
    const { mesh, neural } = this.likeness;
    const wanted = engine === 'show' && neural?.has(face, maxAgeFrames) === true ? neural : mesh;
    if (wanted === this.#shown) return;
    this.#leaving = switchFrames > 0 ? this.#shown : null;
    this.#left = this.#leaving === null ? 0 : switchFrames;
    this.#frames = switchFrames;
    this.#shown = wanted;
  }

  #add(view: PatchView, target: PatchTarget, weight: number): void {
    const { ptr, strideBytes } = target;
    const widthPx = Math.min(view.x1, target.widthPx) - view.x0,
      heightPx = Math.min(view.y1, target.heightPx) - view.y0;
    if (weight <= 0 || widthPx <= 0 || heightPx <= 0) return;
    const at = ptr + view.y0 * strideBytes + view.x0 * patchPixelBytes;
    this.kernel.add(view.ptr, view.strideBytes, { ptr: at, strideBytes, widthPx, heightPx }, weight);
  }
  #whole(target: PatchTarget): PatchView {
    const view = this.#view;
    view.ptr = target.ptr;
    view.strideBytes = target.strideBytes;
    view.x1 = target.widthPx;
    view.y1 = target.heightPx;
    return view;
  }
}
