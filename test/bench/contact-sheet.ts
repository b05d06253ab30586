import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { buildRoot } from '../../server/paths.js';
import type { Part } from './part.js';
import { uyvyToRgba } from './pictures.js';

/** Height of a picture on the sheet; its width follows. */
const cellPx = 300;

/** Rows of pictures with a caption each, for people to look at: build/bench/<name>.png. */
export class ContactSheet {
  /** `columns`: what stands beside each other. */
  constructor(private readonly columns: readonly string[] = ['plain', 'output', 'ideal']) {}

  readonly #rows: {
    readonly caption: string;
    readonly cells: { readonly rgba: Uint8ClampedArray; readonly side: { readonly w: number; readonly h: number } }[];
  }[] = [];

  add(caption: string, parts: readonly Part[]): void {
    if (parts.some(({ widthPx, heightPx }) => widthPx < 8 || heightPx < 8)) return;
    this.#rows.push({
      caption,
      cells: parts.map(({ uyvy, widthPx, heightPx }) => ({
        rgba: uyvyToRgba(uyvy, widthPx, heightPx),
        side: { w: widthPx, h: heightPx },
      })),
    });
  }

  write(name: string): string | null {
    if (this.#rows.length === 0) return null;
    const columns = this.#rows[0]!.cells.length;
    const widest = Math.max(...this.#rows.flatMap(({ cells }) => cells.map(({ side }) => side.w / side.h)));
    const cellWidthPx = Math.ceil(cellPx * Math.min(2, widest));
    const sheet = createCanvas(columns * cellWidthPx, this.#rows.length * (cellPx + 22));
    const context = sheet.getContext('2d');
    context.fillStyle = '#222';
    context.fillRect(0, 0, sheet.width, sheet.height);
    context.font = '15px sans-serif';
    this.#rows.forEach(({ caption, cells }, r) => {
      const top = r * (cellPx + 22);
      context.fillStyle = '#fff';
      context.fillText(`${caption}   ${this.columns.join(' | ')}`, 6, top + 16);
      cells.forEach(({ rgba, side }, c) => {
        const cell = createCanvas(side.w, side.h);
        const inner = cell.getContext('2d');
        const image = inner.createImageData(side.w, side.h);
        image.data.set(rgba);
        inner.putImageData(image, 0, 0);
        const scale = Math.min(cellWidthPx / side.w, cellPx / side.h);
        context.drawImage(cell, c * cellWidthPx, top + 22, side.w * scale, side.h * scale);
      });
    });
    const file = join(buildRoot, 'bench', `${name}.png`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, sheet.toBuffer('image/png'));
    return file;
  }
}
