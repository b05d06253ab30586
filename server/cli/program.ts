import { Command } from 'commander';
import { productVersion } from '../version.js';
interface Verb {
  register(program: Command): void;
}

/** One line per verb, in the order in which `--help` lists them. Only the one that is asked for is loaded. */
const verbs: Readonly<Record<string, () => Promise<Verb>>> = {
  start: () => import('./start.js'),
  demo: () => import('./demo.js'),
  sources: () => import('./sources.js'),
  play: () => import('./play.js'),
  camera: () => import('./camera.js'),
  monitor: () => import('./monitor.js'),
  still: () => import('./still.js'),
  bypass: () => import('./bypass.js'),
  likeness: () => import('./likeness.js'),
  models: () => import('./models.js'),
  doctor: () => import('./doctor.js'),
  support: () => import('./support.js'),
  trace: () => import('./trace.js'),
  audit: () => import('./audit.js'),
  consent: () => import('./consent.js'),
  token: () => import('./token.js'),
  show: () => import('./show.js'),
  layouts: () => import('./layouts.js'),
};

/** The verb that the words begin with, its second word included where it has one ("likeness build"); empty where they begin with none. */
export function verbOf(program: Command, words: readonly string[]): string {
  const names: string[] = [];
  let command: Command | undefined = program;
  for (const word of words) {
    command = command.commands.find((each) => each.name() === word);
    if (command === undefined) break;
    names.push(word);
  }
  return names.join(' ');
}

/** The command line: all verbs, or only the one that `verb` names where there is such a one. Nothing in it ends the process: faults are thrown to main.ts. */
export async function buildProgram(verb?: string): Promise<Command> {
  const program = new Command('understudy')
    .description(
      'Real-time virtual-production server: NDI in, a consented likeness on the performer, labelled NDI out.',
    )
    .version(productVersion)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: false });
  const asked = verb !== undefined && Object.hasOwn(verbs, verb) ? [verbs[verb]!] : Object.values(verbs);
  for (const load of asked) (await load()).register(program);
  return program;
}
