/**
 * Which rendered picture frame `frameNumber` of a loop shows: 0 … count−1 and back, no end shown twice, so that a short loop has
 * no cut. Neighbours in time are neighbours in the scene, and no buffer is sent twice in a row.
 */
export function pingPong(frameNumber: number, count: number): number {
  const period = 2 * count - 2;
  const at = frameNumber % period;
  return at < count ? at : period - at;
}
