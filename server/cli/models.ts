import type { Command } from 'commander';
import { addedModelsFolder, removeAdded } from '../likeness/neural/added-models.js';
import { modelRoles } from '../likeness/neural/roles.js';
import { stateRoot } from '../supervisor/state-folder.js';
import { reportAdded, reportModels, type ModelReport } from './model-report.js';
import { addModel } from './models-add.js';
import { say, sayJson, table } from './output.js';
import { identifier } from './parse.js';

interface Flags {
  readonly json?: boolean;
}

const addedFolder = (): string => addedModelsFolder(stateRoot());

const verdicts = (reports: readonly ModelReport[]): void => {
  for (const { id, state, advice } of reports) if (state !== 'verified') say(`${id}: ${state}. ${advice ?? ''}`);
  if (reports.some(({ state }) => state !== 'verified')) process.exitCode = 1;
};

function listModels(flags: Flags): void {
  const reports = [...reportModels({ sources: false }), ...reportAdded(addedFolder())];
  if (flags.json === true) return sayJson(reports);
  say(
    table(
      ['MODEL', 'STATE', 'LICENCE', 'FROM', 'SHA-256'],
      reports.map((model) => [model.id, model.state, model.licence, model.source, model.sha256?.slice(0, 16) ?? '-']),
    ),
  );
  for (const { id, title, provenance, licenceBasis } of reports)
    say(`\n${id}: ${title}\n  ${provenance}\n  Licence: ${licenceBasis}`);
  return undefined;
}

function verify(flags: Flags): void {
  const reports = [...reportModels({ sources: true }), ...reportAdded(addedFolder())];
  if (flags.json === true)
    sayJson(reports.map(({ id, state, sha256, source, advice }) => ({ id, state, sha256, source, advice })));
  else for (const { id, state } of reports) if (state === 'verified') say(`${id}: verified`);
  if (flags.json === true) process.exitCode = reports.every(({ state }) => state === 'verified') ? 0 : 1;
  else verdicts(reports);
}

interface AddFlags extends Flags {
  readonly as: string;
  readonly id?: string;
  readonly licence?: string;
  readonly source?: string;
}
async function add(file: string, flags: AddFlags): Promise<void> {
  const { as: role, id, licence, source } = flags;
  const model = await addModel({ file, role, id, licence, source, folder: addedFolder() });
  if (flags.json === true) return sayJson(model);
  say(`${model.id}: added as ${model.role}, its self-test passed. Licence: ${model.licence}. From: ${model.source}.`);
  return say('Name it under "engines" in a show file (docs/neural-engines.md).');
}

export function register(program: Command): void {
  const models = program
    .command('models')
    .description('list the models: licence, provenance, hash, state')
    .option('--json', 'print one JSON document')
    .action(listModels);
  models
    .command('verify')
    .description('hash every model and the package files it is made from; exit code 1 where one is not right')
    .option('--json', 'print one JSON document')
    .action((_flags: Flags, command: Command) => verify(command.optsWithGlobals<Flags>()));
  models
    .command('add <file>')
    .description('take weights that a production brings (ONNX or DFM) into this machine, after a self-test')
    .requiredOption('--as <kind>', `what the file holds: ${modelRoles.join(', ')}`)
    .option('--licence <text>', 'licence under which the production may use it; shown wherever its likeness is')
    .option('--source <text>', 'where it is from')
    .option('--id <id>', "name in show files (default: the file's)", identifier)
    .option('--json', 'print one JSON document')
    .action((file: string, _flags: AddFlags, command: Command) => add(file, command.optsWithGlobals<AddFlags>()));
  models
    .command('remove <id>')
    .description('forget weights that were added; default models stay')
    .option('--json', 'print one JSON document')
    .action((id: string, _flags: Flags, command: Command) => {
      removeAdded(addedFolder(), id);
      if (command.optsWithGlobals<Flags>().json === true) sayJson({ removed: id });
      else say(`${id}: removed.`);
    });
}
