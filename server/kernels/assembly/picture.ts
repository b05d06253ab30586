/** Whole-picture kernels (mirror, half-size, wipe, preview). Formats and rounding are stated at each export. */

/** Mirrors one UYVY picture left-right into dst. Width even. Luma exact; chroma pairs keep their pixel pair. */
export function mirrorUyvy(src: usize, dst: usize, width: i32, height: i32, srcStride: i32, dstStride: i32): i32 {
  const pairs = width >> 1;
  for (let y = 0; y < height; y++) {
    const s = src + <usize>(y * srcStride);
    const d = dst + <usize>(y * dstStride);
    for (let x = 0; x < pairs; x++) {
      const word = load<u32>(s + (<usize>x << 2));
      // U Y0 V Y1 → U Y1 V Y0
      store<u32>(d + (<usize>(pairs - 1 - x) << 2), (word & 0x00ff00ff) | ((word & 0x0000ff00) << 16) | ((word >>> 16) & 0x0000ff00));
    }
  }
  return 0;
}
