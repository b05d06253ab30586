/**
 * Moments and spans on the one monotonic base of a machine. Integer microseconds stay exact in a number for centuries.
 * NDI's 100 ns wire times do not fit and stay inside server/ndi as bigint.
 */
declare const instantBrand: unique symbol;
declare const durationBrand: unique symbol;
export type InstantUs = number & { readonly [instantBrand]: true };
export type DurationUs = number & { readonly [durationBrand]: true };

export const instantUs = (value: number): InstantUs => value as InstantUs;
export const durationUs = (value: number): DurationUs => value as DurationUs;
export const fromMs = (ms: number): DurationUs => Math.round(ms * 1000) as DurationUs;
export const toMs = (span: DurationUs): number => span / 1000;
/** Later minus earlier. */
export const since = (later: InstantUs, earlier: InstantUs): DurationUs => (later - earlier) as DurationUs;
export const after = (moment: InstantUs, span: DurationUs): InstantUs => (moment + span) as InstantUs;
/** Spacing of frames at num/den frames per second, rounded to the microsecond. */
export const frameIntervalUs = (num: number, den: number): DurationUs =>
  Math.round((1_000_000 * den) / num) as DurationUs;
