import { describe, expect, it } from 'vitest';
import { numberAfter, parseSeconds, secondsText } from '../../../control-ui/cues/times.js';

describe('times and numbers of cues', () => {
  it.each([
    ['1.5', 1500],
    ['1,5', 1500],
    ['.25', 250],
    ['1:30', 90_000],
    ['12 s', 12_000],
    ['0', 0],
  ])('takes "%s" as %d ms', (text, ms) => expect(parseSeconds(text)).toBe(ms));
  it.each(['', '-1', 'soon', '1:2:3', '4000', '1.5.2'])('does not take "%s"', (text) =>
    expect(parseSeconds(text)).toBeNull(),
  );
  it('writes what it reads', () => {
    for (const ms of [0, 40, 1500, 90_000]) expect(parseSeconds(secondsText(ms))).toBe(ms);
  });
  it.each([
    [null, null, '1'],
    ['3', null, '4'],
    ['2.5', null, '3'],
    ['1', '2', '1.5'],
    ['2', '2.5', '2.3'],
    ['2.4', '2.5', '2.45'],
  ])('proposes a number after %s and before %s: %s', (from, next, expected) =>
    expect(numberAfter(from, next)).toBe(expected),
  );
});
