import type { Command } from 'commander';
import { failed, type Check } from './doctor/check.js';
import { checkInference } from './doctor/inference.js';
import { checkMachine } from './doctor/machine.js';
import { checkParts } from './doctor/parts.js';
import { checkSpeed } from './doctor/speed.js';
import { say, sayJson } from './output.js';

interface Flags {
  readonly speed: boolean;
  readonly json?: boolean;
}

/** Everything `doctor` knows; `support` puts it into its archive. */
export async function examine(options: { readonly speed: boolean }): Promise<Check[]> {
  return [
    ...(await checkParts()),
    ...(await checkInference()),
    ...(await checkMachine()),
    ...(options.speed ? await checkSpeed() : []),
  ];
}

/** Aligned lines; what is not as it should be is followed by what to do. */
export function doctorText(checks: readonly Check[]): string {
  const wide = Math.max(...checks.map((check) => check.name.length));
  return checks
    .flatMap(({ state, name, detail, advice }) => [
      `${state.padEnd(7)}  ${name.padEnd(wide)}  ${detail}`,
      ...(advice === null ? [] : [`${' '.repeat(wide + 11)}→ ${advice}`]),
    ])
    .join('\n');
}

async function doctor(flags: Flags): Promise<void> {
  const checks = await examine(flags);
  const fit = !failed(checks);
  if (flags.json === true) sayJson({ fit, checks });
  else {
    say(doctorText(checks));
    say(fit ? '\nUnderstudy can run here.' : '\nSomething that Understudy needs is missing; see the lines with →.');
  }
  if (!fit) process.exitCode = 1;
}

export function register(program: Command): void {
  program
    .command('doctor')
    .description('say what is present, missing or slow, and what to do; exit code 1 where something needed is missing')
    .option('--no-speed', 'leave out the speed measurements')
    .option('--json', 'print one JSON document')
    .action(doctor);
}
