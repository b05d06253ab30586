import type { BoxPx } from '../frame/geometry.js';

/** One tile of a multiview: border, picture area inside it, caption below the picture. All edges are even. */
export interface Cell {
  readonly border: BoxPx;
  readonly picture: BoxPx;
  readonly caption: BoxPx;
}

const even = (value: number): number => Math.floor(value) & ~1;
/**
 * Of the tile's height: readable at three metres on a monitor of a metre, for four tiles of a 1080-line picture. Where tiles are tall, their width
 * decides: camera, kind, timecode and delay stand on one line.
 */
const captionShare = 0.085;
const captionOfWidth = 0.06;
const borderShare = 0.012;

/**
 * `count` tiles below a header, as nearly square a grid as there is: 2×2 for four, 3×3 for nine. A last row that is not full stays
 * empty at its end. The caption has its own strip, so that it never covers a picture or the label in it.
 */
export function gridOf(count: number, widthPx: number, heightPx: number, headerPx: number): readonly Cell[] {
  const columns = Math.max(1, Math.ceil(Math.sqrt(count)));
  const rows = Math.max(1, Math.ceil(count / columns));
  const cellWidthPx = even(widthPx / columns);
  const cellHeightPx = even((heightPx - headerPx) / rows);
  const borderPx = Math.max(4, even(cellHeightPx * borderShare));
  const captionPx = Math.max(14, even(Math.min(cellHeightPx * captionShare, cellWidthPx * captionOfWidth)));
  return Array.from({ length: count }, (_, index) => {
    const x0 = (index % columns) * cellWidthPx;
    const y0 = headerPx + Math.floor(index / columns) * cellHeightPx;
    const border = { x0: x0 + 2, y0: y0 + 2, x1: x0 + cellWidthPx - 2, y1: y0 + cellHeightPx - 2 };
    const inside = { x0: border.x0 + borderPx, x1: border.x1 - borderPx, bottom: border.y1 - borderPx };
    return {
      border,
      picture: { x0: inside.x0, y0: border.y0 + borderPx, x1: inside.x1, y1: inside.bottom - captionPx },
      caption: { x0: inside.x0, y0: inside.bottom - captionPx, x1: inside.x1, y1: inside.bottom },
    };
  });
}

/** The largest even box of this aspect in the middle of `area`. */
export function fitInto(area: BoxPx, aspect: number): BoxPx {
  const [widthPx, heightPx] = [area.x1 - area.x0, area.y1 - area.y0];
  const fittedWidthPx = even(Math.min(widthPx, heightPx * aspect));
  const fittedHeightPx = Math.min(heightPx, even(fittedWidthPx / aspect));
  const x0 = area.x0 + even((widthPx - fittedWidthPx) / 2);
  const y0 = area.y0 + even((heightPx - fittedHeightPx) / 2);
  return { x0, y0, x1: x0 + fittedWidthPx, y1: y0 + fittedHeightPx };
}
