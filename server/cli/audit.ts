import type { Command } from 'commander';
import { verifyAuditLog } from '../trust/audit-log.js';
import { say, sayJson } from './output.js';
import { readNamedFile } from './parse.js';

function verify(file: string, flags: { readonly json?: boolean }): void {
  readNamedFile(file);
  const verdict = verifyAuditLog(file);
  if (flags.json === true) sayJson({ file, ...verdict });
  else if (verdict.ok)
    say(
      `${file}: ${verdict.entries} entries, chain unbroken.\nHead ${verdict.head}\nCompare the head with a copy kept elsewhere: a chain alone cannot show that its end was cut off.`,
    );
  else
    say(
      `${file}: broken at entry ${verdict.brokenAt} of ${verdict.entries}: ${verdict.reason}.\nKeep the file as evidence.`,
    );
  if (!verdict.ok) process.exitCode = 1;
}

export function register(program: Command): void {
  const audit = program.command('audit').description('the record of who did what to whose likeness');
  audit
    .command('verify <file>')
    .description('check the hash chain of an audit log; exit code 1 where it is broken')
    .option('--json', 'print one JSON document')
    .action(verify);
}
