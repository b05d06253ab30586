import { CodedError } from '../errors/coded-error.js';
import type { EngineChoices } from '../likeness/engine-choice.js';
import { checkShow } from '../show/show-file.js';
import type { ShowFile } from '../show/schema.js';

export interface ControlOptions {
  /** Sockets between the processes of this run. */
  readonly runFolder: string;
  /** Journal and audit log: survives restarts of everything. */
  readonly stateFolder: string;
  readonly show: ShowFile;
  /** Absolute; searched in this order. */
  readonly likenessFolders: readonly string[];
  /** Engines that the show names, and where this machine keeps added weights; absent: the mesh draws everything. */
  readonly engines?: EngineChoices;
  readonly version: string;
  readonly pageFolder: string;
  readonly canonicalFaceFile: string;
}

/** From the one JSON argument, or the environment variable UNDERSTUDY_CONTROL. Throws CONTROL_OPTIONS_INVALID. */
export function readControlOptions(
  argument: string | undefined,
  defaults: Pick<ControlOptions, 'pageFolder' | 'canonicalFaceFile'>,
): ControlOptions {
  const fail = (reason: string): never => {
    throw new CodedError('CONTROL_OPTIONS_INVALID', { reason });
  };
  if (argument === undefined || argument === '') return fail('none were given');
  let given: Partial<ControlOptions>;
  try {
    given = JSON.parse(argument) as Partial<ControlOptions>;
  } catch {
    return fail('they are not JSON');
  }
  const text = (key: 'runFolder' | 'stateFolder' | 'version'): string => {
    const value = given[key];
    return typeof value === 'string' && value !== '' ? value : fail(`"${key}" is missing`);
  };
  return {
    ...defaults,
    ...given,
    runFolder: text('runFolder'),
    stateFolder: text('stateFolder'),
    version: text('version'),
    show: checkShow(given.show),
    likenessFolders: Array.isArray(given.likenessFolders) ? given.likenessFolders.map(String) : [],
  };
}
