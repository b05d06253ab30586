import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Declarations, ParamGroup } from '../../server/params/define.js';
import { projectRoot } from '../../server/paths.js';

const stagesRoot = join(projectRoot, 'server', 'stages');
/** In the order of the frame path. */
const names = ['receive', 'track', 'keyframe', 'propagate', 'composite', 'label', 'send'];
const read = (name: string, file: string): string => readFileSync(join(stagesRoot, name, file), 'utf8');

const isGroup = (value: unknown): value is ParamGroup<string, Declarations> =>
  typeof value === 'object' && value !== null && 'descriptors' in value;

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

  it.each(names)("%s's README names every parameter that the stage declares, and no other", async (name) => {
    const declared = Object.values((await import(`../../server/stages/${name}/params.ts`)) as Record<string, unknown>)
      .filter(isGroup)
      .flatMap(({ descriptors }) => descriptors.map(({ key }) => key));
    const named = [...read(name, 'README.md').matchAll(/^- `([\w-]+\.\w+)`/gm)].map((match) => match[1]!);
    expect(named.sort()).toEqual(declared.sort());
  });

  it.each(names)('%s has a kernel.ts only where its stage calls it', (name) => {
    if (existsSync(join(stagesRoot, name, 'kernel.ts'))) expect(read(name, 'stage.ts')).toContain("'./kernel.js'");
  });
});
