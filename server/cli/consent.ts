import type { Command } from 'commander';
import { Value } from 'typebox/value';
import { CodedError } from '../errors/coded-error.js';
import { readShowFile } from '../show/show-file.js';
import { machineClock } from '../time/clock.js';
import { checkConsent, PerformerConsent } from '../trust/consent.js';
import { issuerOf, newIssuer, signRecord } from '../trust/issuer.js';
import { remark, say, sayJson } from './output.js';
import { readNamedFile } from './parse.js';
import { writeNamedFile } from './write-file.js';

interface KeysFlags {
  readonly keyId: string;
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}
/** Only the issuer may read the private half; the show file gets the public one. */
function keys({ keyId, out, force, json }: KeysFlags): void {
  const { privatePem, issuer } = newIssuer(keyId);
  writeNamedFile(out, privatePem, force === true, 0o600);
  if (json === true) return sayJson({ privateKeyFile: out, issuer });
  say(
    `${out} is the private key: whoever has it can issue consent in the name of "${keyId}". Keep it off the machines of the stage.`,
  );
  say(`For "consentIssuers": [ … ] in the show file:\n\n  ${JSON.stringify(issuer)}`);
}

function readJson(file: string): unknown {
  const text = readNamedFile(file).toString('utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new CodedError('CONSENT_RECORD_INVALID', { file, reason: 'it is not JSON' }, { cause: error });
  }
}

interface SignFlags {
  readonly key: string;
  readonly keyId: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}
/** Nobody issues what would never count: the record must be whole, and signed by the performer. */
function signFile(file: string, { key: keyFile, keyId, out, force, json }: SignFlags): void {
  const record = readJson(file);
  const refuse = (reason: string): CodedError => new CodedError('CONSENT_RECORD_INVALID', { file, reason });
  const [fault] = Value.Errors(PerformerConsent, record);
  if (fault !== undefined) throw refuse(`${fault.instancePath || '/'} ${fault.message}`);
  const whole = record as PerformerConsent;
  if (whole.signature === undefined || whole.signedAt === undefined)
    throw refuse('the performer has not signed it ("signature" and "signedAt" are missing)');
  const { key, issuer } = issuerOf(keyId, readNamedFile(keyFile).toString('utf8'), keyFile);
  const text = JSON.stringify(signRecord(whole, keyId, key), null, 2) + '\n';
  if (out === undefined) return say(text.trimEnd());
  writeNamedFile(out, text, force === true);
  if (json === true) return sayJson({ file: out, issuer });
  say(`${out} bears the signature of "${keyId}", public key ${issuer.publicKey}.`);
}

interface CheckFlags {
  readonly show: string;
  readonly digest?: string;
  readonly json?: boolean;
}
function check(file: string, { show: showFile, digest, json }: CheckFlags): void {
  const show = readShowFile(showFile);
  const verdict = checkConsent(readJson(file), {
    production: show.production,
    scene: show.scene ?? null,
    output: show.outputUse ?? 'monitor',
    nowIso: machineClock.wallClockIso(),
    likenessDigest: digest ?? null,
    issuers: show.consentIssuers ?? [],
  });
  if (verdict.state !== 'valid') process.exitCode = 1;
  if (json === true) return sayJson({ file, ...verdict });
  say(`${file}: ${verdict.state}${verdict.reason === '' ? '' : `. ${verdict.reason}`}`);
  if (digest === undefined)
    remark('Whether it names the photos was not asked: give --digest, as "understudy likeness digest" prints it.');
}

export function register(program: Command): void {
  const consent = program
    .command('consent')
    .description('consent records: what a performer agreed to, and who vouches for it');
  consent
    .command('keys')
    .description('make the key pair of an issuer: a union, an agency, the legal office of the production')
    .requiredOption('--key-id <name>', 'what records and show files call the key by')
    .requiredOption('-o, --out <file>', 'where the private key goes (PEM, readable by its owner alone)')
    .option('--force', 'replace a file that is there; records signed with the old key count no more')
    .option('--json', 'print one JSON document')
    .action(keys);
  consent
    .command('sign <record>')
    .description("put an issuer's signature under a performer's record; refused where the record would never count")
    .requiredOption('--key <file>', 'private key of the issuer')
    .requiredOption('--key-id <name>', 'what the show file calls the key by')
    .option('-o, --out <file>', 'where the signed record goes (default: printed, as JSON)')
    .option('--force', 'replace a file that is there')
    .option('--json', 'print one JSON document')
    .action(signFile);
  consent
    .command('check <record>')
    .description('say whether a record lets a likeness be shown in this show, now; exit code 1 where it does not')
    .requiredOption('--show <showfile>', 'production, scene, output and issuers are taken from it')
    .option('--digest <sha256>', "of the likeness's photos or of a DFM")
    .option('--json', 'print one JSON document')
    .action(check);
}
