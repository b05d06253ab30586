/** Another person's iris colour on the performer's own eye: gaze, pupil, lids and highlights stay. */

/** The limbus is soft: the colour fades over this share of the radius. */
const RIM: f32 = 0.2;
/** Shares of the radius: where the pupil ends, which is as dark in every eye, and where the dark ring begins that a light iris ends in. */
const PUPIL_FROM: f32 = 0.22;
const PUPIL_TO: f32 = 0.5;
const RING: f32 = 0.78;
/** What of the gain is left in the ring. */
const RING_GAIN: f32 = 0.4;
/** Lumas, as shares of the iris's own, from which on a pixel is a highlight or the white of the eye. */
const BRIGHT_FROM: f32 = 1.7;
const BRIGHT_TO: f32 = 2.6;

// @ts-ignore: decorator
@inline
function rising(value: f32, from: f32, to: f32): f32 {
  const t = min<f32>(1, max<f32>(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}
// @ts-ignore: decorator
@inline
function storeCode(at: usize, value: f32): void {
  store<u16>(at, <u16>i32(min<f32>(65280, max<f32>(0, value + 0.5))));
}

/**
 * Recolours a disc of a patch (u16×4, 8.8: Y Cb Cr A legal range, or R G B A where rgb is 1). x, y, radius: pixels, centre
 * convention +0.5. irisLuma: of the performer's iris now, 8-bit codes above black. lumaGain: what its luma is multiplied
 * with, between pupil and rim. cbPerLuma, crPerLuma: the wanted chroma as a share of luma above black. Returns 0.
 */
export function tintIris(
  patch: usize, strideBytes: i32, width: i32, height: i32, rgb: i32, x: f32, y: f32, radius: f32,
  irisLuma: f32, lumaGain: f32, cbPerLuma: f32, crPerLuma: f32,
): i32 {
  if (!(radius > 0) || !(irisLuma > 0)) return 0;
  const x0 = max(0, i32(Mathf.floor(x - radius))), x1 = min(width, i32(Mathf.ceil(x + radius)) + 1);
  const y0 = max(0, i32(Mathf.floor(y - radius))), y1 = min(height, i32(Mathf.ceil(y + radius)) + 1);
  const black: f32 = rgb ? 0 : 16 * 256;
  const ring: f32 = lumaGain > 1 ? 1 - RING_GAIN : 0;
  for (let py = y0; py < y1; py++) {
    for (let px = x0; px < x1; px++) {
      const dx = <f32>px + 0.5 - x, dy = <f32>py + 0.5 - y;
      const distance = Mathf.sqrt(dx * dx + dy * dy) / radius;
      if (distance >= 1) continue;
      const at = patch + <usize>(py * strideBytes) + (<usize>px << 3);
      const a = <f32>load<u16>(at), b = <f32>load<u16>(at, 2), c = <f32>load<u16>(at, 4);
      const luma: f32 = rgb ? 0.2126 * a + 0.7152 * b + 0.0722 * c : max<f32>(0, a - black);
      const share: f32 = (1 - rising(distance, 1 - RIM, 1)) * (1 - rising(luma / (irisLuma * 256), BRIGHT_FROM, BRIGHT_TO));
      const lit = luma * (1 + (lumaGain - 1) * rising(distance, PUPIL_FROM, PUPIL_TO) * (1 - ring * rising(distance, RING, 1)));
      if (rgb) {
        const cb = lit * cbPerLuma, cr = lit * crPerLuma;
        storeCode(at, a + (lit + 1.5748 * cr - a) * share);
        storeCode(at + 2, b + (lit - 0.1873 * cb - 0.4681 * cr - b) * share);
        storeCode(at + 4, c + (lit + 1.8556 * cb - c) * share);
      } else {
        storeCode(at, a + (black + lit - a) * share);
        storeCode(at + 2, b + (32768 + lit * cbPerLuma - b) * share);
        storeCode(at + 4, c + (32768 + lit * crPerLuma - c) * share);
      }
    }
  }
  return 0;
}
