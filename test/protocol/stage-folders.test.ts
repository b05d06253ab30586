import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../server/paths.js';

const stagesRoot = join(projectRoot, 'server', 'stages');
/** In the order of the frame path. */
const names = ['receive', 'track', 'keyframe', 'propagate', 'composite', 'label', 'send'];
const read = (name: string, file: string): string => readFileSync(join(stagesRoot, name, file), 'utf8');

describe('the stages are the block diagram', () => {
  it('has the seven stages and nothing else', () => {
    expect(readdirSync(stagesRoot).sort()).toEqual([...names].sort());
  });

  it.each(names)('%s has a contract, parameters, the stage and a README', (name) => {
    for (const file of ['contract.ts', 'params.ts', 'stage.ts', 'README.md'])
      expect(existsSync(join(stagesRoot, name, file)), file).toBe(true);
  });

  it.each(names)('%s says at the top of its contract what it takes and gives', (name) => {
    const contract = read(name, 'contract.ts');
    expect(contract).toMatch(new RegExp(`^ \\* ${name}: `, 'm'));
  });

  it.each(names)("%s's README answers the four questions of a reader", (name) => {
    const readme = read(name, 'README.md');
    expect(readme.startsWith(`# ${name}\n`)).toBe(true);
    for (const heading of ['Takes', 'Gives', 'Settings', 'When late'])
      expect(readme, heading).toContain(`\n## ${heading}\n`);
  });

  it.each(names)("%s's README names every parameter that the stage declares, and no other", (name) => {
    const keys = [...read(name, 'params.ts').matchAll(/^ {2}(\w+): \{/gm)].map((match) => match[1]!);
    const groups = [...read(name, 'params.ts').matchAll(/defineParams\('([\w-]+)'/g)].map((match) => match[1]!);
    const named = [...read(name, 'README.md').matchAll(/^- `([\w-]+)\.(\w+)`/gm)];
    expect(named.map((match) => match[2]).sort()).toEqual([...keys].sort());
    for (const [, group] of named) expect(groups).toContain(group);
  });

  it.each(names)('%s has a kernel.ts only where its stage calls it', (name) => {
    if (existsSync(join(stagesRoot, name, 'kernel.ts'))) expect(read(name, 'stage.ts')).toContain("'./kernel.js'");
  });
});
