import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const pageFolder = join(root, 'build/test/control-ui');
/** Screenshots, for people to look at. */
export const shots = join(root, 'build/test/page');

/** When the newest file of these folders was changed. */
function newestMs(...folders: readonly string[]): number {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(root, folder, name)),
  );
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}

/** The folder of the page as it stands in the tree, built where it changed since it was built last. */
export async function builtPage(): Promise<string> {
  mkdirSync(shots, { recursive: true });
  const entry = join(pageFolder, 'index.html');
  if (!existsSync(entry) || statSync(entry).mtimeMs < newestMs('control-ui', 'server/protocol')) {
    await build({
      configFile: join(root, 'control-ui/vite.config.ts'),
      logLevel: 'error',
      build: { outDir: pageFolder },
    });
  }
  return pageFolder;
}
