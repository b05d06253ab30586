import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../server/paths.js';
import { licencesFile, licencesText } from './licences.js';

describe('docs/licences.md', () => {
  it('is what package.json, the lock and the manifests say (else: node build/test/docs/write-licences.js)', () => {
    expect(readFileSync(licencesFile, 'utf8')).toBe(licencesText());
  });
  it('leaves no package and no model without a licence', () => {
    expect(licencesText()).not.toMatch(/not stated|undefined/);
  });
});

const read = (file: string): string => readFileSync(join(projectRoot, file), 'utf8');
const below = (folder: string): string[] =>
  readdirSync(join(projectRoot, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.name === 'node_modules' || entry.name.startsWith('.')
      ? []
      : entry.isDirectory()
        ? below(join(folder, entry.name))
        : [join(folder, entry.name)],
  );
const documents = [
  'README.md',
  'CHANGELOG.md',
  ...['docs', 'server', 'control-ui', 'models', 'calibration', 'test']
    .filter((name) => existsSync(join(projectRoot, name)))
    .flatMap(below),
].filter((file) => file.endsWith('.md'));

describe('documents', () => {
  it.each(documents)('%s links only to what is there', (file) => {
    const links = [...read(file).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => match[1]!);
    for (const link of links) {
      const target = join(projectRoot, dirname(file), link);
      expect(existsSync(target), `${file} → ${relative(projectRoot, target)}`).toBe(true);
    }
  });
  it('the README begins with the two commands and names the trademark', () => {
    const readme = read('README.md');
    const commands = [...readme.matchAll(/^npm (start|test)$/gm)].map((match) => match[1]);
    expect(commands.slice(0, 2)).toEqual(['start', 'test']);
    expect(readme).toContain('NDI® is a registered trademark of Vizrt NDI AB.');
  });
  it('the README lists every verb of the command line', () => {
    const program = read('server/cli/program.ts');
    const verbs = [...program.matchAll(/^ {2}(\w+): \(\) => import/gm)].map(([, verb]) => verb!);
    expect(verbs.length).toBeGreaterThan(5);
    for (const verb of verbs) expect(read('README.md')).toMatch(new RegExp(`\\| \`${verb}[ \`]`));
  });
  it('every document that the code sends a person to is there', () => {
    const named = below('server')
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [...read(file).matchAll(/docs\/[\w/-]+\.md/g)].map((match) => [file, match[0]] as const));
    for (const [file, document] of named)
      expect(existsSync(join(projectRoot, document)), `${file} names ${document}`).toBe(true);
  });
});
