/** Plain arithmetic of assembly/stage.ts. */

/** One pair of premultiplied 16-bit pixels over one UYVY group; coefficients as layOverCoefficients gives them. */
export function layPairOver(
  pair: ArrayLike<number>,
  coefficients: ArrayLike<number>,
  under: ArrayLike<number>,
): number[] {
  const channel = (pixel: (c: number) => number, row: number): number =>
    [0, 1, 2, 3].reduce((sum, c) => sum + pixel(c) * coefficients[row * 4 + c]!, 0) / (256 * 16384);
  const first = (c: number): number => pair[c]!,
    second = (c: number): number => pair[4 + c]!;
  const mean = (c: number): number => (first(c) + second(c)) / 2;
  const mix = (over: number, alpha: number, code: number): number =>
    Math.max(0, Math.min(255, Math.round(over + code * (1 - alpha / 65280))));
  return [
    mix(channel(mean, 1), mean(3), under[0]!),
    mix(channel(first, 0), first(3), under[1]!),
    mix(channel(mean, 2), mean(3), under[2]!),
    mix(channel(second, 0), second(3), under[3]!),
  ];
}

/** Running mean of one line of four-channel pixels, edges repeated. */
export function blurLine(line: readonly (readonly number[])[], radius: number): number[][] {
  return line.map((_, i) =>
    [0, 1, 2, 3].map((c) => {
      let sum = 0;
      for (let k = -radius; k <= radius; k++) sum += line[Math.min(line.length - 1, Math.max(0, i + k))]![c]!;
      return Math.round(sum / (2 * radius + 1));
    }),
  );
}
