/**
 * "HH:MM:SS:FF" as a count that grows with time; null where it is none. Frames count as hundredths of a second: whoever sends the
 * timecode and whoever wrote the cue use the same rate, so only the order matters, and no rate has to be known.
 */
export function framesOfTimecode(text: string): number | null {
  const match = /^(\d{2}):(\d{2}):(\d{2})[:;.](\d{2})$/.exec(text.trim());
  if (match === null) return null;
  const [hours, minutes, seconds, frames] = match.slice(1).map(Number) as [number, number, number, number];
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  return ((hours * 60 + minutes) * 60 + seconds) * 100 + frames;
}
