/** 0 up to 0, 1 from 1 on, in between the cubic whose slope is 0 at both ends. */
export function smooth01(value: number): number {
  const t = Math.min(1, Math.max(0, value));
  return t * t * (3 - 2 * t);
}
/** The same from `from` to `to`, which may lie below it. */
export const rising01 = (value: number, from: number, to: number): number => smooth01((value - from) / (to - from));
