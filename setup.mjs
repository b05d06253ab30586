// Everything between a fresh clone and a running product, in plain JavaScript because nothing is installed yet.
// `node setup.mjs --for start|test [--quiet]`: each step is skipped when what it was made from has not changed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const build = join(root, 'build');
const words = process.argv.slice(2);
const purpose = words.includes('--for') ? words[words.indexOf('--for') + 1] : 'start';
const quiet = words.includes('--quiet');
const startedAtMs = Date.now();
let stepsDone = 0;

// In front of a verb, standard output is the verb's.
const say = (text) => (quiet ? console.error : console.log)(`set-up: ${text}`);
const fail = (text, advice) => {
  console.error(`set-up: ${text}\n        ${advice}`);
  process.exit(1);
};

function run(command, args, { show = !quiet, advice = 'The lines above say why.', env = {} } = {}) {
  // npm is a .cmd file on Windows, which only a shell can start.
  const shell = process.platform === 'win32' && command === 'npm';
  const done = spawnSync(command, args, {
    cwd: root,
    stdio: show ? ['inherit', quiet ? 2 : 'inherit', 'inherit'] : 'pipe',
    env: { ...process.env, ...env },
    shell,
  });
  if (done.status === 0) return;
  if (!show) process.stderr.write(done.stderr ?? '');
  fail(`"${[command, ...args].join(' ')}" failed${done.error ? `: ${done.error.message}` : ''}.`, advice);
}

/** Files below a folder, sorted; generated and hidden folders left out. */
function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  if (statSync(folder).isFile()) return [folder];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.') && entry.name !== 'node_modules' && entry.name !== 'build')
    .flatMap((entry) => filesBelow(join(folder, entry.name)))
    .sort();
}
function digestOf(paths) {
  const hash = createHash('sha256').update(process.version);
  for (const path of paths.flatMap((name) => filesBelow(join(root, name))))
    hash.update(relative(root, path)).update(readFileSync(path));
  return hash.digest('hex');
}
/** Runs `work` unless it was done with the same inputs and its result is still there. */
function step(name, what, inputs, result, work) {
  const stampFile = join(build, 'stamps', name);
  const digest = digestOf(inputs);
  if (existsSync(stampFile) && existsSync(join(root, result)) && readFileSync(stampFile, 'utf8') === digest) return;
  const atMs = Date.now();
  if (!quiet) say(`${what} …`);
  work();
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, digest);
  stepsDone++;
  if (!quiet) say(`${what}: done in ${((Date.now() - atMs) / 1000).toFixed(1)} s`);
}

const major = Number(process.versions.node.split('.')[0]);
if (major < 20) fail(`Node ${process.versions.node} is too old.`, 'Install Node 20 or newer.');

// -- packages ---------------------------------------------------------------------------------------------------------
const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
const lockStamp = join(root, 'node_modules', '.understudy-lock');
if (!existsSync(lockStamp) || readFileSync(lockStamp, 'utf8') !== lock) {
  say('installing packages (about a minute the first time) …');
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    show: true,
    advice: 'Check that the npm registry can be reached, then run the command again.',
  });
  writeFileSync(lockStamp, lock);
  stepsDone++;
}

// -- Debian libraries -------------------------------------------------------------------------------------------------
const onDebian = process.platform === 'linux' && existsSync('/etc/debian_version');
const has = (...paths) => paths.some((path) => existsSync(path));
const libraryFolders = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib',
  '/usr/lib64',
  '/lib/x86_64-linux-gnu',
];
const wanted = [
  {
    packages: ['libavahi-client3', 'libavahi-common3'],
    present: has(...libraryFolders.map((f) => `${f}/libavahi-client.so.3`)),
    for: 'start',
    why: 'NDI',
  },
  {
    packages: ['avahi-daemon', 'dbus'],
    present: has('/usr/sbin/avahi-daemon') && has('/usr/bin/dbus-daemon'),
    for: 'test',
    why: 'tests of NDI discovery',
  },
  { packages: ['chromium'], present: has('/usr/bin/chromium'), for: 'test', why: 'browser tests' },
  { packages: ['ffmpeg'], present: has('/usr/bin/ffmpeg'), for: 'test', why: 'footage in tests' },
].filter((entry) => !entry.present && (entry.for === 'start' || purpose === 'test'));
if (process.platform === 'linux' && wanted.length > 0) {
  const names = wanted.flatMap((entry) => entry.packages);
  const command = `apt-get update && apt-get install -y --no-install-recommends ${names.join(' ')}`;
  if (onDebian && process.getuid?.() === 0) {
    say(`installing Debian packages: ${names.join(' ')} …`);
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const done = spawnSync('sh', ['-c', command], {
      stdio: quiet ? 'pipe' : ['ignore', 'pipe', 'inherit'],
      env: environment,
    });
    if (done.status !== 0) say(`that failed; by hand: ${command}. What needs them is skipped and says so.`);
    stepsDone++;
  } else {
    for (const entry of wanted) say(`${entry.packages.join(', ')} not found: without them, no ${entry.why}.`);
    say(`install them with: sudo sh -c '${command}'`);
  }
}

/**
 * What is run as a process of its own is bundled too, into build/run (server/paths.ts, `entryOf`): resolving several hundred small
 * modules costs each process up to 0.3 s of CPU at the start. Packages that bring native code, or find their own files, stay outside.
 */
function bundleProcesses(esbuild) {
  const entries = [
    'main.ts',
    'pipeline/lane-process.ts',
    'pipeline/inference-process.ts',
    'pipeline/neural-process.ts',
    'pipeline/multiview-process.ts',
    'control/control-process.ts',
    'likeness/prepare.ts',
    'stage-sim/camera.ts',
    'stage-sim/footage.ts',
  ];
  const bundled = ['typebox', 'commander', 'fflate'];
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const outside = Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => !bundled.includes(name));
  rmSync(join(build, 'run'), { recursive: true, force: true });
  run(process.execPath, [
    esbuild,
    ...entries.map((path) => `server/${path}`),
    '--bundle',
    '--splitting',
    '--outdir=build/run',
    '--outbase=server',
    '--format=esm',
    '--platform=node',
    '--target=node20',
    '--sourcemap',
    '--log-level=warning',
    // Bundled packages of the older module format look for `require`.
    `--banner:js=import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);`,
    ...outside.map((name) => `--external:${name}`),
  ]);
}

// -- our own parts ----------------------------------------------------------------------------------------------------
step(
  'server',
  'building the server',
  ['server', 'models', 'calibration', 'test', 'setup.mjs', 'package-lock.json'],
  'build/run/main.js',
  () => {
    const sources = ['server', 'models', 'calibration', 'test']
      .flatMap((name) => filesBelow(join(root, name)))
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts') && !path.includes(join('kernels', 'assembly')));
    for (const name of ['server', 'models', 'calibration', 'test']) {
      // Models that were converted stay; transpiled files of sources that are gone must not.
      for (const old of filesBelow(join(build, name)).filter(
        (path) => path.endsWith('.js') || path.endsWith('.js.map'),
      ))
        rmSync(old);
    }
    const esbuild = join(root, 'node_modules', 'esbuild', 'bin', 'esbuild');
    run(process.execPath, [
      esbuild,
      ...sources.map((path) => relative(root, path)),
      '--outdir=build',
      '--outbase=.',
      '--format=esm',
      '--platform=node',
      '--target=node20',
      '--sourcemap',
      '--log-level=warning',
    ]);
    bundleProcesses(esbuild);
    for (const path of ['server', 'models', 'test'].flatMap((name) => filesBelow(join(root, name)))) {
      // Data beside the code (manifests, schemas, workers of other languages) is read from the same place after the build.
      if (!/\.(json|py|txt|bin)$/.test(path)) continue;
      const target = join(build, relative(root, path));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, readFileSync(path));
    }
  },
);
step(
  'kernels',
  'compiling SIMD kernels',
  ['server/kernels/assembly', 'server/kernels/build.mjs'],
  'build/kernels/flow.wasm',
  () => run(process.execPath, ['server/kernels/build.mjs']),
);
step(
  'models',
  'converting and verifying models',
  ['models', 'package-lock.json'],
  'build/models/canonical-face.json',
  () => run(process.execPath, ['build/models/convert.js']),
);
step(
  'cast',
  'building the simulated cast',
  ['server/stage-sim', 'server/kernels/assembly', 'package-lock.json'],
  'build/cast',
  () => run(process.execPath, ['build/server/stage-sim/build-cast.js']),
);
step(
  'demo',
  'enrolling the demo performer and building the demo likeness',
  [
    'server/stage-sim',
    'server/likeness',
    'server/stages/keyframe/analysis',
    'server/kernels/assembly/raster.ts',
    'models',
  ],
  'build/demo/likenesses',
  () => run(process.execPath, ['build/server/stage-sim/build-demo.js'], { env: { ORT_DISABLE_TELEMETRY: '1' } }),
);
step(
  'page',
  'building the control page',
  ['control-ui', 'server/protocol', 'package-lock.json'],
  'build/control-ui/index.html',
  () =>
    run(process.execPath, [
      join('node_modules', 'vite', 'bin', 'vite.js'),
      'build',
      '--config',
      'control-ui/vite.config.ts',
      '--logLevel',
      'warn',
    ]),
);

if (stepsDone > 0) say(`ready after ${((Date.now() - startedAtMs) / 1000).toFixed(1)} s`);
