import { patchFull } from '../formats.js';
import { overTwin } from './blend.js';
import { isRgbPicture, pixel8, type TwinPicture } from './picture-access.js';

export interface TwinEllipse {
  cx: number;
  cy: number;
  rx: number;
  ry: number;
  cos: number;
  sin: number;
}
/** 0 at the centre, 1 on the ellipse. */
export function ellipseDistance(e: TwinEllipse, x: number, y: number): number {
  const dx = x + 0.5 - e.cx,
    dy = y + 0.5 - e.cy;
  return Math.hypot((e.cos * dx + e.sin * dy) / e.rx, (e.cos * dy - e.sin * dx) / e.ry);
}
const clamp = (v: number, low: number, high: number): number => Math.max(low, Math.min(high, v));
const edgeAlpha01 = (d: number): number => {
  const t = clamp((1 - d) * 4, 0, 1);
  return t * t * (3 - 2 * t);
};

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}
function boxOf(p: TwinPicture, e: TwinEllipse | null): Box {
  if (!e) return { left: 0, top: 0, right: p.widthPx, bottom: p.heightPx };
  const ex = Math.hypot(e.rx * e.cos, e.ry * e.sin),
    ey = Math.hypot(e.rx * e.sin, e.ry * e.cos);
  const pair = isRgbPicture(p) ? 1 : 2;
  return {
    left: Math.floor(clamp(Math.floor(e.cx - ex), 0, p.widthPx) / pair) * pair,
    top: clamp(Math.floor(e.cy - ey), 0, p.heightPx),
    right: Math.ceil(clamp(Math.ceil(e.cx + ex), 0, p.widthPx) / pair) * pair,
    bottom: clamp(Math.ceil(e.cy + ey), 0, p.heightPx),
  };
}

/** In real numbers; means from every second row of a cell, of a whole picture from every eighth, as the kernel has it. */
export function softenTwin(p: TwinPicture, e: TwinEllipse | null, cells: number): void {
  const box = boxOf(p, e);
  const width = box.right - box.left,
    height = box.bottom - box.top;
  if (width <= 0 || height <= 0) return;
  const sums = Array.from({ length: cells * cells + 1 }, () => [0, 0, 0, 0]);
  const cellOf = (at: number, length: number): number => {
    let k = 0;
    while (Math.floor((length * (k + 1)) / cells) <= at) k++;
    return k;
  };
  for (let y = box.top; y < box.bottom; y++) {
    const cellTop = Math.floor((height * cellOf(y - box.top, height)) / cells);
    if ((y - box.top - cellTop) % (e ? 2 : 8) !== 0) continue;
    for (let x = box.left; x < box.right; x++) {
      if (e && ellipseDistance(e, x, y) >= 1) continue;
      const colour = [...pixel8(p, x, y), 1];
      const cell = cellOf(y - box.top, height) * cells + cellOf(x - box.left, width);
      for (const sum of [sums[cell]!, sums[cells * cells]!]) colour.forEach((v, c) => (sum[c]! += v));
    }
  }
  const overall = sums[cells * cells]!;
  const means = sums.map((sum) => (sum[3]! > 0 ? sum : overall)).map((sum) => sum.map((v) => v / Math.max(1, sum[3]!)));
  const patch = {
    data: new Uint16Array(p.widthPx * p.heightPx * 4),
    widthPx: p.widthPx,
    heightPx: p.heightPx,
    strideValues: p.widthPx * 4,
  };
  const position = (at: number, length: number): number => clamp(((at + 0.5) * cells) / length - 0.5, 0, cells - 1);
  for (let y = box.top; y < box.bottom; y++) {
    for (let x = box.left; x < box.right; x++) {
      const px = position(x - box.left, width),
        py = position(y - box.top, height);
      const x0 = Math.floor(px),
        y0 = Math.floor(py),
        x1 = Math.min(cells - 1, x0 + 1),
        y1 = Math.min(cells - 1, y0 + 1);
      const fx = px - x0,
        fy = py - y0;
      for (let c = 0; c < 3; c++) {
        const upper = means[y0 * cells + x0]![c]! * (1 - fx) + means[y0 * cells + x1]![c]! * fx;
        const lower = means[y1 * cells + x0]![c]! * (1 - fx) + means[y1 * cells + x1]![c]! * fx;
        patch.data[(y * p.widthPx + x) * 4 + c] = Math.round((upper * (1 - fy) + lower * fy) * 256);
      }
      patch.data[(y * p.widthPx + x) * 4 + 3] = Math.round((e ? edgeAlpha01(ellipseDistance(e, x, y)) : 1) * patchFull);
    }
  }
  overTwin(patch, p, 256, null, 0);
}
