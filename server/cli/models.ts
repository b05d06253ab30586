import type { Command } from 'commander';
import { reportModels, type ModelReport } from './model-report.js';
import { say, sayJson, table } from './output.js';

interface Flags {
  readonly json?: boolean;
}

const verdicts = (reports: readonly ModelReport[]): void => {
  for (const { id, state, advice } of reports) if (state !== 'verified') say(`${id}: ${state}. ${advice ?? ''}`);
  if (reports.some(({ state }) => state !== 'verified')) process.exitCode = 1;
};

function listModels(flags: Flags): void {
  const reports = reportModels({ sources: false });
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
  const reports = reportModels({ sources: true });
  if (flags.json === true)
    sayJson(reports.map(({ id, state, sha256, source, advice }) => ({ id, state, sha256, source, advice })));
  else for (const { id, state } of reports) if (state === 'verified') say(`${id}: verified`);
  if (flags.json === true) process.exitCode = reports.every(({ state }) => state === 'verified') ? 0 : 1;
  else verdicts(reports);
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
}
