import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../../../', import.meta.url));
/** Not below build/test: set-up empties that of scripts when sources change, and a page without its script never comes up. */
const pages = join(root, 'build/test-pages');
/** Screenshots, for people to look at. */
export const shots = join(root, 'build/test/page');

/** When the newest file of these folders was changed. */
function newestMs(...folders: readonly string[]): number {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(root, folder, name)),
  );
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}

/**
 * The folder of the page as it stands in the tree. Each state of the tree has a folder of its own that is never written again once it
 * has its name, so that two runs at the same time do not take the page away from each other.
 */
export async function builtPage(): Promise<string> {
  mkdirSync(shots, { recursive: true });
  const newest = newestMs('control-ui', 'server/protocol');
  const folder = join(pages, `page-${Math.round(newest)}`);
  if (existsSync(folder)) return folder;
  const making = join(pages, `making-${process.pid}`);
  await build({
    configFile: join(root, 'control-ui/vite.config.ts'),
    logLevel: 'error',
    build: { outDir: making, emptyOutDir: true },
  });
  forgetOld();
  try {
    renameSync(making, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** Pages that were built more than an hour ago: nobody tests them any more. */
function forgetOld(): void {
  for (const name of readdirSync(pages)) {
    const path = join(pages, name);
    if (name.startsWith('page-') && Date.now() - statSync(path).mtimeMs > 3_600_000)
      rmSync(path, { recursive: true, force: true });
  }
}
