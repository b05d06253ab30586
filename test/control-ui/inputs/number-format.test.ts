import { describe, expect, it } from 'vitest';
import { formatNumber, parseNumber, stepped } from '../../../control-ui/inputs/number-format.js';
import { ago, humanName } from '../../../control-ui/inputs/wording.js';
import type { NumberDescriptor } from '../../../server/protocol/descriptors.js';

const base: NumberDescriptor = {
  kind: 'number',
  key: 'likeness.mix01',
  group: 'likeness',
  name: 'mix01',
  scope: 'output',
  help: '',
  apply: 'next-frame',
  unit: 'ratio01',
  min: 0,
  max: 1,
  step: 0.01,
  default: 1,
  integer: false,
  onOutOfRange: 'clamp',
};
const frames: NumberDescriptor = {
  ...base,
  unit: 'frames',
  min: 1,
  max: 30,
  step: 1,
  integer: true,
  onOutOfRange: 'refuse',
};
const gain: NumberDescriptor = { ...base, unit: 'db', min: -24, max: 12, step: 0.5 };

describe('number entry', () => {
  it('shows ratios as percent and keeps them 0…1 for the server', () => {
    expect(formatNumber(0.35, base)).toBe('35');
    expect(parseNumber('35', base)).toBeCloseTo(0.35, 12);
    expect(formatNumber(0.355, { ...base, step: 0.001 })).toBe('35.5');
  });

  it('takes a decimal comma, a typed unit, a true minus sign and white space', () => {
    expect(parseNumber(' −3,5 dB ', gain)).toBe(-3.5);
    expect(parseNumber('50 %', base)).toBe(0.5);
    expect(parseNumber('.5', gain)).toBe(0.5);
  });

  it('refuses what is no number', () => {
    for (const text of ['', 'abc', '1e3', '--4', '3 4', 'NaN', 'Infinity'])
      expect(parseNumber(text, gain), text).toBeNull();
  });

  it('limits where the server limits and leaves refusing to the server', () => {
    expect(parseNumber('200', base)).toBe(1);
    expect(parseNumber('99', frames)).toBe(99);
    expect(parseNumber('4.6', frames)).toBe(5);
  });

  it('steps stay on the grid, without binary dust, inside the range', () => {
    let value = 0;
    for (let i = 0; i < 30; i++) value = stepped(value, 1, base);
    expect(value).toBe(0.3);
    expect(stepped(1, 1, base)).toBe(1);
    expect(stepped(0.333, 1, base)).toBe(0.34);
    expect(stepped(-24, -1, gain)).toBe(-24);
  });
});

describe('wording', () => {
  it('drops the unit from a name and splits its words', () => {
    expect(humanName('maxHoldMs')).toBe('Max hold');
    expect(humanName('intervalFrames')).toBe('Interval');
    expect(humanName('mix01')).toBe('Mix');
    expect(humanName('likeness.mix01')).toBe('Likeness mix');
    expect(humanName('side-by-side')).toBe('Side by side');
  });
  it('tells ages in words an operator reads at a glance', () => {
    expect([ago(400), ago(12_000), ago(300_000)]).toEqual(['now', '12 s ago', '5 min ago']);
  });
});
