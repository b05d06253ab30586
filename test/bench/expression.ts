// What a face does, read from 478 landmarks: openings and lifts as shares of the distance between the outer eye corners, so that
// two faces of different build can be compared frame by frame.
/** Pairs of points whose distance is what a muscle moves. */
const spans: Readonly<Record<string, readonly [number, number]>> = {
  mouthOpen: [13, 14],
  mouthWide: [61, 291],
  eyeOpenRight: [159, 145],
  eyeOpenLeft: [386, 374],
  browRight: [105, 33],
  browLeft: [334, 263],
};

export function expressionOf(landmarks: Float32Array): Readonly<Record<string, number>> {
  const distance = (a: number, b: number): number =>
    Math.hypot(
      landmarks[a * 3]! - landmarks[b * 3]!,
      landmarks[a * 3 + 1]! - landmarks[b * 3 + 1]!,
      landmarks[a * 3 + 2]! - landmarks[b * 3 + 2]!,
    );
  const eyes = distance(33, 263) || 1;
  return Object.fromEntries(Object.entries(spans).map(([name, [a, b]]) => [name, (100 * distance(a, b)) / eyes]));
}

/** Mean |difference| over the spans, % of the distance between the outer eye corners. */
export function expressionError(found: Float32Array, truth: Float32Array): number {
  const [a, b] = [expressionOf(found), expressionOf(truth)];
  const names = Object.keys(spans);
  return names.reduce((sum, name) => sum + Math.abs(a[name]! - b[name]!), 0) / names.length;
}
