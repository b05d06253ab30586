import type { Command } from 'commander';
import { Option } from 'commander';
import { readLikeness, type LikenessPackage } from '../../likeness/package/package-file.js';
import { machineClock } from '../../time/clock.js';
import { checkConsent, outputUses, type ConsentVerdict, type OutputUse } from '../../trust/consent.js';
import { say, sayJson, table } from '../output.js';

/** What may be told of a package on a terminal or in a log: no landmarks, no pictures. */
function facts({ manifest, digest }: LikenessPackage) {
  const consent = manifest.consent as {
    readonly id?: unknown;
    readonly synthetic?: unknown;
    readonly production?: unknown;
    readonly validUntil?: unknown;
  } | null;
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    id: manifest.id,
    name: manifest.name,
    createdIso: manifest.createdIso,
    digest,
    photos: manifest.photos.map(({ file, widthPx, heightPx, yawDeg, confidence01 }) => ({
      file,
      widthPx,
      heightPx,
      yawDeg,
      confidence01,
    })),
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
  say(
    consent.synthetic
      ? `synthetic (${consent.id ?? 'no id'})`
      : consent.id === null
        ? 'no consent record'
        : `consent ${consent.id}, production "${consent.production ?? '?'}", until ${consent.validUntil ?? '?'}`,
  );
  say(
    table(
      ['PHOTO', 'SIZE', 'TURNED', 'CONFIDENCE'],
      told.photos.map((photo) => [
        photo.file,
        `${photo.widthPx}×${photo.heightPx}`,
        `${photo.yawDeg}°`,
        String(photo.confidence01),
      ]),
    ),
  );
}

interface CheckFlags {
  readonly production?: string;
  readonly scene?: string;
  readonly use: OutputUse;
  readonly json?: boolean;
}

function verdictFor(likeness: LikenessPackage, flags: CheckFlags): ConsentVerdict {
  const production =
    flags.production ?? (likeness.manifest.consent as { production?: string } | null)?.production ?? '';
  return checkConsent(likeness.manifest.consent, {
    production,
    scene: flags.scene ?? null,
    output: flags.use,
    nowIso: machineClock.wallClockIso(),
    likenessDigest: likeness.digest,
  });
}

function check(path: string, flags: CheckFlags): void {
  const likeness = readLikeness(path);
  const consent = verdictFor(likeness, flags);
  const usable = consent.state === 'valid';
  if (flags.json === true) sayJson({ path, id: likeness.manifest.id, digest: likeness.digest, usable, consent });
  else {
    say(`${path}: photos are those it was built with (${likeness.manifest.photos.length}).`);
    say(
      `Consent: ${consent.state}${consent.synthetic ? ', synthetic' : ''}${consent.reason === '' ? '' : `. ${consent.reason}`}`,
    );
    say(usable ? 'It loads.' : 'It does not load.');
  }
  if (!usable) process.exitCode = 1;
}

export function registerInspect(likeness: Command): void {
  likeness
    .command('show <package>')
    .description('print what a likeness package says of itself')
    .option('--json', 'print one JSON document')
    .action(show);
  likeness
    .command('check <package>')
    .description('check photos, consent and bake of a package; exit code 1 where it must not be used')
    .option('--production <name>', "production to check the consent for (default: the record's own)")
    .option('--scene <name>', 'scene to check the consent for')
    .addOption(new Option('--use <use>', 'what the output is for').choices([...outputUses]).default('monitor'))
    .option('--json', 'print one JSON document')
    .action(check);
}
