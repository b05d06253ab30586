import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { buildRoot } from '../../server/paths.js';
import type { BoxPx } from '../../server/frame/geometry.js';
import { uyvyToRgba } from './pictures.js';

const cellPx = 300;

/** Rows of plain | output | ideal with a caption each, for people to look at: build/bench/<name>.png. */
export class ContactSheet {
  readonly #rows: {
    readonly caption: string;
    readonly cells: { readonly rgba: Uint8ClampedArray; readonly side: { readonly w: number; readonly h: number } }[];
  }[] = [];

  add(caption: string, pictures: readonly Uint8Array[], widthPx: number, box: BoxPx): void {
    const part = { x: box.x0 & ~1, y: box.y0, w: (box.x1 - box.x0) & ~1, h: box.y1 - box.y0 };
    if (part.w < 8 || part.h < 8) return;
    this.#rows.push({
      caption,
      cells: pictures.map((picture) => ({ rgba: uyvyToRgba(picture, widthPx, 0, part), side: part })),
    });
  }

  write(name: string): string | null {
    if (this.#rows.length === 0) return null;
    const columns = this.#rows[0]!.cells.length;
    const sheet = createCanvas(columns * cellPx, this.#rows.length * (cellPx + 22));
    const context = sheet.getContext('2d');
    context.fillStyle = '#222';
    context.fillRect(0, 0, sheet.width, sheet.height);
    context.font = '15px sans-serif';
    this.#rows.forEach(({ caption, cells }, r) => {
      const top = r * (cellPx + 22);
      context.fillStyle = '#fff';
      context.fillText(`${caption}   plain | output | ideal`, 6, top + 16);
      cells.forEach(({ rgba, side }, c) => {
        const cell = createCanvas(side.w, side.h);
        const inner = cell.getContext('2d');
        const image = inner.createImageData(side.w, side.h);
        image.data.set(rgba);
        inner.putImageData(image, 0, 0);
        const scale = Math.min(cellPx / side.w, cellPx / side.h);
        context.drawImage(cell, c * cellPx, top + 22, side.w * scale, side.h * scale);
      });
    });
    const file = join(buildRoot, 'bench', `${name}.png`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, sheet.toBuffer('image/png'));
    return file;
  }
}
