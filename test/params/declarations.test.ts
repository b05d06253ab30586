import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { declarations, registryOf } from '../../server/declarations.js';
import { breakingChanges, stableAddressSpace, type StableAddressSpace } from '../../server/params/address-space.js';
import { generatedFiles, stableFile } from '../../server/params/generated.js';
import { ParamRegistry } from '../../server/params/registry.js';

const root = new URL('../../', import.meta.url);
const registry = registryOf([{ id: 'cam-a', label: 'Camera A' }]);

describe.each(registry.instances.map((instance) => [instance.address, instance.descriptor] as const))(
  '%s',
  (address, descriptor) => {
    it('accepts its own default', () => {
      expect(registry.validate(address, descriptor.default)).toEqual({
        ok: true,
        address,
        value: descriptor.default,
        clamped: false,
      });
    });
    it('refuses a value of the wrong type', () => {
      const wrong = descriptor.kind === 'text' ? null : descriptor.kind === 'toggle' ? 'perhaps' : 'sideways-nonsense';
      const answer = registry.validate(address, wrong);
      expect(answer).toMatchObject({
        ok: false,
        code: descriptor.kind === 'choice' ? 'PARAM_UNKNOWN_CHOICE' : 'PARAM_WRONG_TYPE',
      });
      expect(registry.validate(address, null)).toMatchObject({ ok: false, code: 'PARAM_WRONG_TYPE' });
      expect(registry.validate(address, undefined)).toMatchObject({ ok: false, code: 'PARAM_WRONG_TYPE' });
    });
    if (descriptor.kind === 'number') {
      it.each([
        ['min', descriptor.min, descriptor.min - 1],
        ['max', descriptor.max, descriptor.max + 1],
      ])('takes its %s and handles one beyond as declared', (_, bound, beyond) => {
        expect(registry.validate(address, bound)).toMatchObject({ ok: true, value: bound, clamped: false });
        const answer = registry.validate(address, beyond);
        if (descriptor.onOutOfRange === 'clamp')
          expect(answer).toMatchObject({ ok: true, value: bound, clamped: true });
        else expect(answer).toMatchObject({ ok: false, code: 'PARAM_OUT_OF_RANGE' });
      });
      it('takes an integer, a float, a numeric string and nothing that is no number', () => {
        const middle = (descriptor.min + descriptor.max) / 2;
        const taken = descriptor.integer ? Math.round(middle) : middle;
        for (const raw of [middle, String(middle), ` ${middle}${Number.isInteger(middle) ? '.0' : '0'} `]) {
          expect(registry.validate(address, raw)).toMatchObject({ ok: true, value: taken, clamped: false });
        }
        expect(registry.validate(address, descriptor.max)).toMatchObject({ value: descriptor.max });
        for (const raw of [NaN, Infinity, -Infinity, '', '1e999', '0x10', '12 apples']) {
          expect(registry.validate(address, raw)).toMatchObject({ ok: false, code: 'PARAM_WRONG_TYPE' });
        }
      });
    }
    if (descriptor.kind === 'choice') {
      it('takes every choice by name, in any case, and by position', () => {
        descriptor.choices.forEach((choice, position) => {
          for (const raw of [choice, choice.toUpperCase(), position, `${position}`]) {
            expect(registry.validate(address, raw)).toMatchObject({ ok: true, value: choice });
          }
        });
        for (const raw of [descriptor.choices.length, -1, 0.5]) {
          expect(registry.validate(address, raw)).toMatchObject({ ok: false, code: 'PARAM_UNKNOWN_CHOICE' });
        }
      });
    }
    if (descriptor.kind === 'text') {
      it('takes a text of the longest length and refuses one character more, and control characters', () => {
        expect(registry.validate(address, 'x'.repeat(descriptor.maxLength))).toMatchObject({ ok: true });
        expect(registry.validate(address, 'x'.repeat(descriptor.maxLength + 1))).toMatchObject({
          ok: false,
          code: 'PARAM_TEXT_TOO_LONG',
        });
        expect(registry.validate(address, 'a\nb')).toMatchObject({ ok: false, code: 'PARAM_WRONG_TYPE' });
      });
    }
  },
);

describe('the registry', () => {
  it('reads a ratio as 0–1, so that a fader at 1 is full and not one percent', () => {
    const mix = '/understudy/lane/cam-a/likeness/mix01';
    expect(registry.validate(mix, 1)).toMatchObject({ value: 1 });
    expect(registry.validate(mix, '25%')).toMatchObject({ value: 0.25 });
    expect(registry.validate(mix, '.5')).toMatchObject({ value: 0.5 });
    expect(registry.validate('/understudy/output/cam-a/output/delayFrames', '25%')).toMatchObject({
      code: 'PARAM_WRONG_TYPE',
    });
  });
  it('rounds to whole numbers where only they make sense', () => {
    expect(registry.validate('/understudy/lane/cam-a/keyframe/intervalFrames', 6.4)).toMatchObject({
      value: 6,
      clamped: false,
    });
  });
  it('takes a button as 1.0 and 0.0', () => {
    const bypass = '/understudy/output/cam-a/output/bypass';
    expect([1, 0, 1.0, 100, '1', 'off', true].map((raw) => registry.validate(bypass, raw))).toMatchObject(
      [true, false, true, true, true, false, true].map((value) => ({ ok: true, value })),
    );
  });
  it('knows no address of a camera that is not there, nor a pattern, nor an inherited name', () => {
    for (const address of [
      '/understudy/output/cam-b/output/bypass',
      '/understudy/*/bypass',
      '__proto__',
      '',
      'constructor',
    ]) {
      expect(registry.validate(address, 1)).toMatchObject({ ok: false, code: 'PARAM_UNKNOWN_ADDRESS' });
    }
  });
  it('forgets a camera that was removed and keeps the others', () => {
    const two = registryOf([
      { id: 'cam-a', label: 'A' },
      { id: 'cam-b', label: 'B' },
    ]);
    two.removeScope('lane/cam-b');
    expect(two.find('/understudy/lane/cam-b/likeness/mix01')).toBeNull();
    expect(two.find('/understudy/lane/cam-a/likeness/mix01')).not.toBeNull();
  });
  it('refuses two declarations of one name', () => {
    expect(() => new ParamRegistry([...declarations, declarations[1]!])).toThrow(/declared twice/);
  });
});

describe('the label', () => {
  it('cannot be switched off by any address: only its corner can be chosen', () => {
    const ofLabel = registry.instances.filter(({ address, descriptor }) =>
      /label|(?<!land)mark/i.test(address + descriptor.help.split('.')[0]),
    );
    expect(ofLabel.map(({ descriptor }) => descriptor.key)).toEqual(['label.corner']);
    const corner = ofLabel[0]!.descriptor;
    expect(corner).toMatchObject({
      kind: 'choice',
      choices: ['auto', 'top-right', 'top-left', 'bottom-right', 'bottom-left'],
    });
    for (const raw of ['off', 'none', '', false, -1, 5]) {
      expect(registry.validate('/understudy/output/cam-a/label/corner', raw).ok).toBe(false);
    }
    for (const name of ['enabled', 'visible', 'opacity01', 'on', 'off', 'hidden']) {
      expect(registry.validate(`/understudy/output/cam-a/label/${name}`, 0)).toMatchObject({
        code: 'PARAM_UNKNOWN_ADDRESS',
      });
    }
  });
});

describe('generated files', () => {
  it.each(Object.entries(generatedFiles()))(
    '%s is what the declarations say (else: npm run generate)',
    (path, text) => {
      expect(readFileSync(new URL(path, root), 'utf8')).toBe(text);
    },
  );
  it('keeps every address that consoles were programmed against, and records every new one', () => {
    const before = JSON.parse(readFileSync(new URL(stableFile, root), 'utf8')) as StableAddressSpace;
    const now = stableAddressSpace(registry.declared);
    expect(breakingChanges(before, now)).toEqual([]);
    expect(before).toEqual(now);
  });
  it('calls a removal, a narrower range, another unit, a lost or moved choice breaking, and an addition not', () => {
    const before: StableAddressSpace = {
      'lane a.x': { kind: 'number', unit: 'none', min: 0, max: 9, integer: false },
      'lane a.way': { kind: 'choice', choices: ['p', 'q'] },
      'lane a.gone': { kind: 'toggle' },
    };
    const after: StableAddressSpace = {
      'lane a.x': { kind: 'number', unit: 'px', min: 1, max: 9, integer: true },
      'lane a.way': { kind: 'choice', choices: ['q'] },
      'lane a.new': { kind: 'toggle' },
    };
    expect(breakingChanges(before, after)).toHaveLength(6);
    expect(breakingChanges(before, { ...before, 'lane a.new': { kind: 'toggle' } })).toEqual([]);
  });
});
