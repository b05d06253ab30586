import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { askedAddresses, ndiConfigJson } from '../../server/ndi/config.js';
import { libraryCandidates, loadLibrary } from '../../server/ndi/library.js';

const folder = mkdtempSync(join(tmpdir(), 'understudy-library-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('where libndi is looked for', () => {
  it('begins with the runtime folders of the environment, version 6 before 5, and ends with the shipped copy', () => {
    const [six, five] = [join(folder, 'six'), join(folder, 'five')];
    for (const runtime of [six, five]) {
      mkdirSync(runtime, { recursive: true });
      for (const name of ['libndi.so.6', 'libndi.so.5', 'libndi.dylib', 'Processing.NDI.Lib.x64.dll']) {
        writeFileSync(join(runtime, name), '');
      }
    }
    const found = libraryCandidates({ NDI_RUNTIME_DIR_V5: five, NDI_RUNTIME_DIR_V6: six });
    const origins = [...new Set(found.map(({ origin }) => origin))];
    expect(origins).toEqual(['NDI_RUNTIME_DIR_V6', 'NDI_RUNTIME_DIR_V5', 'system', 'grandiose-mac']);
    expect(found[0]!.path.startsWith(six)).toBe(true);
  });

  it('leaves out folders that hold none', () => {
    const found = libraryCandidates({ NDI_RUNTIME_DIR_V6: join(folder, 'nowhere') });
    expect(found.map(({ origin }) => origin)).not.toContain('NDI_RUNTIME_DIR_V6');
  });

  it('says which file was tried last when none loads', () => {
    const broken = join(folder, 'libndi.so.5');
    writeFileSync(broken, 'this is no library');
    expect(() => loadLibrary([{ origin: 'test', path: broken }])).toThrowError(
      expect.objectContaining({ code: 'NDI_LIBRARY_MISSING', message: expect.stringContaining(broken) as string }),
    );
    expect(() => loadLibrary([])).toThrowError(expect.objectContaining({ code: 'NDI_LIBRARY_MISSING' }));
  });

  it.skipIf(process.platform !== 'linux')(
    'names the system library that is missing, and the package to install',
    () => {
      const shipped = libraryCandidates({}).find(({ origin }) => origin === 'grandiose-mac');
      if (shipped === undefined) throw new Error('grandiose-mac is not installed');
      // The real libndi, whose need of libavahi-client.so.3 is renamed to a library that no machine has.
      const crippled = join(folder, 'crippled.so');
      copyFileSync(shipped.path, crippled);
      renameNeededLibrary(crippled, 'libavahi-client.so.3', 'libavahi-absent.so.3');
      expect(() => loadLibrary([{ origin: 'test', path: crippled }])).toThrowError(
        expect.objectContaining({
          code: 'NDI_LIBRARY_DEPENDENCY',
          context: { path: crippled, library: 'libavahi-absent.so.3' },
          advice: expect.stringContaining('apt-get install libavahi-client3') as string,
        }),
      );
    },
  );

  it('loads the shipped copy', () => {
    const shipped = libraryCandidates({}).filter(({ origin }) => origin === 'grandiose-mac');
    expect(loadLibrary(shipped)).toMatchObject({ origin: 'grandiose-mac', path: shipped[0]!.path });
  });
});

describe('the settings that keep NDI on the chosen interfaces', () => {
  it('allow loopback alone by default, with neither multicast nor UDP', () => {
    expect(JSON.parse(ndiConfigJson({ interfaceAddresses: ['127.0.0.1'] }))).toEqual({
      ndi: {
        networks: { ips: '', discovery: '' },
        adapters: { allowed: ['127.0.0.1'] },
        tcp: { recv: { enable: true } },
        rudp: { recv: { enable: false } },
        multicast: { send: { enable: false }, recv: { enable: false } },
        unicast: { recv: { enable: false } },
      },
    });
  });

  it('name interfaces, machine, discovery servers and further machines', () => {
    const network = {
      interfaceAddresses: ['10.0.0.5', '10.0.1.5'],
      machineName: 'STAGE',
      discoveryServers: ['10.0.0.1'],
      askAddresses: ['10.0.0.8', '10.0.0.5'],
    };
    expect(JSON.parse(ndiConfigJson(network))).toMatchObject({
      ndi: {
        machinename: 'STAGE',
        networks: { ips: '10.0.0.8,10.0.0.5', discovery: '10.0.0.1' },
        adapters: { allowed: ['10.0.0.5', '10.0.1.5'] },
      },
    });
    expect(askedAddresses(network)).toEqual(['10.0.0.5', '10.0.1.5', '10.0.0.8']);
  });
});

/** Overwrites every copy of a name in a binary with another of the same length. */
function renameNeededLibrary(file: string, from: string, to: string): void {
  const bytes = readFileSync(file);
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) bytes.write(to, at, 'latin1');
  writeFileSync(file, bytes);
}
