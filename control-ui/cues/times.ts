/** Milliseconds as an operator writes them: seconds with at most three decimals. */
export const secondsText = (ms: number): string => String(Math.round(ms) / 1000);

/** "1.5", "1,5", "1:30", "90 s" as milliseconds; null where it is none of these. At most an hour. */
export function parseSeconds(text: string): number | null {
  const match = /^(?:(\d{1,2}):)?(\d+(?:[.,]\d*)?|[.,]\d+)\s*s?$/i.exec(text.trim());
  if (match === null) return null;
  const seconds = Number(match[1] ?? 0) * 60 + Number(match[2]!.replace(',', '.'));
  return seconds <= 3600 ? Math.round(seconds * 1000) : null;
}

/** The number for a new cue after `number`: half way to the next one, or the next whole one at the end. */
export function numberAfter(number: string | null, next: string | null): string {
  const from = number === null ? 0 : Number(number);
  if (next === null) return String(Math.floor(from) + 1);
  const between = from + (Number(next) - from) / 2;
  for (const decimals of [0, 1, 2, 3]) {
    const rounded = Number(between.toFixed(decimals));
    if (rounded > from && rounded < Number(next)) return String(rounded);
  }
  return String(Math.floor(from) + 1);
}
