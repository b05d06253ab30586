import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { arch, platform } from 'node:process';
import koffi, { type LibraryHandle } from 'koffi';
import { ndiFault } from './fault.js';

/** Where libndi may be, in the order in which it is tried (design.md §6). */
export interface LibraryCandidate {
  /** 'NDI_RUNTIME_DIR_V6', 'NDI_RUNTIME_DIR_V5', 'system' or 'grandiose-mac'. */
  readonly origin: string;
  /** A file, or a bare name that the system's loader looks up. */
  readonly path: string;
}

const fileNames: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: ['libndi.so.6', 'libndi.so.5', 'libndi.so'],
  darwin: ['libndi.dylib'],
  win32: ['Processing.NDI.Lib.x64.dll'],
};

const systemFolders: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: ['', '/usr/local/lib', '/usr/lib'],
  darwin: ['', '/usr/local/lib', '/Library/NDI SDK for Apple/lib/macOS'],
  win32: [''],
};

const packageFolders: Readonly<Record<string, string>> = {
  'linux-x64': 'linux_x64',
  'linux-arm64': 'linux_arm64',
  'darwin-x64': 'mac_universal',
  'darwin-arm64': 'mac_universal',
  'win32-x64': 'win_x64',
};

/** The folder with the library files that grandiose-mac ships; only its files are used, never its binding. */
function packageFolder(): string | null {
  const folder = packageFolders[`${platform}-${arch}`];
  if (folder === undefined) return null;
  try {
    const manifest = createRequire(import.meta.url).resolve('grandiose-mac/package.json');
    return join(dirname(manifest), 'lib', folder);
  } catch {
    // An optional dependency: a machine with its own NDI runtime does not need it.
    return null;
  }
}

export function libraryCandidates(environment: NodeJS.ProcessEnv = process.env): LibraryCandidate[] {
  const names = fileNames[platform] ?? [];
  const candidates: LibraryCandidate[] = [];
  const add = (origin: string, folder: string): void => {
    for (const name of names) candidates.push({ origin, path: folder === '' ? name : join(folder, name) });
  };
  for (const variable of ['NDI_RUNTIME_DIR_V6', 'NDI_RUNTIME_DIR_V5']) {
    const folder = environment[variable];
    if (folder) add(variable, folder);
  }
  for (const folder of systemFolders[platform] ?? []) add('system', folder);
  const shipped = packageFolder();
  if (shipped !== null) add('grandiose-mac', shipped);
  // A full path that is not there needs no try; a bare name is the loader's to find.
  return candidates.filter(({ path }) => !/[\\/]/.test(path) || existsSync(path));
}

/** The loader's words for "the file is there, but a library that it needs is not" (glibc, musl, dyld). */
const missingDependency = /(lib[\w.+-]+\.(?:so|dylib)[\w.]*): cannot open shared object|Library not loaded: (\S+)/;

export interface LoadedLibrary extends LibraryCandidate {
  readonly handle: LibraryHandle;
}

/**
 * Opens the first libndi that loads. @throws NDI_LIBRARY_DEPENDENCY where a file is there but lacks a system library
 * (libavahi), NDI_LIBRARY_MISSING where there is none.
 */
export function loadLibrary(candidates: readonly LibraryCandidate[] = libraryCandidates()): LoadedLibrary {
  const reasons: string[] = [];
  let dependency: { path: string; library: string } | null = null;
  for (const candidate of candidates) {
    try {
      return { ...candidate, handle: koffi.load(candidate.path) };
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : String(cause);
      const match = missingDependency.exec(said);
      const library = match?.[1] ?? match?.[2];
      if (library !== undefined && !library.includes('libndi') && existsSync(candidate.path)) {
        dependency ??= { path: candidate.path, library };
      }
      reasons.push(`${candidate.path}: ${said}`);
    }
  }
  if (dependency !== null) throw ndiFault('NDI_LIBRARY_DEPENDENCY', dependency);
  const last = reasons.at(-1);
  throw ndiFault('NDI_LIBRARY_MISSING', { reason: last ?? `no libndi for ${platform} ${arch} on this machine` });
}
