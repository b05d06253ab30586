import { describe, expect, it } from 'vitest';
import { Fades, type Fade } from '../../server/show/fades.js';
import { durationUs, instantUs } from '../../server/time/time.js';

const mix = '/understudy/lane/cam-a/likeness/mix01';
const fade = (over: Partial<Fade> = {}): Fade => ({
  address: mix,
  from: 0,
  to: 1,
  integer: false,
  startsAtUs: instantUs(0),
  lastsUs: durationUs(1_000_000),
  curve: 'linear',
  cue: '1',
  by: 'cue 1',
  ...over,
});
const valueAt = (fades: Fades, us: number): unknown => fades.step(instantUs(us))[0]?.value;

describe('fades', () => {
  it('go straight from start to target, arrive exactly, and are over', () => {
    const fades = new Fades();
    fades.start(fade({ from: 0.2, to: 0.7 }));
    expect(valueAt(fades, 500_000)).toBeCloseTo(0.45, 12);
    expect(valueAt(fades, 1_000_000)).toBe(0.7);
    expect(fades.size).toBe(0);
  });

  it('end when they should, however late or seldom they are asked', () => {
    const fades = new Fades();
    fades.start(fade());
    expect(valueAt(fades, 7_000_000)).toBe(1);
    expect(fades.step(instantUs(7_100_000))).toEqual([]);
  });

  it('start and end softly with the smooth curve, and never pass the target', () => {
    const fades = new Fades();
    fades.start(fade({ curve: 'smooth' }));
    const values = Array.from({ length: 101 }, (_, n) => Number(valueAt(fades, n * 10_000) ?? 0));
    values.slice(1).forEach((value, n) => expect(value).toBeGreaterThanOrEqual(values[n]!));
    expect(values[1]! - values[0]!).toBeLessThan(0.001);
    expect(values[50]).toBeCloseTo(0.5, 12);
    expect(values[100]).toBe(1);
  });

  it('pass whole numbers only where the parameter takes no other, and say each once', () => {
    const fades = new Fades();
    fades.start(fade({ from: 1, to: 4, integer: true }));
    const said = Array.from({ length: 101 }, (_, n) => fades.step(instantUs(n * 10_000))).flat();
    expect(said.map(({ value }) => value)).toEqual([2, 3, 4]);
  });

  it('let go of a value that a hand took, and give way to a later fade of the same value', () => {
    const fades = new Fades();
    fades.start(fade());
    fades.start(fade({ from: 0.5, to: 0, cue: '2', by: 'cue 2' }));
    expect(fades.step(instantUs(500_000))).toEqual([{ address: mix, value: 0.25, by: 'cue 2' }]);
    fades.release(mix);
    expect(fades.step(instantUs(600_000))).toEqual([]);
  });

  it('stand where they are when stopped, at their targets when finished', () => {
    const fades = new Fades();
    fades.start(fade());
    fades.step(instantUs(300_000));
    expect(fades.stop()).toEqual([mix]);
    expect(fades.step(instantUs(900_000))).toEqual([]);
    fades.start(fade());
    expect(fades.finish()).toEqual([{ address: mix, value: 1, by: 'cue 1' }]);
    expect(fades.size).toBe(0);
  });
});
