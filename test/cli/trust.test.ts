import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildProgram } from '../../server/cli/program.js';
import type { ShowFile } from '../../server/show/schema.js';
import { demoShow } from '../../server/show/show-file.js';
import { Access } from '../../server/surfaces/http/access.js';
import { checkConsent } from '../../server/trust/consent.js';
import { consentRecord, consentUse } from '../trust/consent-record.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-trust-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  rmSync(folder, { recursive: true, force: true });
});
const at = (name: string): string => join(folder, name);
const put = (name: string, value: unknown): string => {
  writeFileSync(at(name), JSON.stringify(value));
  return at(name);
};
/** What a verb prints. Rejects with what it refuses by. */
async function run(...words: string[]): Promise<string> {
  let out = '';
  const print = vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  try {
    await (await buildProgram(words[0])).parseAsync(words, { from: 'user' });
  } finally {
    print.mockRestore();
  }
  return out;
}

describe('token mint', () => {
  it('makes a token that opens the show whose file has its line, in the role that was asked for', async () => {
    const file = put('show.json', demoShow());
    const out = await run('token', 'mint', '--role', 'director', '--name', 'Tablet', '--into', file, '--json');
    const { token, entry } = JSON.parse(out) as { token: string; entry: unknown };
    const { access } = JSON.parse(readFileSync(file, 'utf8')) as ShowFile;
    expect(access!.tokens).toEqual([entry]);
    expect(readFileSync(file, 'utf8')).not.toContain(token);
    const from = (given: string) =>
      new Access(access!).of({
        headers: { authorization: `Bearer ${given}` },
        url: '/',
        socket: { remoteAddress: '10.0.0.9' },
      } as unknown as IncomingMessage);
    expect(from(token)).toEqual({ role: 'director', name: 'Tablet' });
    expect(from(`${token}x`)).toBeNull();
    const again = JSON.parse(await run('token', 'mint', '--role', 'dit', '--name', 'Tablet 2', '--json')) as {
      token: string;
    };
    expect(again.token).not.toBe(token);
    expect(token).toMatch(/^[\w-]{43}$/);
  });

  it('refuses a role that is none, a name twice, and a file that is no show, each by code', async () => {
    const file = put('show.json', demoShow());
    const mint = (role: string, into: string) =>
      run('token', 'mint', '--role', role, '--name', 'Tablet', '--into', into);
    await mint('operator', file);
    await expect(mint('operator', file)).rejects.toMatchObject({ code: 'TOKEN_NAME_TAKEN' });
    await expect(mint('king', file)).rejects.toThrow(/operator, director, dit/);
    await expect(mint('dit', put('other.json', { schemaVersion: 1 }))).rejects.toMatchObject({
      code: 'SHOW_FILE_INVALID',
    });
    await expect(run('token', 'mint', '--role', 'dit')).rejects.toThrow(/--name/);
  });
});

describe('consent keys, sign, check', () => {
  const keys = async () =>
    JSON.parse(await run('consent', 'keys', '--key-id', 'union', '--out', at('union.pem'), '--json')) as {
      issuer: { keyId: string; publicKey: string };
    };
  const sign = (record: string, key: string, ...more: string[]) =>
    run('consent', 'sign', record, '--key', key, '--key-id', 'union', ...more);

  it('make a record that a show with this issuer takes, until it is changed', async () => {
    const { issuer } = await keys();
    expect(statSync(at('union.pem')).mode & 0o777).toBe(0o600);
    await expect(keys()).rejects.toMatchObject({ code: 'CLI_FILE_EXISTS' });
    const file = put('record.json', consentRecord());
    await sign(file, at('union.pem'), '--out', at('signed.json'));
    const signed = JSON.parse(readFileSync(at('signed.json'), 'utf8')) as Record<string, unknown>;
    const use = { ...consentUse, issuers: [issuer] };
    expect(checkConsent(signed, use).state).toBe('valid');
    expect(checkConsent({ ...signed, territory: 'Mars' }, use).reason).toContain('changed after it was signed');
    expect(JSON.parse(await sign(at('signed.json'), at('union.pem')))).toEqual(signed);
  });

  it('say of a record what the show would say, with an exit code', async () => {
    const { issuer } = await keys();
    const open = { ...demoShow(), production: 'The Long Year', scene: '12' };
    const show = put('show.json', { ...open, consentIssuers: [issuer] });
    const far = { validFrom: '2020-01-01', validUntil: '2999-01-01', signedAt: '2020-01-01' };
    const file = put('record.json', consentRecord(far));
    const check = (record: string) => run('consent', 'check', record, '--show', show, '--json');
    expect(JSON.parse(await check(file))).toMatchObject({
      state: 'missing',
      reason: expect.stringContaining('asks for one') as string,
    });
    expect(process.exitCode).toBe(1);
    process.exitCode = undefined;
    await sign(file, at('union.pem'), '--out', at('signed.json'));
    expect(JSON.parse(await check(at('signed.json')))).toMatchObject({ state: 'valid' });
    expect(process.exitCode).toBeUndefined();
  });

  it('refuse a record that would never count, and a key of another kind', async () => {
    await keys();
    const { signature: _signature, ...unsigned } = consentRecord();
    const { production: _production, ...partial } = consentRecord();
    const refused = { code: 'CONSENT_RECORD_INVALID' };
    await expect(sign(put('a.json', unsigned), at('union.pem'))).rejects.toMatchObject(refused);
    await expect(sign(put('b.json', partial), at('union.pem'))).rejects.toMatchObject(refused);
    writeFileSync(at('c.json'), 'not json');
    await expect(sign(at('c.json'), at('union.pem'))).rejects.toMatchObject(refused);
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'pem', type: 'pkcs8' });
    writeFileSync(at('rsa.pem'), rsa);
    const whole = put('d.json', consentRecord());
    await expect(sign(whole, at('rsa.pem'))).rejects.toMatchObject({ code: 'ISSUER_KEY_UNUSABLE' });
    await expect(sign(whole, whole)).rejects.toMatchObject({ code: 'ISSUER_KEY_UNUSABLE' });
    await expect(sign(whole, at('nowhere.pem'))).rejects.toMatchObject({ code: 'CLI_FILE_MISSING' });
  });
});

it('the show file’s digest of a token is its SHA-256', async () => {
  const { token, entry } = JSON.parse(await run('token', 'mint', '--role', 'dit', '--name', 'Cart', '--json')) as {
    token: string;
    entry: { sha256: string };
  };
  expect(entry.sha256).toBe(createHash('sha256').update(token).digest('hex'));
});
