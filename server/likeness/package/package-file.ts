import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import { Value } from 'typebox/value';
import { CodedError } from '../../errors/coded-error.js';
import { LikenessManifest, likenessDigest, manifestName, sha256Of } from './manifest.js';

/** A likeness as it is loaded: the manifest and the photos' bytes, each checked against its digest. */
export interface LikenessPackage {
  readonly manifest: LikenessManifest;
  /** By the manifest's file names. */
  readonly photos: ReadonlyMap<string, Uint8Array>;
  /** What the consent record must name. */
  readonly digest: string;
}

const largestFileBytes = 64 * 1024 * 1024;
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const invalid = (path: string, reason: string, cause?: unknown): CodedError =>
  new CodedError('LIKENESS_PACKAGE_INVALID', { path, reason }, { cause });

/** Reads a folder or a zip. Throws CodedError LIKENESS_PACKAGE_MISSING, _INVALID or _CHANGED. */
export function readLikeness(path: string): LikenessPackage {
  if (!existsSync(path)) throw new CodedError('LIKENESS_PACKAGE_MISSING', { path });
  const read = statSync(path).isDirectory() ? folderReader(path) : zipReader(path);
  const manifest = parseManifest(path, read(manifestName));
  const photos = new Map<string, Uint8Array>();
  for (const photo of manifest.photos) {
    const bytes = read(photo.file);
    if (bytes === null) throw invalid(path, `the photo ${photo.file} is missing`);
    // The same buffer that is hashed is handed on: nothing can be swapped in between.
    if (sha256Of(bytes) !== photo.sha256) throw new CodedError('LIKENESS_PACKAGE_CHANGED', { file: photo.file, path });
    photos.set(photo.file, bytes);
  }
  return { manifest, photos, digest: likenessDigest(manifest.photos) };
}

type ReadEntry = (name: string) => Uint8Array | null;

const folderReader =
  (folder: string): ReadEntry =>
  (name) => {
    const file = join(folder, name);
    if (!existsSync(file)) return null;
    if (statSync(file).size > largestFileBytes) throw invalid(folder, `${name} is too large`);
    return readFileSync(file);
  };

/** Only plain names are unpacked, and none whose stated size is out of reason: a zip can claim anything. */
function zipReader(path: string): ReadEntry {
  let entries: Record<string, Uint8Array>;
  try {
    let total = 0;
    entries = unzipSync(readFileSync(path), {
      filter: ({ name, originalSize }) => {
        total += originalSize;
        if (originalSize > largestFileBytes || total > 8 * largestFileBytes) throw new Error(`${name} is too large`);
        return plainName(name) !== null;
      },
    });
  } catch (error) {
    throw invalid(path, `it is not a usable zip (${reasonOf(error)})`, error);
  }
  const byName = new Map(Object.entries(entries).map(([name, bytes]) => [plainName(name), bytes]));
  return (name) => byName.get(name) ?? null;
}

/** "older-anna/photo-1.jpg" → "photo-1.jpg": zips are often made of the folder itself. Deeper or odd names are left out. */
const plainName = (name: string): string | null => /^(?:[\w.-]+\/)?([A-Za-z0-9][\w.-]*)$/.exec(name)?.[1] ?? null;

function parseManifest(path: string, bytes: Uint8Array | null): LikenessManifest {
  if (bytes === null) throw invalid(path, `it has no ${manifestName}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw invalid(path, `${manifestName} is not JSON`, error);
  }
  // Looking for faults takes several times as long as seeing that there are none: a manifest has thousands of numbers.
  const fault = Value.Check(LikenessManifest, parsed) ? undefined : Value.Errors(LikenessManifest, parsed)[0];
  if (fault !== undefined) throw invalid(path, `${manifestName}${fault.instancePath} ${fault.message}`);
  const manifest = parsed as LikenessManifest;
  const files = new Set(manifest.photos.map((photo) => photo.file.toLowerCase()));
  if (files.size !== manifest.photos.length) throw invalid(path, 'two photos have the same name');
  return manifest;
}

/**
 * Writes a folder, or a zip where the path ends in ".zip". Never replaces anything: throws LIKENESS_PACKAGE_EXISTS. What is at the
 * path afterwards is whole: it is written beside and renamed.
 */
export function writeLikeness(path: string, likeness: Pick<LikenessPackage, 'manifest' | 'photos'>): void {
  if (existsSync(path)) throw new CodedError('LIKENESS_PACKAGE_EXISTS', { path });
  const files = new Map<string, Uint8Array>([
    [manifestName, Buffer.from(JSON.stringify(likeness.manifest, null, 1) + '\n')],
    ...likeness.photos,
  ]);
  const draft = `${path}.${process.pid}.draft`;
  try {
    if (extname(path).toLowerCase() === '.zip') {
      const stem = basename(path, extname(path)).replace(/[^\w.-]/g, '-');
      // Level 0: photos are compressed already.
      writeFileSync(
        draft,
        zipSync(Object.fromEntries([...files].map(([name, bytes]) => [`${stem}/${name}`, bytes])), { level: 0 }),
      );
    } else {
      mkdirSync(draft, { recursive: true });
      for (const [name, bytes] of files) writeFileSync(join(draft, name), bytes);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw invalid(path, reasonOf(error), error);
  }
}
