import { describe, expect, it } from 'vitest';
import { addressOf, defineParams, snapshotOf, type Snapshot } from '../../server/params/define.js';
import type { DurationUs } from '../../server/time/time.js';

const help = 'What a viewer sees when this changes.';
const sample = defineParams('sample', 'lane', {
  holdMs: {
    kind: 'number',
    unit: 'ms',
    min: 0,
    max: 500,
    default: 120,
    step: 1,
    onOutOfRange: 'clamp',
    apply: 'next-frame',
    help,
  },
  mix01: {
    kind: 'number',
    unit: 'ratio01',
    min: 0,
    max: 1,
    default: 1,
    step: 0.1,
    onOutOfRange: 'clamp',
    apply: 'next-frame',
    help,
  },
  onStale: { kind: 'choice', choices: ['repeat', 'fade'], default: 'fade', apply: 'next-frame', help },
  mirror: { kind: 'toggle', default: false, apply: 'next-frame', help },
});

describe('defineParams', () => {
  it('gives the snapshot microseconds for a key in milliseconds, and unions for choices', () => {
    const snapshot: Snapshot<typeof sample> = snapshotOf(sample, 'lane/cam-a', {
      [addressOf('lane/cam-a', 'sample', 'holdMs')]: 40.5,
      [addressOf('lane/cam-b', 'sample', 'mix01')]: 0.2,
    });
    const holdUs: DurationUs = snapshot.holdUs;
    const onStale: 'repeat' | 'fade' = snapshot.onStale;
    expect({ holdUs, onStale, mix01: snapshot.mix01, mirror: snapshot.mirror }).toEqual({
      holdUs: 40_500,
      onStale: 'fade',
      mix01: 1,
      mirror: false,
    });
    expect(Object.isFrozen(snapshot)).toBe(true);
    // @ts-expect-error the millisecond form does not reach a stage
    expect(snapshot.holdMs).toBeUndefined();
  });

  it('refuses a name whose ending disagrees with its unit, in the compiler and at start', () => {
    const number = {
      kind: 'number',
      min: 0,
      max: 1,
      default: 0,
      step: 1,
      onOutOfRange: 'clamp',
      apply: 'next-frame',
      help,
    } as const;
    // @ts-expect-error ms must be called …Ms
    expect(() => defineParams('bad', 'lane', { hold: { ...number, unit: 'ms' } })).toThrow(/end as unit ms/);
    // @ts-expect-error a ratio must be called …01
    expect(() => defineParams('bad', 'lane', { mix: { ...number, unit: 'ratio01' } })).toThrow(/end as unit ratio01/);
  });

  it('refuses a default that is out of range or not among the choices, and an empty help', () => {
    const number = {
      kind: 'number',
      unit: 'ms',
      min: 0,
      max: 1,
      step: 1,
      onOutOfRange: 'clamp',
      apply: 'next-frame',
      help,
    } as const;
    expect(() => defineParams('bad', 'lane', { xMs: { ...number, default: 2 } })).toThrow(/default is out of range/);
    expect(() => defineParams('bad', 'lane', { xMs: { ...number, default: 0, help: 'x' } })).toThrow(
      /visible consequence/,
    );
    expect(() =>
      // @ts-expect-error the default is not a choice
      defineParams('bad', 'lane', { way: { kind: 'choice', choices: ['a'], default: 'b', apply: 'next-frame', help } }),
    ).toThrow(/not among the choices/);
  });
});
