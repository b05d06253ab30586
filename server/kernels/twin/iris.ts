/** What assembly/iris.ts does, one pixel at a time. */
export interface TwinIris {
  readonly x: number;
  readonly y: number;
  readonly radiusPx: number;
  readonly irisLuma: number;
  readonly lumaGain: number;
  readonly cbPerLuma: number;
  readonly crPerLuma: number;
}
const rising = (value: number, from: number, to: number): number => {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
};
const code = (value: number): number => Math.floor(Math.min(65280, Math.max(0, value + 0.5)));

/** patch: width × height × 4 codes (8.8), changed in place. */
export function tintIrisTwin(patch: Uint16Array, widthPx: number, rgb: boolean, iris: TwinIris): void {
  const { x, y, radiusPx, irisLuma, lumaGain, cbPerLuma, crPerLuma } = iris;
  if (!(radiusPx > 0) || !(irisLuma > 0)) return;
  for (let i = 0; i < patch.length; i += 4) {
    const px = (i / 4) % widthPx,
      py = Math.floor(i / 4 / widthPx);
    const distance = Math.hypot(px + 0.5 - x, py + 0.5 - y) / radiusPx;
    if (distance >= 1) continue;
    const [a, b, c] = [patch[i]!, patch[i + 1]!, patch[i + 2]!];
    const luma = rgb ? 0.2126 * a + 0.7152 * b + 0.0722 * c : Math.max(0, a - 4096);
    const share = (1 - rising(distance, 0.8, 1)) * (1 - rising(luma / (irisLuma * 256), 1.7, 2.6));
    const ring = lumaGain > 1 ? 0.6 * rising(distance, 0.78, 1) : 0;
    const gain = 1 + (lumaGain - 1) * rising(distance, 0.22, 0.5) * (1 - ring);
    const lit = luma * gain,
      cb = lit * cbPerLuma,
      cr = lit * crPerLuma;
    const wanted = rgb
      ? [lit + 1.5748 * cr, lit - 0.1873 * cb - 0.4681 * cr, lit + 1.8556 * cb]
      : [4096 + lit, 32768 + cb, 32768 + cr];
    [a, b, c].forEach((value, k) => (patch[i + k] = code(value + (wanted[k]! - value) * share)));
  }
}
