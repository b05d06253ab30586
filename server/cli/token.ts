import { type Command, Option } from 'commander';
import { CodedError } from '../errors/coded-error.js';
import type { ShowFile } from '../show/schema.js';
import { readShowFile, saveShowFile } from '../show/show-file.js';
import { mintToken } from '../trust/token.js';
import { say, sayJson } from './output.js';

const roles = ['operator', 'director', 'dit'] as const;
interface MintFlags {
  readonly role: (typeof roles)[number];
  readonly name: string;
  readonly into?: string;
  readonly json?: boolean;
}

/** The token itself is shown once and kept nowhere: the show file has its SHA-256. */
function mint({ role, name, into, json }: MintFlags): void {
  const { token, sha256 } = mintToken();
  const entry = { name, role, sha256 };
  if (into !== undefined) addTo(into, entry);
  if (json === true) return sayJson({ token, entry });
  say(`Token for ${name} (${role}), shown only now:\n\n  ${token}\n`);
  say(`Its bearer opens the page once by  http://<address>:<port>/?token=${token}`);
  say('and programs send it as  Authorization: Bearer <token>.\n');
  if (into === undefined) say(`For "access": { "tokens": [ … ] } in the show file:\n\n  ${JSON.stringify(entry)}`);
  else say(`${into} knows it now. A running show takes it on by itself.`);
}

function addTo(file: string, entry: NonNullable<ShowFile['access']>['tokens'][number]): void {
  const show = readShowFile(file);
  const tokens = show.access?.tokens ?? [];
  if (tokens.some(({ name }) => name === entry.name))
    throw new CodedError('TOKEN_NAME_TAKEN', { file, name: entry.name });
  saveShowFile(file, { ...show, access: { ...show.access, tokens: [...tokens, entry] } });
}

export function register(program: Command): void {
  const token = program.command('token').description('who may connect to a show, and as what');
  token
    .command('mint')
    .description('make a token; it is printed once and kept nowhere')
    .addOption(
      new Option('--role <role>', 'operator: everything; director: looks only; dit: monitors, takes and versions')
        .choices(roles)
        .makeOptionMandatory(),
    )
    .requiredOption('--name <name>', 'whose it is; shown on the page and in the audit log')
    .option(
      '--into <showfile>',
      'add it to this show file; everybody without a token is shut out from then on, but on this machine',
    )
    .option('--json', 'print one JSON document')
    .action(mint);
}
