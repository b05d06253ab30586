/** What assembly/patch.ts does, slowly, in double precision. Colours and alphas are 8.8. */
export interface TwinPicture4 {
  /** Interleaved, four values a pixel. */
  readonly data: Float64Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

export function importTwin(rgba: ArrayLike<number>, depth: 8 | 16, matrix: readonly number[]): Float64Array {
  const scale = depth === 8 ? 256 : 1;
  const out = new Float64Array(rgba.length);
  for (let i = 0; i < rgba.length; i += 4) {
    const [r, g, b] = [rgba[i]! * scale, rgba[i + 1]! * scale, rgba[i + 2]! * scale];
    for (let k = 0; k < 3; k++) {
      const row = matrix.slice(k * 4, k * 4 + 4);
      const value = row[0]! * r! + row[1]! * g! + row[2]! * b! + row[3]! * 256;
      out[i + k] = Math.min(65535, Math.max(0, Math.floor(value + 0.5)));
    }
    out[i + 3] = rgba[i + 3]! * scale;
  }
  return out;
}

/** Bilinear (u, v) of a grid at crop px (corner origin); its edge goes on. */
export function gridAt(
  grid: ArrayLike<number>,
  columns: number,
  rows: number,
  qx: number,
  qy: number,
): [number, number] {
  const cx = Math.min(Math.max((qx - 2) / 4, 0), columns - 1),
    cy = Math.min(Math.max((qy - 2) / 4, 0), rows - 1);
  const i = Math.min(Math.floor(cx), columns - 1),
    j = Math.min(Math.floor(cy), rows - 1);
  const right = Math.min(i + 1, columns - 1),
    below = Math.min(j + 1, rows - 1);
  const value = (k: number): number => {
    const at = (x: number, y: number): number => grid[(y * columns + x) * 2 + k]!;
    const top = at(i, j) + (at(right, j) - at(i, j)) * (cx - i);
    const bottom = at(i, below) + (at(right, below) - at(i, below)) * (cx - i);
    return top + (bottom - top) * (cy - j);
  };
  return [value(0), value(1)];
}

/** Adds one texel to a pixel: alphas add up, colours mix by them. */
export function addTwin(target: TwinPicture4, at: number, texel: readonly number[], weight: number): void {
  const alpha = Math.floor((texel[3]! * weight + 128) / 256);
  if (alpha === 0) return;
  const before = target.data[at + 3]!;
  for (let k = 0; k < 3; k++) {
    const was = target.data[at + k]!;
    target.data[at + k] = before > 0 ? was + ((texel[k]! - was) * alpha) / (alpha + before) : texel[k]!;
  }
  target.data[at + 3] = Math.min(65280, alpha + before);
}

export interface TwinDraw {
  readonly patch: TwinPicture4;
  readonly grid: ArrayLike<number>;
  readonly columns: number;
  readonly rows: number;
  readonly toCrop: ArrayLike<number>;
  readonly toPatch: ArrayLike<number>;
  readonly weight: number;
}
/** Source positions of every pixel itself: the kernel interpolates them between every eighth. */
export function drawTwin(
  target: TwinPicture4,
  { patch, grid, columns, rows, toCrop, toPatch, weight }: TwinDraw,
): void {
  const map = (m: ArrayLike<number>, x: number, y: number): [number, number] => [
    m[0]! * x + m[1]! * y + m[2]!,
    m[3]! * x + m[4]! * y + m[5]!,
  ];
  const last = patch.widthPx - 1;
  for (let y = 0; y < target.heightPx; y++) {
    for (let x = 0; x < target.widthPx; x++) {
      const [qx, qy] = map(toCrop, x + 0.5, y + 0.5);
      const [u, v] = gridAt(grid, columns, rows, qx, qy);
      const [sx, sy] = map(toPatch, qx + u, qy + v).map((value) => Math.floor((value - 0.5) * 128 + 0.5) / 128) as [
        number,
        number,
      ];
      const ix = Math.floor(sx),
        iy = Math.floor(sy);
      if (ix < 0 || iy < 0 || ix >= last || iy >= last) continue;
      const texel = [0, 1, 2, 3].map((k) => {
        const at = (i: number, j: number): number => patch.data[((iy + j) * patch.widthPx + ix + i) * 4 + k]!;
        const top = at(0, 0) + (at(1, 0) - at(0, 0)) * (sx - ix);
        const bottom = at(0, 1) + (at(1, 1) - at(0, 1)) * (sx - ix);
        return top + (bottom - top) * (sy - iy);
      });
      addTwin(target, (y * target.widthPx + x) * 4, texel, weight);
    }
  }
}

export function steadyTwin(
  flow: ArrayLike<number>,
  confidence: ArrayLike<number>,
  m: ArrayLike<number>,
  columns: number,
  rows: number,
  low: number,
  high: number,
): Float64Array {
  const out = new Float64Array(columns * rows * 2);
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const at = j * columns + i;
      const qx = i * 4 + 2,
        qy = j * 4 + 2;
      const t = Math.min(Math.max((confidence[at]! - low) / (high - low), 0), 1);
      const s = t * t * (3 - 2 * t);
      const whole = [m[0]! * qx + m[1]! * qy + m[2]! - qx, m[3]! * qx + m[4]! * qy + m[5]! - qy];
      for (let k = 0; k < 2; k++) out[at * 2 + k] = whole[k]! + (flow[at * 2 + k]! - whole[k]!) * s;
    }
  }
  return out;
}

/** `count` (u, v) pairs of base, and of other where confidence is high. */
export function mixTwin(
  base: ArrayLike<number>,
  other: ArrayLike<number>,
  confidence: ArrayLike<number>,
  low: number,
  high: number,
): Float64Array {
  return Float64Array.from(base, (value, i) => {
    const t = Math.min(Math.max((confidence[i >> 1]! - low) / (high - low), 0), 1);
    return value + (other[i]! - value) * t * t * (3 - 2 * t);
  });
}
