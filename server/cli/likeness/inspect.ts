import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { unzipSync } from 'fflate';
import { Option } from 'commander';
import { bakeFileName } from '../../likeness/mesh/bake.js';
import { readLikeness, type LikenessPackage } from '../../likeness/package/package-file.js';
import { machineClock } from '../../time/clock.js';
import { checkConsent, outputUses, type ConsentVerdict, type OutputUse } from '../../trust/consent.js';
import { say, sayJson, table } from '../output.js';
import { bakePackage } from './make.js';

/** What may be told of a package on a terminal or in a log: no landmarks, no pictures. */
function facts({ manifest, digest }: LikenessPackage) {
  const consent = manifest.consent as { readonly id?: unknown; readonly synthetic?: unknown; readonly production?: unknown; readonly validUntil?: unknown } | null;
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    id: manifest.id,
    name: manifest.name,
    createdIso: manifest.createdIso,
    digest,
    photos: manifest.photos.map(({ file, widthPx, heightPx, yawDeg, confidence01 }) => ({ file, widthPx, heightPx, yawDeg, confidence01 })),
    consent: {
      id: text(consent?.id),
      synthetic: consent?.synthetic === true,
      production: text(consent?.production),
      validUntil: text(consent?.validUntil),
    },
  };
}

function show(path: string, flags: { readonly json?: boolean }): void {
  const told = facts(readLikeness(path));
  if (flags.json === true) return sayJson(told);
  say(`${told.name} (${told.id}), made ${told.createdIso}\ndigest ${told.digest}`);
  const { consent } = told;
  say(consent.synthetic ? `synthetic (${consent.id ?? 'no id'})` : consent.id === null ? 'no consent record' : `consent ${consent.id}, production "${consent.production ?? '?'}", until ${consent.validUntil ?? '?'}`);
  say(table(['PHOTO', 'SIZE', 'TURNED', 'CONFIDENCE'], told.photos.map((photo) => [photo.file, `${photo.widthPx}×${photo.heightPx}`, `${photo.yawDeg}°`, String(photo.confidence01)])));
}

/** The bake as it lies in the package; null where there is none. Read past `readLikeness`, which knows photos only. */
function bakeIn(path: string): Uint8Array | null {
  if (statSync(path).isDirectory()) {
    const file = join(path, bakeFileName);
    return existsSync(file) ? readFileSync(file) : null;
  }
  const entries = unzipSync(readFileSync(path), { filter: ({ name }) => name.split('/').at(-1) === bakeFileName });
  return Object.values(entries)[0] ?? null;
}

export type BakeState = 'matches' | 'missing' | 'differs';

/** Whether the bake is what the package's photos give: the consent is for the photos, so a swapped bake must show. */
export async function bakeState(path: string, likeness: LikenessPackage): Promise<BakeState> {
  const found = bakeIn(path);
  if (found === null) return 'missing';
  return Buffer.from(await bakePackage(likeness)).equals(found) ? 'matches' : 'differs';
}

interface CheckFlags {
  readonly production?: string;
  readonly scene?: string;
  readonly use: OutputUse;
  readonly json?: boolean;
}

const bakeWords: Readonly<Record<BakeState, string>> = {
  matches: 'is what the photos give',
  missing: 'is missing; it is made when a show starts',
  differs: 'is not what the photos give: do not use this package, build it again',
};

function verdictFor(likeness: LikenessPackage, flags: CheckFlags): ConsentVerdict {
  const production = flags.production ?? (likeness.manifest.consent as { production?: string } | null)?.production ?? '';
  return checkConsent(likeness.manifest.consent, {
    production,
    scene: flags.scene ?? null,
    output: flags.use,
    nowIso: machineClock.wallClockIso(),
    likenessDigest: likeness.digest,
  });
}

async function check(path: string, flags: CheckFlags): Promise<void> {
  const likeness = readLikeness(path);
  const consent = verdictFor(likeness, flags);
  const bake = await bakeState(path, likeness);
  const usable = consent.state === 'valid' && bake !== 'differs';
  if (flags.json === true) sayJson({ path, id: likeness.manifest.id, digest: likeness.digest, usable, consent, bake });
  else {
    say(`${path}: photos are those it was built with (${likeness.manifest.photos.length}).`);
    say(`Consent: ${consent.state}${consent.synthetic ? ', synthetic' : ''}${consent.reason === '' ? '' : `. ${consent.reason}`}`);
    say(`Bake: ${bakeWords[bake]}.`);
    say(usable ? 'It loads.' : 'It does not load.');
  }
  if (!usable) process.exitCode = 1;
}

export function registerInspect(likeness: Command): void {
  likeness.command('show <package>').description('print what a likeness package says of itself').option('--json', 'print one JSON document').action(show);
  likeness
    .command('check <package>')
    .description('check photos, consent and bake of a package; exit code 1 where it must not be used')
    .option('--production <name>', "production to check the consent for (default: the record's own)")
    .option('--scene <name>', 'scene to check the consent for')
    .addOption(new Option('--use <use>', 'what the output is for').choices([...outputUses]).default('monitor'))
    .option('--json', 'print one JSON document')
    .action(check);
}
