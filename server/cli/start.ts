import { dirname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { CodedError } from '../errors/coded-error.js';
import { readLikeness } from '../likeness/package/package-file.js';
import { type ExecutionProvider, executionProviders } from '../onnx/port.js';
import { showSchemaVersion, type ShowFile } from '../show/schema.js';
import { checkShow, readShowFile } from '../show/show-file.js';
import { list, port, readNamedFile, several } from './parse.js';

/** Where a show runs: what `start` and `demo` share. */
export interface RunFlags {
  readonly httpPort?: number;
  readonly oscPort?: number;
  readonly interface?: readonly string[];
  readonly state?: string;
  readonly machineName?: string;
  readonly quiet?: boolean;
  readonly provider?: ExecutionProvider;
}
export interface StartFlags extends RunFlags {
  readonly source?: readonly string[];
  readonly output?: readonly string[];
  readonly likeness?: string;
  readonly performerPhoto?: readonly string[];
  readonly production?: string;
}

export const withRunFlags = (command: Command): Command =>
  command
    .option('--http-port <port>', 'port of the control page (0: any free one)', port)
    .option('--osc-port <port>', 'UDP port of OSC (0: any free one)', port)
    .option(
      '--interface <address>',
      'address to listen on and to carry NDI; may be repeated (default: 127.0.0.1)',
      list,
    )
    .option('--machine-name <name>', "name in front of the outputs' NDI names (default: the host's)")
    .option('--state <folder>', 'folder for what must survive: journal, audit log, logs')
    .addOption(
      new Option('--provider <name>', 'where models run; rules over the show file').choices(executionProviders),
    )
    .option('--quiet', 'print nothing but faults');

/** The supervisor's options: only what was given. */
export const runOptionsOf = (flags: RunFlags) => ({
  ...(flags.httpPort === undefined ? {} : { httpPort: flags.httpPort }),
  ...(flags.oscPort === undefined ? {} : { oscPort: flags.oscPort }),
  ...(flags.interface === undefined ? {} : { interfaces: flags.interface }),
  ...(flags.provider === undefined ? {} : { provider: flags.provider }),
  ...(flags.machineName === undefined ? {} : { machineName: flags.machineName }),
  ...(flags.state === undefined ? {} : { stateFolder: resolve(flags.state) }),
  quiet: flags.quiet === true,
});

const usage = (reason: string): CodedError => new CodedError('CLI_USAGE', { reason, verb: 'start' });

/** A show made of flags alone. Throws CLI_USAGE, and what reading the likeness package throws. */
export function showOfFlags(flags: StartFlags): ShowFile {
  const sources = flags.source ?? [];
  const outputs = flags.output ?? [];
  if (sources.length === 0) throw usage('A show file or at least one --source is needed.');
  if (outputs.length > sources.length) throw usage('There are more --output than --source.');
  const photos = (flags.performerPhoto ?? []).map((photo) => resolve(photo));
  photos.forEach(readNamedFile);
  if (flags.likeness !== undefined && photos.length === 0) {
    throw usage(
      '--likeness needs at least one --performer-photo: a likeness is given only to a performer who is recognised.',
    );
  }
  const likenessId = flags.likeness === undefined ? null : readLikeness(flags.likeness).manifest.id;
  const show: ShowFile = {
    schemaVersion: showSchemaVersion,
    name: 'Command line',
    production: flags.production ?? 'Command line',
    scene: null,
    outputUse: 'monitor',
    sources: sources.map((source, index) => ({
      id: `cam-${index + 1}`,
      source,
      outputName: outputs[index] ?? `Understudy ${index + 1}`,
      performer: photos.length > 0 ? 'performer' : null,
    })),
    cast:
      photos.length > 0
        ? [{ performerId: 'performer', name: 'Performer', enrolment: photos, likeness: likenessId }]
        : [],
    ...(flags.likeness === undefined ? {} : { likenessFolder: dirname(resolve(flags.likeness)) }),
  };
  return checkShow(show, 'made of the flags');
}

const makesShow = ['source', 'output', 'likeness', 'performerPhoto', 'production'] as const;

async function start(file: string | undefined, flags: StartFlags): Promise<void> {
  if (file !== undefined && makesShow.some((name) => flags[name] !== undefined)) {
    throw usage('Give a show file, or --source with its companions, not both.');
  }
  const show = file === undefined ? showOfFlags(flags) : readShowFile(file);
  const { runShow } = await import('../supervisor/run-show.js');
  process.exitCode = await runShow(file === undefined ? null : resolve(file), show, runOptionsOf(flags));
}

export function register(program: Command): void {
  const command = program
    .command('start [showfile]')
    .description('run a show: from a show file, or from flags alone')
    .option('--source <name>', 'NDI source: "MACHINE (NAME)", the name alone or an address; may be repeated', several)
    .option('--output <name>', 'NDI name of the output of the source at the same place; may be repeated', several)
    .option('--likeness <package>', 'likeness package to give to the performer')
    .option('--performer-photo <photo>', 'photo the performer is recognised by; may be repeated', several)
    .option('--production <name>', 'production, as the consent record names it');
  withRunFlags(command).action(start);
}
