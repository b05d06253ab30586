/** Sparse luma statistics: mean level, and how much changed between two pictures. Formats: _formats.ts. */
import { P216, UYVY } from './_formats';

/**
 * Luma statistics of sparsely chosen rows. `out`: 64 u32 histogram bins of luma code / 4, then 144 f32 means of a 16 × 9 grid
 * (codes, 8-bit scale), then 1 f32 mean of all. `rows` rows (a multiple of 9, in order); each is read at every `step`th pair.
 * RGB pictures use (R + 2G + B) / 4.
 */
export function lumaGrid(src: usize, out: usize, width: i32, rows: i32, stride: i32, format: i32, step: i32): i32 {
  memory.fill(out, 0, 64 * 4 + 145 * 4);
  const grid = out + 256;
  let all: u32 = 0, count: u32 = 0;
  for (let band = 0; band < 9; band++) {
    for (let column = 0; column < 16; column++) {
      const from = width * column >> 4, to = max(from + 1, width * (column + 1) >> 4);
      let sum: u32 = 0, n: u32 = 0;
      for (let y = rows * band / 9; y < rows * (band + 1) / 9; y++) {
        const row = src + <usize>(y * stride);
        for (let x = from; x < to; x += step) {
          const luma = lumaAt(row, x, format);
          sum += luma;
          n++;
          const bin = out + (<usize>(luma >>> 2) << 2);
          store<u32>(bin, load<u32>(bin) + 1);
        }
      }
      store<f32>(grid + (<usize>(band * 16 + column) << 2), n > 0 ? <f32>sum / <f32>n : 0);
      all += sum;
      count += n;
    }
  }
  store<f32>(grid + 144 * 4, count > 0 ? <f32>all / <f32>count : 0);
  return 0;
}
// @ts-ignore: decorator
@inline function lumaAt(row: usize, x: i32, format: i32): u32 {
  if (format == UYVY) return load<u8>(row + (<usize>x << 1), 1);
  if (format == P216) return load<u8>(row + (<usize>x << 1), 1);
  const pixel = row + (<usize>x << 2);
  return (<u32>load<u8>(pixel) + 2 * <u32>load<u8>(pixel, 1) + <u32>load<u8>(pixel, 2)) >>> 2;
}
/**
 * How much two lumaGrids differ: out[0] = share of the histogram that moved (0 … 1), out[1] = mean absolute difference of the
 * grid cells after taking away the change of the overall mean (codes): a flash moves the first, a cut both.
 */
export function lumaChange(before: usize, after: usize, out: usize): i32 {
  let countA: f64 = 0, countB: f64 = 0;
  for (let i: usize = 0; i < 64; i++) {
    countA += <f64>load<u32>(before + (i << 2));
    countB += <f64>load<u32>(after + (i << 2));
  }
  let moved: f64 = 0;
  for (let i: usize = 0; i < 64; i++) {
    const a = countA > 0 ? <f64>load<u32>(before + (i << 2)) / countA : 0, b = countB > 0 ? <f64>load<u32>(after + (i << 2)) / countB : 0;
    moved += Math.abs(a - b);
  }
  const shift = load<f32>(after + 256, 576) - load<f32>(before + 256, 576);
  let difference: f32 = 0;
  for (let i: usize = 0; i < 144; i++) {
    difference += Mathf.abs(load<f32>(after + 256 + (i << 2)) - load<f32>(before + 256 + (i << 2)) - shift);
  }
  store<f32>(out, <f32>(moved * 0.5));
  store<f32>(out, difference / <f32>144, 4);
  return 0;
}
