import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { LikenessShelf } from '../control/likeness-shelf.js';
import type { ShowFile } from '../show/schema.js';
import { readShowFile } from '../show/show-file.js';
import { machineClock } from '../time/clock.js';
import { say, sayJson } from './output.js';

export interface ShowRemark {
  /** JSON pointer into the show file. */
  readonly path: string;
  readonly reason: string;
}

/** What a well-formed show refers to and is not there, or does not load now. The show starts all the same; these faces stay concealed. */
export function remarksOn(show: ShowFile, file: string): ShowRemark[] {
  const beside = (path: string): string => resolve(dirname(file), path);
  const remarks: ShowRemark[] = [];
  show.cast.forEach((member, index) => {
    member.enrolment.forEach((photo, at) => {
      if (!existsSync(beside(photo)))
        remarks.push({ path: `/cast/${index}/enrolment/${at}`, reason: `the photo ${photo} is not there` });
    });
    if (member.enrolment.length === 0 && member.embedding === undefined) {
      remarks.push({
        path: `/cast/${index}`,
        reason: `${member.performerId} has no enrolment photo, and is recognised only after being enrolled live`,
      });
    }
  });
  return [...remarks, ...likenessRemarks(show, beside)];
}

function likenessRemarks(show: ShowFile, beside: (path: string) => string): ShowRemark[] {
  const wanted = [
    ...show.sources.map((source, index) => ({ path: `/sources/${index}/likeness`, id: source.likeness ?? null })),
    ...show.cast.map((member, index) => ({ path: `/cast/${index}/likeness`, id: member.likeness ?? null })),
  ].filter((entry): entry is { path: string; id: string } => entry.id !== null);
  if (show.likenessFolder === undefined)
    return wanted.map(({ path, id }) => ({ path, reason: `"${id}" is named, but there is no "likenessFolder"` }));
  const folder = beside(show.likenessFolder);
  if (!existsSync(folder))
    return [{ path: '/likenessFolder', reason: `the folder ${show.likenessFolder} is not there` }];
  const use = {
    production: show.production,
    scene: show.scene ?? null,
    output: show.outputUse ?? ('monitor' as const),
    issuers: show.consentIssuers ?? [],
  };
  const shelf = new LikenessShelf([folder], use, () => machineClock.wallClockIso());
  const summaries = new Map(shelf.summaries().map((summary) => [summary.id, summary]));
  const faults = shelf.faults.map(({ error }) => ({ path: '/likenessFolder', reason: error.message }));
  return [
    ...faults,
    ...wanted.flatMap(({ path, id }) => {
      const summary = summaries.get(id);
      if (summary === undefined) return [{ path, reason: `there is no package "${id}" in ${show.likenessFolder!}` }];
      return summary.consent === 'valid'
        ? []
        : [{ path, reason: `consent for "${id}" is ${summary.consent}: ${summary.consentReason}` }];
    }),
  ];
}

function check(file: string, flags: { readonly json?: boolean }): void {
  const show = readShowFile(file);
  const remarks = remarksOn(show, file);
  if (flags.json === true)
    sayJson({ file, name: show.name, sources: show.sources.length, cast: show.cast.length, remarks });
  else {
    say(`${file}: "${show.name}", ${show.sources.length} source(s), ${show.cast.length} in the cast.`);
    for (const { path, reason } of remarks) say(`  ${path}: ${reason}`);
    say(remarks.length === 0 ? 'Nothing to remark.' : 'It starts, with what is said above.');
  }
  if (remarks.length > 0) process.exitCode = 1;
}

export function register(program: Command): void {
  const show = program.command('show').description('show files');
  show
    .command('check <file>')
    .description('check a show file and what it refers to; exit code 1 where something is not there')
    .option('--json', 'print one JSON document')
    .action(check);
}
