/** Part of the interval after which an expression that changes fast asks. */
const restlessPart01 = 0.6;

/**
 * Frames from one question to the next. A face of which nobody knows yet who or where it is: at once. An expression that changes fast:
 * sooner than the interval says; as soon as possible would make a long interval, and what it saves, an empty word.
 */
export function soonestFrames(intervalFrames: number, unsettled: boolean, restless: boolean): number {
  if (unsettled) return Math.min(2, intervalFrames);
  if (!restless) return intervalFrames;
  return Math.min(Math.max(2, Math.round(intervalFrames * restlessPart01)), intervalFrames);
}
