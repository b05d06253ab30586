/** The slow, obvious twin of assembly/part.ts. */

const leastSpread = 64;

function levelTwin(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return values.map((value) => (square < leastSpread ? 0 : (value - mean) / Math.sqrt(square)));
}

const held = (value: number, most: number): number => Math.min(most, Math.max(0, value));

/** Luma is size × size; map: look px → luma px. */
export function cutLookTwin(
  luma: Uint8Array,
  sizePx: number,
  map: ArrayLike<number>,
  widthPx: number,
  heightPx: number,
): { raw: number[]; levelled: number[] } {
  const raw: number[] = [];
  for (let j = 0; j < heightPx; j++) {
    for (let i = 0; i < widthPx; i++) {
      const x = held(map[0]! * (i + 0.5) + map[1]! * (j + 0.5) + map[2]! - 0.5, sizePx - 1);
      const y = held(map[3]! * (i + 0.5) + map[4]! * (j + 0.5) + map[5]! - 0.5, sizePx - 1);
      const code = (column: number, row: number): number =>
        luma[Math.min(sizePx - 1, row) * sizePx + Math.min(sizePx - 1, column)]!;
      const x0 = Math.floor(x),
        y0 = Math.floor(y);
      const top = code(x0, y0) * (1 - x + x0) + code(x0 + 1, y0) * (x - x0);
      const bottom = code(x0, y0 + 1) * (1 - x + x0) + code(x0 + 1, y0 + 1) * (x - x0);
      raw.push(top * (1 - y + y0) + bottom * (y - y0));
    }
  }
  return { raw, levelled: levelTwin(raw) };
}

export const compareLooksTwin = (look: ArrayLike<number>, others: readonly ArrayLike<number>[]): number[] =>
  others.map((other) => Array.from(look).reduce((sum, value, i) => sum + value * other[i]!, 0));

export function shutEyeTwin(
  raw: ArrayLike<number>,
  upper: ArrayLike<number>,
  lower: ArrayLike<number>,
  widthPx: number,
  heightPx: number,
  open01: number,
): number[] {
  const out: number[] = [];
  for (let j = 0; j < heightPx; j++) {
    for (let i = 0; i < widthPx; i++) {
      const from = upper[i]!,
        to = lower[i]!;
      const lid = from > 3 && to > from ? to - (to - from) * open01 : from;
      const y = j + 0.5 < lid ? j + 0.5 - (lid - from) * Math.min(1, (j + 0.5) / (lid - 2)) : j + 0.5;
      const row = held(y - 0.5, heightPx - 1);
      const at = (k: number): number => raw[Math.min(heightPx - 1, k) * widthPx + i]!;
      const whole = Math.floor(row);
      out.push(at(whole) * (1 - row + whole) + at(whole + 1) * (row - whole));
    }
  }
  return levelTwin(out);
}
