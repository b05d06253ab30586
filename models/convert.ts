import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '../server/errors/coded-error.js';
import { modelsRoot, projectRoot } from '../server/paths.js';
import { installModel, makeModel, type InstallOutcome } from './install.js';
import type { Target } from './lower/context.js';
import { manifestIds, manifestsRoot, readManifest, type HashedFile, type ModelManifest } from './manifest.js';
import { readVerifiedSources, sha256 } from './verify.js';

/**
 * Set-up step: makes the default models in build/models from the npm packages and checks every byte that goes in and out.
 *
 *   node build/models/convert.js [--target cpu|gpu] [--record]
 *
 * --record is for maintainers: it writes the hashes of what the converter makes now into models/manifests, after the
 * golden tests have been run against it.
 */
const packages = join(projectRoot, 'node_modules');
const said: Readonly<Record<InstallOutcome, string>> = {
  'up-to-date': 'up to date',
  made: 'made and verified',
  'made-again': 'was changed since set-up; made again and verified',
};

function install(target: Target): void {
  const manifests = manifestIds()
    .map((id) => readManifest(id))
    .filter((manifest) => target in manifest.files);
  manifests.forEach((manifest, at) => {
    const outcome = installModel(manifest, target, { packages, made: modelsRoot });
    process.stdout.write(
      `models ${at + 1}/${manifests.length}  ${manifest.id}: ${said[outcome]} (${manifest.licence.name})\n`,
    );
  });
}

function record(): void {
  for (const id of manifestIds()) {
    const manifest = readManifest(id);
    const sources = readVerifiedSources(manifest, packages);
    const files = Object.fromEntries(
      (Object.entries(manifest.files) as [Target, HashedFile][]).map(([target, file]) => [
        target,
        { path: file.path, sha256: sha256(makeModel(manifest, sources, target)) },
      ]),
    );
    const isNew = Object.entries(files).some(
      ([target, { sha256: found }]) => manifest.files[target as Target]?.sha256 !== found,
    );
    const recorded: ModelManifest = { ...manifest, files };
    if (isNew) writeFileSync(join(manifestsRoot, `${id}.json`), JSON.stringify(recorded, null, 2) + '\n');
    process.stdout.write(`${isNew ? 'recorded' : 'unchanged'} ${id}\n`);
  }
}

function main(words: readonly string[]): void {
  if (words.includes('--record')) return record();
  install(words[words.indexOf('--target') + 1] === 'gpu' ? 'gpu' : 'cpu');
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CodedError)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n${error.advice}\n`);
  process.exitCode = 1;
}
