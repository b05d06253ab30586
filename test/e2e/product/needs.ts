import { isCastBuilt } from '../../../server/stage-sim/stage-scene.js';

/** Why the tests of this folder cannot run here; null where they can. Set-up for tests installs what they need. */
export const missing: string | null = isCastBuilt() ? null : 'set-up has not been run';
