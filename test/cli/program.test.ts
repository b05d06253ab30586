import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codedFault, faultText, reportFault } from '../../server/cli/fault.js';
import { idOfName } from '../../server/cli/likeness/build.js';
import { table } from '../../server/cli/output.js';
import { frameRate, list, port, whole } from '../../server/cli/parse.js';
import { buildProgram, verbOf } from '../../server/cli/program.js';
import { remarksOn } from '../../server/cli/show.js';
import { showOfFlags } from '../../server/cli/start.js';
import { CodedError } from '../../server/errors/coded-error.js';
import { checkShow } from '../../server/show/show-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a command line prints on stderr, and its exit code. */
async function refusal(...words: string[]): Promise<{ text: string; code: number }> {
  let text = '';
  const program = await buildProgram(words[0]);
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    const code = reportFault(error, verbOf(program, words), (part) => (text += part));
    return { text, code };
  }
  return { text, code: 0 };
}

const leaves = (command: Command, path: string[] = []): { path: string[]; command: Command }[] =>
  command.commands.length === 0
    ? [{ path, command }]
    : command.commands.filter((sub) => sub.name() !== 'help').flatMap((sub) => leaves(sub, [...path, sub.name()]));

describe('the command line', async () => {
  const verbs = leaves(await buildProgram());

  it('has every verb of the product', async () => {
    const names = (await buildProgram()).commands.map((command) => command.name());
    for (const verb of [
      'start',
      'demo',
      'sources',
      'play',
      'camera',
      'monitor',
      'still',
      'bypass',
      'likeness',
      'models',
      'doctor',
      'support',
      'trace',
      'audit',
      'show',
    ]) {
      expect(names).toContain(verb);
    }
  });

  it.each(verbs.map(({ path, command }) => [path.join(' '), command] as const))(
    '%s explains itself and its options',
    (_, command) => {
      expect(command.description().length).toBeGreaterThan(10);
      for (const option of command.options) expect(`${option.flags}: ${option.description}`).toMatch(/: .{8,}/);
    },
  );

  const quiet = new Set(['start', 'demo', 'play', 'camera']);
  it.each(
    verbs.filter(({ path }) => !quiet.has(path[0]!)).map(({ path, command }) => [path.join(' '), command] as const),
  )('%s reports as JSON too', (_, command) => {
    expect(command.options.some((option) => option.long === '--json')).toBe(true);
  });

  it('suggests the verb that was meant', async () => {
    const { text, code } = await refusal('montior', 'x');
    expect(code).toBe(2);
    expect(text).toContain('CLI_USAGE');
    expect(text).toContain('Did you mean monitor?');
  });

  it.each([
    [['still', 'cam'], '--out'],
    [['sources', '--wait', 'soon'], '--wait'],
    [['demo', '--http-port', '70000'], '65535'],
    [['bypass', 'cam-a', 'maybe'], 'on, off'],
    [['bypass', '99999', 'on'], '99999'],
    [['start'], '--source'],
    [['start', 'a.json', '--source', 'x'], 'not both'],
    [['start', '--output', 'x', '--output', 'y', '--source', 'z'], 'more --output'],
    [['monitor'], 'source'],
    [['likeness', 'build', 'a.jpg'], 'npx understudy likeness build --help'],
    [['likeness', 'build', 'a.jpg', '--name', 'A'], '--consent'],
    [['doctor', '--jsom'], '--json'],
  ])('refuses %j with a code and without a stack trace', async (words, named) => {
    const { text, code } = await refusal(...words);
    expect(code).toBe(2);
    expect(text).toMatch(/^[A-Z_]+: /);
    expect(text).toContain(named);
    expect(text).not.toMatch(/\n\s+at /);
  });

  it.each([
    [['start', '/nowhere/show.json'], 'SHOW_FILE_MISSING'],
    [['show', 'check', '/nowhere/show.json'], 'SHOW_FILE_MISSING'],
    [['audit', 'verify', '/nowhere/audit.jsonl'], 'CLI_FILE_MISSING'],
    [['likeness', 'show', '/nowhere'], 'LIKENESS_PACKAGE_MISSING'],
    [['likeness', 'build', 'a.jpg', '--name', 'A', '--out', '/tmp/never'], 'LIKENESS_CONSENT_UNSAID'],
    [['likeness', 'build', '/nowhere.jpg', '--name', 'A', '--out', '/tmp/never', '--synthetic'], 'CLI_FILE_MISSING'],
    [
      ['likeness', 'build', 'a.jpg', '--name', 'A', '--out', '/tmp/never', '--synthetic', '--consent', 'c.json'],
      'CLI_USAGE',
    ],
    [['play', '/nowhere'], 'CLI_FILE_MISSING'],
    [['bypass', 'cam-a', 'on', '--state', '/nowhere'], 'RUN_NOT_FOUND'],
    [['trace', '--state', '/nowhere'], 'RUN_NOT_FOUND'],
  ])('%j is refused with %s', async (words, errorCode) => {
    const { text, code } = await refusal(...words);
    expect(text).toContain(`${errorCode}: `);
    expect(code).toBe(2);
  });
});

describe('faults', () => {
  it('that nobody foresaw get a code and advice, and no trace', () => {
    const text = faultText(codedFault(new TypeError('x is not a function'), 'doctor'));
    expect(text).toContain('CLI_FAULT: The command failed unexpectedly: x is not a function');
    expect(text).not.toMatch(/\n\s+at /);
  });
  it('keep their own code and advice', () => {
    const fault = new CodedError('NDI_SOURCE_ABSENT', { source: 'Cam' });
    expect(faultText(fault)).toBe(`NDI_SOURCE_ABSENT: ${fault.message}\n  ${fault.advice}\n`);
  });
});

describe('values', () => {
  it('frame rates are exact fractions, the NTSC family included', () => {
    expect(frameRate('25')).toEqual({ num: 25, den: 1 });
    expect(frameRate('59.94')).toEqual({ num: 60000, den: 1001 });
    expect(frameRate('23.976')).toEqual({ num: 24000, den: 1001 });
    expect(frameRate('30000/1001')).toEqual({ num: 30000, den: 1001 });
    for (const bad of ['0', '25/0', 'fast', '1000', '']) expect(() => frameRate(bad)).toThrow(/frame rate/);
  });
  it('ports and counts are whole numbers in range', () => {
    expect(port('8080')).toBe(8080);
    for (const bad of ['-1', '65536', '80.5', '0x50', '']) expect(() => port(bad)).toThrow(/whole number/);
    expect(() => whole(1, 4)('5')).toThrow(/1 to 4/);
  });
  it('lists may be repeated or separated by commas', () => {
    expect(list('10.0.0.1, 10.0.0.2', ['127.0.0.1'])).toEqual(['127.0.0.1', '10.0.0.1', '10.0.0.2']);
  });
  it('ids come from names', () => {
    expect(idOfName('Older Ánna (1962)')).toBe('older-anna-1962');
    expect(() => idOfName('老')).toThrow(CodedError);
  });
  it('tables line their columns up', () => {
    expect(
      table(
        ['A', 'LONG'],
        [
          ['wide cell', 'x'],
          ['y', 'z'],
        ],
      ),
    ).toBe('A          LONG\nwide cell  x\ny          z');
  });
});

describe('a show made of flags', () => {
  it('pairs sources with outputs and is a valid show', () => {
    const show = showOfFlags({ source: ['STAGE (CAM A)', '127.0.0.1:5961'], output: ['Director'] });
    expect(show.sources.map(({ id, source, outputName }) => [id, source, outputName])).toEqual([
      ['cam-1', 'STAGE (CAM A)', 'Director'],
      ['cam-2', '127.0.0.1:5961', 'Understudy 2'],
    ]);
    expect(checkShow(show)).toBe(show);
    expect(show.cast).toEqual([]);
  });
  it('gives a likeness only to a performer who can be recognised', () => {
    expect(() => showOfFlags({ source: ['Cam'], likeness: folder })).toThrow(/--performer-photo/);
  });
});

describe('show check', () => {
  it('names what is referred to and is not there', () => {
    const file = join(folder, 'show.json');
    writeFileSync(join(folder, 'here.png'), 'x');
    const show = checkShow({
      schemaVersion: 1,
      name: 'S',
      production: 'P',
      likenessFolder: 'likenesses',
      sources: [{ id: 'cam-a', source: 'Cam', outputName: 'Out', performer: 'anna' }],
      cast: [
        { performerId: 'anna', name: 'Anna', enrolment: ['here.png', 'gone.png'], likeness: 'older' },
        { performerId: 'ben', name: 'Ben', enrolment: [] },
      ],
    });
    const remarks = remarksOn(show, file);
    expect(remarks.map(({ path }) => path)).toEqual(['/cast/0/enrolment/1', '/cast/1', '/likenessFolder']);
  });
});
