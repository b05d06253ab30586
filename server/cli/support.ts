import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { zipSync } from 'fflate';
import { CodedError } from '../errors/coded-error.js';
import { projectRoot } from '../paths.js';
import { readShowFile } from '../show/show-file.js';
import { stateRoot } from '../supervisor/state-folder.js';
import { machineClock } from '../time/clock.js';
import { productVersion } from '../version.js';
import { doctorText, examine } from './doctor.js';
import { say, sayJson } from './output.js';
import { collectState, type Entries, type LeftOut } from './support/collect.js';
import { redactText, redactValue } from './support/redact.js';

interface Flags {
  readonly out?: string;
  readonly show?: string;
  readonly state?: string;
  readonly speed: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

const document = (value: unknown): string => JSON.stringify(value, null, 1);

/** Versions of what is installed, as the packages themselves say. */
function versions(): Record<string, unknown> {
  const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
    optionalDependencies?: Record<string, string>;
  };
  const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  const installed = names.map((name): [string, string] => {
    const file = join(projectRoot, 'node_modules', name, 'package.json');
    return [
      name,
      existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version : 'not installed',
    ];
  });
  return {
    understudy: productVersion,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}, ${release()}`,
    processor: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    packages: Object.fromEntries(installed),
  };
}

/** A show file without faces and without the names of the people in it; ids stay, since logs refer to them. */
function showWithoutPeople(file: string): unknown {
  const show = readShowFile(file);
  return redactValue({ ...show, cast: show.cast.map((member) => ({ ...member, name: '[removed: name]' })) });
}

/** Everything that goes into the archive, as text. */
export async function gather(options: {
  readonly state: string;
  readonly show?: string;
  readonly speed: boolean;
}): Promise<{ entries: Entries; leftOut: LeftOut[] }> {
  const entries: Entries = new Map();
  const leftOut: LeftOut[] = [];
  entries.set('versions.json', document(versions()));
  const checks = await examine({ speed: options.speed });
  entries.set('doctor.txt', `${redactText(doctorText(checks))}\n`);
  entries.set('doctor.json', document(redactValue(checks)));
  if (options.show !== undefined) entries.set('show.json', document(showWithoutPeople(options.show)));
  collectState(options.state, entries, leftOut);
  entries.set('contents.json', document({ madeIso: machineClock.wallClockIso(), files: [...entries.keys()], leftOut }));
  return { entries, leftOut };
}

function write(file: string, entries: Entries): void {
  const draft = `${file}.${process.pid}.draft`;
  try {
    writeFileSync(
      draft,
      zipSync(
        Object.fromEntries([...entries].map(([name, text]) => [`understudy-support/${name}`, Buffer.from(text)])),
      ),
    );
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new CodedError('CLI_FILE_NOT_WRITTEN', { file, reason: (error as Error).message }, { cause: error });
  }
}

async function support(flags: Flags): Promise<void> {
  const file = flags.out ?? `understudy-support-${machineClock.wallClockIso().slice(0, 19).replaceAll(':', '-')}.zip`;
  if (existsSync(file) && flags.force !== true) throw new CodedError('CLI_FILE_EXISTS', { file });
  const { entries, leftOut } = await gather({
    state: flags.state ?? stateRoot(),
    speed: flags.speed,
    ...(flags.show === undefined ? {} : { show: flags.show }),
  });
  write(file, entries);
  if (flags.json === true) sayJson({ file, files: [...entries.keys()], leftOut });
  else {
    say(`${file}:`);
    for (const name of entries.keys()) say(`  ${name}`);
    say('No pictures, faces, identities or secrets are in it; contents.json lists what was left out.');
  }
}

export function register(program: Command): void {
  program
    .command('support')
    .description("make one archive of logs, versions, settings and doctor's findings; no faces, no secrets")
    .option('-o, --out <file>', 'zip file to write (default: named after the time)')
    .option('--show <file>', 'also this show file, without embeddings and photos')
    .option('--state <folder>', 'state folder, where it is not the usual one')
    .option('--no-speed', 'leave out the speed measurements')
    .option('--force', 'replace the file')
    .option('--json', 'print one JSON document')
    .action(support);
}
