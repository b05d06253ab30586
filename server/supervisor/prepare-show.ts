import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { EngineChoices } from '../likeness/engine-choice.js';
import { addedModelsFolder } from '../likeness/neural/added-models.js';
import type { ConsentScope, PrepareJob, PrepareResult } from '../likeness/prepare.js';
import { runPrepare } from '../likeness/run-prepare.js';
import type { ShowFile } from '../show/schema.js';
import { stateRoot } from './state-folder.js';

/** A path of the show file: relative to it. */
export const showPath = (showFile: string | null, path: string): string =>
  isAbsolute(path) ? path : resolve(showFile === null ? process.cwd() : dirname(showFile), path);

export const likenessFolderOf = (showFile: string | null, show: ShowFile): string | null =>
  show.likenessFolder === undefined ? null : showPath(showFile, show.likenessFolder);

function packagesIn(folder: string | null): string[] {
  if (folder === null || !existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .map((name) => join(folder, name))
    .filter(
      (path) => path.endsWith('.zip') || (statSync(path).isDirectory() && existsSync(join(path, 'likeness.json'))),
    );
}

/** What consent records are compared with. */
export const consentScopeOf = (show: ShowFile): ConsentScope => ({
  production: show.production,
  scene: show.scene ?? null,
  output: show.outputUse ?? 'monitor',
  issuers: show.consentIssuers ?? [],
});

/** Engines that the show names, and where this machine keeps added weights. */
export const enginesOf = (show: ShowFile): EngineChoices => ({
  folder: addedModelsFolder(stateRoot()),
  byLikeness: show.engines ?? {},
});

/** Bakes and embeddings for a show, made in a process of its own: the supervisor never loads a model. */
export function prepareShow(showFile: string | null, show: ShowFile, cacheFolder: string): Promise<PrepareResult> {
  const job: PrepareJob = {
    cacheFolder,
    packages: packagesIn(likenessFolderOf(showFile, show)),
    use: consentScopeOf(show),
    engines: enginesOf(show),
    performers: show.cast
      .filter((member) => member.enrolment.length > 0)
      .map(({ performerId, enrolment }) => ({
        performerId,
        photos: enrolment.map((path) => showPath(showFile, path)),
      })),
  };
  return runPrepare(job);
}
