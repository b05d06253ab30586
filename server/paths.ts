import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Walks up from this file to the folder that holds the product's package.json; the same from source and from build/. */
function findProjectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'setup.mjs'))) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw new Error('Understudy cannot find its own folder: setup.mjs is missing above ' + import.meta.url);
    }
    folder = parent;
  }
  return folder;
}

export const projectRoot = findProjectRoot();
/** Everything that set-up makes: transpiled server, kernels, models, cast, page. Safe to delete. */
export const buildRoot = join(projectRoot, 'build');
/** A process's own file, by its source's path below server/: bundled, because that is read several times as fast. */
export const entryOf = (source: string): string => join(buildRoot, 'run', source.replace(/\.ts$/, '.js'));
export const kernelsRoot = join(buildRoot, 'kernels');
export const modelsRoot = join(buildRoot, 'models');
export const castRoot = join(buildRoot, 'cast');
export const pageRoot = join(buildRoot, 'control-ui');
/** Test footage, never part of the product; null where it is not there. */
export function testFootageRoot(): string | null {
  const named = process.env['UNDERSTUDY_DATA'];
  const candidates = named ? [named] : [join(projectRoot, '..', 'shared', 'data')];
  return candidates.find((folder) => existsSync(folder)) ?? null;
}
