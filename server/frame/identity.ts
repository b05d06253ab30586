/**
 * When a face counts as a given person: cosine of mean-centred embeddings. On 11 photographs of four people the same person gave
 * 0.65 to 0.80, strangers at most 0.46; on the simulated cast 0.89 to 0.94 and 0.15 to 0.21, a face turned by 60° 0.46 and more
 * (docs/decisions/identity-thresholds.md).
 */
export const identityMatch = {
  /** A face is bound from here. */
  acquireAt: 0.58,
  /** No stranger of the measurements reached this. */
  strangersBelow: 0.46,
  /** A bound face that reaches this is confirmed: it may be turned away. */
  confirmAt: 0.4,
  /** A bound face is let go only under this. */
  releaseBelow: 0.3,
} as const;

/** −1…1; 0 where one of them is nothing. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! * a[i]!;
    bb += b[i]! * b[i]!;
  }
  return aa > 0 && bb > 0 ? dot / Math.sqrt(aa * bb) : 0;
}
