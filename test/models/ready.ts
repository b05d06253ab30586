import { join } from 'node:path';
import { installModel } from '../../models/install.js';
import { readManifest } from '../../models/manifest.js';
import { modelsRoot, projectRoot } from '../../server/paths.js';

export const packagesRoot = join(projectRoot, 'node_modules');

/** Set-up's model step, for tests run alone; quick when set-up has been. */
export function ensureModels(...ids: readonly string[]): void {
  for (const id of ids) installModel(readManifest(id), 'cpu', { packages: packagesRoot, made: modelsRoot });
}
