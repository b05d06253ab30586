import type { YuvMatrix, PixelFormat } from '../../frame/format.js';
import type { CompositedFrame, LabelledFrame } from '../../frame/frames.js';
import type { BoxPx } from '../../frame/geometry.js';
import { layRows, type PaintedRows, paintRows } from '../../frame/paint.js';
import type { Corner, Labeller, LabelFacts } from './contract.js';
import { drawLabelPlate } from './glyphs.js';
import { joinMetadata, markOf } from './mark.js';

const corners: readonly Corner[] = ['top-right', 'top-left', 'bottom-right', 'bottom-left'];
/** Pictures that the first corner must have been free before the mark goes home, so that it does not flicker. */
const calmFrames = 50;

/** Draws by copying rows: the plate is opaque, so nothing is blended and nothing can shine through. */
export class LabelStage implements Labeller {
  #rows: PaintedRows | null = null;
  #madeFor = '';
  #corner: Corner = 'top-right';
  #home: Corner = 'top-right';
  #homeFreeFor = 0;
  readonly #plate: BoxPx = { x0: 0, y0: 0, x1: 0, y1: 0 };
  #mark = '';
  #markKey = '';
  #lastOwn: string | null = null;
  #joined = '';

  /** Draws the plate for a picture size before its first frame. */
  prepare(widthPx: number, heightPx: number, format: PixelFormat, matrix: YuvMatrix): void {
    const key = `${widthPx}×${heightPx} ${format} ${matrix}`;
    if (key === this.#madeFor) return;
    this.#madeFor = key;
    const bitmap = drawLabelPlate(widthPx, heightPx);
    this.#rows = paintRows(bitmap.rgba, bitmap.widthPx, bitmap.heightPx, format, matrix);
  }

  label(frame: CompositedFrame, facts: LabelFacts, faces: readonly BoxPx[], faceCount: number): LabelledFrame {
    const { video } = frame;
    if (frame.kind === 'likeness') {
      this.prepare(video.widthPx, video.heightPx, video.format, frame.matrix);
      this.#choose(video.widthPx, video.heightPx, facts.corner, faces, faceCount);
      layRows(
        this.#rows!,
        video.pixels,
        video.strideBytes,
        video.heightPx,
        video.format,
        this.#plate.x0,
        this.#plate.y0,
      );
    }
    const labelled = frame as LabelledFrame & { outgoingMetadata: string };
    labelled.outgoingMetadata = this.#metadata(frame, facts);
    return labelled;
  }

  /** The corner of the last labelled picture. */
  get corner(): Corner {
    return this.#corner;
  }
  /** Where the plate lay in the last labelled picture. */
  get plate(): Readonly<BoxPx> {
    return this.#plate;
  }

  #metadata(frame: CompositedFrame, facts: LabelFacts): string {
    const key = `${frame.kind}|${facts.step}|${facts.likenessId}|${facts.consentId}|${facts.delayFrames}`;
    const own =
      facts.cameraMetadata !== undefined ? facts.cameraMetadata : frame.video.hasMetadata ? frame.video.metadata : null;
    if (key === this.#markKey && own === this.#lastOwn) return this.#joined;
    if (key !== this.#markKey) this.#mark = markOf(frame.kind, facts);
    this.#markKey = key;
    this.#lastOwn = own;
    this.#joined = joinMetadata(own, this.#mark);
    return this.#joined;
  }

  #choose(
    widthPx: number,
    heightPx: number,
    wanted: Corner | 'auto',
    faces: readonly BoxPx[],
    faceCount: number,
  ): void {
    const home: Corner = wanted === 'auto' ? 'top-right' : wanted;
    const free = (corner: Corner): boolean => {
      this.#place(corner, widthPx, heightPx);
      for (let i = 0; i < faceCount; i++) {
        const face = faces[i]!;
        if (
          face.x0 < this.#plate.x1 &&
          face.x1 > this.#plate.x0 &&
          face.y0 < this.#plate.y1 &&
          face.y1 > this.#plate.y0
        )
          return false;
      }
      return true;
    };
    // Asked for by the operator: at the next picture, not after the calm that a face's coming and going needs.
    if (home !== this.#home) this.#homeFreeFor = calmFrames;
    this.#home = home;
    this.#homeFreeFor = free(home) ? this.#homeFreeFor + 1 : 0;
    if (!free(this.#corner)) {
      // No free corner at all: home, rather than jump between covered ones.
      this.#corner = this.#homeFreeFor > 0 ? home : (corners.find(free) ?? home);
    } else if (this.#corner !== home && this.#homeFreeFor >= calmFrames) {
      this.#corner = home;
    }
    this.#place(this.#corner, widthPx, heightPx);
  }

  #place(corner: Corner, widthPx: number, heightPx: number): void {
    const rows = this.#rows!;
    const margin = Math.round(Math.min(widthPx, heightPx) * 0.025) & ~1;
    const right = (widthPx - margin - rows.widthPx) & ~1;
    const bottom = heightPx - margin - rows.heightPx;
    const x = Math.max(0, corner.endsWith('right') ? right : margin);
    const y = Math.max(0, corner.startsWith('top') ? margin : bottom);
    this.#plate.x0 = x;
    this.#plate.y0 = y;
    this.#plate.x1 = x + rows.widthPx;
    this.#plate.y1 = y + rows.heightPx;
  }
}
