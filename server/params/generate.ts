import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../paths.js';
import { generatedFiles, stableFile, stableText } from './generated.js';

/** `npm run generate`: writes what the declarations say. `--accept-address-space` also renews the promise to consoles. */
const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(projectRoot, path)), { recursive: true });
  writeFileSync(join(projectRoot, path), text);
  process.stdout.write(`written ${path}\n`);
};

for (const [path, text] of Object.entries(generatedFiles())) write(path, text);
const stable = join(projectRoot, stableFile);
if (process.argv.includes('--accept-address-space')) write(stableFile, stableText());
else if (!existsSync(stable) || readFileSync(stable, 'utf8') !== stableText()) {
  process.stdout.write(`${stableFile} differs: see test/protocol/README.md\n`);
  process.exitCode = 1;
}
