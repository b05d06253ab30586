import { Command } from 'commander';
import { productVersion } from '../version.js';
import * as audit from './audit.js';
import * as bypass from './bypass.js';
import * as camera from './camera.js';
import * as demo from './demo.js';
import * as doctor from './doctor.js';
import * as layouts from './layouts.js';
import * as likeness from './likeness.js';
import * as models from './models.js';
import * as monitor from './monitor.js';
import * as play from './play.js';
import * as show from './show.js';
import * as sources from './sources.js';
import * as start from './start.js';
import * as still from './still.js';
import * as support from './support.js';
import * as trace from './trace.js';

/** One line per verb, in the order in which `--help` lists them. */
const verbs = [
  start,
  demo,
  sources,
  play,
  camera,
  monitor,
  still,
  bypass,
  likeness,
  models,
  doctor,
  support,
  trace,
  audit,
  show,
  layouts,
] as const;

/** The whole command line. Nothing in it ends the process: faults are thrown to main.ts. */
export function buildProgram(): Command {
  const program = new Command('understudy')
    .description(
      'Real-time virtual-production server: NDI in, a consented likeness on the performer, labelled NDI out.',
    )
    .version(productVersion)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: false });
  for (const verb of verbs) verb.register(program);
  return program;
}
