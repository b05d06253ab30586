/** Part of the interval after which an expression that changes fast asks, and a face that has turned. */
const restlessPart01 = 0.6;
const turnedPart01 = 0.25;

/**
 * Frames from one question to the next. A face of which nobody knows yet who or where it is: at once. An expression that changes fast:
 * sooner than the interval says; as soon as possible would make a long interval, and what it saves, an empty word. A face that has turned: sooner still,
 * since flow knows nothing of the cheek that comes into sight.
 */
export function soonestFrames(intervalFrames: number, unsettled: boolean, restless: boolean, turned: boolean): number {
  if (turned && !unsettled) return Math.max(1, Math.round(intervalFrames * turnedPart01));
  if (unsettled) return Math.min(2, intervalFrames);
  if (!restless) return intervalFrames;
  return Math.min(Math.max(2, Math.round(intervalFrames * restlessPart01)), intervalFrames);
}
