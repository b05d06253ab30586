import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { CodedError } from '../../errors/coded-error.js';
import { likenessDigest, sha256Of } from '../../likeness/package/manifest.js';
import { writeLikeness } from '../../likeness/package/package-file.js';
import { remark, say, sayJson } from '../output.js';
import { identifier, readNamedFile } from '../parse.js';
import { consentRecord, refuseUnsaid, type ConsentFlags } from './consent.js';
import { measureLikeness } from './make.js';

interface Flags extends ConsentFlags {
  readonly name: string;
  readonly id?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** "Older Anna" → "older-anna". Throws CLI_USAGE where nothing is left of the name. */
export function idOfName(name: string): string {
  const id = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{Mark}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 32)
    .replace(/-+$/, '');
  if (id === '')
    throw new CodedError('CLI_USAGE', { reason: `The name "${name}" gives no id; add --id.`, verb: 'likeness build' });
  return id;
}

const readPhotos = (files: readonly string[]): { name: string; bytes: Uint8Array }[] =>
  files.map((file) => ({ name: basename(file), bytes: new Uint8Array(readNamedFile(file)) }));

/** All that can be refused is refused before the models are loaded. */
async function build(files: readonly string[], flags: Flags): Promise<void> {
  refuseUnsaid(flags);
  const id = flags.id ?? idOfName(flags.name);
  const photos = readPhotos(files);
  const digest = likenessDigest(photos.map(({ bytes }) => ({ sha256: sha256Of(bytes) })));
  const consent = consentRecord(flags, id, digest);
  const out = flags.out ?? join('likenesses', id);
  if (existsSync(out)) throw new CodedError('LIKENESS_PACKAGE_EXISTS', { path: out });
  remark(`Measuring ${photos.length} photo(s) …`);
  const likeness = await measureLikeness({ id, name: flags.name, photos, consent });
  writeLikeness(out, likeness);
  const measured = likeness.manifest.photos.map(({ file, widthPx, heightPx, yawDeg, confidence01 }) => ({
    file,
    widthPx,
    heightPx,
    yawDeg,
    confidence01,
  }));
  if (flags.json === true)
    sayJson({ path: out, id, name: flags.name, digest, synthetic: flags.synthetic === true, photos: measured });
  else {
    say(
      `${out}: likeness "${id}" of ${measured.length} photo(s), ${flags.synthetic === true ? 'synthetic' : 'with consent record'}.`,
    );
    for (const { file, widthPx, heightPx, yawDeg } of measured)
      say(`  ${file}  ${widthPx}×${heightPx}, turned ${yawDeg}°`);
  }
}

function digest(files: readonly string[], flags: { readonly json?: boolean }): void {
  const photos = readPhotos(files).map(({ name, bytes }) => ({ name, sha256: sha256Of(bytes) }));
  const value = likenessDigest(photos);
  if (flags.json === true) sayJson({ digest: value, photos });
  else say(value);
}

export function registerBuild(likeness: Command): void {
  likeness
    .command('build <photos...>')
    .description('make a likeness package from one or more photos of one face')
    .requiredOption('--name <name>', 'name that operators see')
    .option('-o, --out <path>', 'folder to make, or a .zip (default: likenesses/<id>)')
    .option('--id <id>', 'id in show files and OSC (default: made from the name)', identifier)
    .option('--consent <file>', "the performer's signed consent record (JSON)")
    .option('--synthetic', 'the person does not exist')
    .option('--provenance <text>', 'how the synthetic person was made')
    .option('--json', 'print one JSON document')
    .action(build);
  likeness
    .command('digest <photos...>')
    .description('print the digest that a consent record must name in "likenessModelDigests"')
    .option('--json', 'print one JSON document')
    .action(digest);
}
