import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { discoveryMode } from '../../ndi/discovery.js';
import { runtimeVersion } from '../../onnx/ort.js';
import { buildRoot, castRoot, kernelsRoot, pageRoot, projectRoot } from '../../paths.js';
import { reportModels } from '../model-report.js';
import { openNetwork } from '../ndi/network.js';
import { attempt, missing, ok, type Check } from './check.js';

const setUp = 'Run "npm run setup".';

function nodeCheck(): Check {
  const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
  const detail = `Node ${process.versions.node} on ${process.platform} ${process.arch}`;
  if (major > 20 || (major === 20 && minor >= 11)) return ok('node', detail);
  return missing('node', detail, 'Install Node 20.11 or newer.');
}

function libndiCheck(): Check {
  const network = openNetwork({});
  const { version, libraryPath } = network.ndi;
  network.close();
  return ok('libndi', `${version}, ${libraryPath}`);
}

function avahiCheck(): Check {
  const folders = [
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib/aarch64-linux-gnu',
    '/usr/lib',
    '/usr/lib64',
    '/lib/x86_64-linux-gnu',
    '/lib/aarch64-linux-gnu',
  ];
  const files = ['libavahi-client.so.3', 'libavahi-common.so.3'];
  const found = files.map((file) => folders.map((folder) => join(folder, file)).find((path) => existsSync(path)));
  if (found.every((path) => path !== undefined)) return ok('libavahi', found.join(', '));
  return missing(
    'libavahi',
    'libndi needs libavahi-client and libavahi-common',
    'On Debian: apt-get install libavahi-client3 libavahi-common3. No daemon is needed.',
  );
}

function discoveryCheck(): Check {
  const { mode, detail } = discoveryMode();
  if (mode !== 'asked') return ok('discovery', detail, false);
  return missing(
    'discovery',
    detail,
    'On one machine nothing is needed. On a stage network: run avahi-daemon, or name a discovery server or --extra-ip.',
    false,
  );
}

function modelsCheck(): Check {
  const reports = reportModels({ sources: false });
  const wrong = reports.filter(({ state }) => state !== 'verified');
  if (wrong.length === 0) return ok('models', `${reports.length} verified: ${reports.map(({ id }) => id).join(', ')}`);
  return missing('models', wrong.map(({ id, state }) => `${id} ${state}`).join(', '), wrong[0]?.advice ?? setUp);
}

function kernelsCheck(): Check {
  const sources = readdirSync(join(projectRoot, 'server', 'kernels', 'assembly'));
  const names = sources
    .filter((name) => name.endsWith('.ts') && !name.startsWith('_'))
    .map((name) => name.slice(0, -3));
  const absent = names.filter((name) => !existsSync(join(kernelsRoot, `${name}.wasm`)));
  if (absent.length > 0) return missing('kernels', `not built: ${absent.join(', ')}`, setUp);
  return ok('kernels', `${names.length} built: ${names.join(', ')}`);
}

const madeBySetUp = (name: string, path: string, what: string, needed = true): Check =>
  existsSync(path) ? ok(name, what, needed) : missing(name, `${what}: not built`, setUp, needed);

/** The parts that a show is made of. */
export async function checkParts(): Promise<Check[]> {
  return [
    nodeCheck(),
    ...(process.platform === 'linux' ? [avahiCheck()] : []),
    await attempt('libndi', libndiCheck),
    discoveryCheck(),
    await attempt('onnxruntime', async () =>
      ok('onnxruntime', `ONNX Runtime ${await runtimeVersion()}, telemetry off`),
    ),
    await attempt('models', modelsCheck),
    kernelsCheck(),
    madeBySetUp('page', join(pageRoot, 'index.html'), 'control page'),
    madeBySetUp('cast', castRoot, "the simulated stage's cast", false),
    madeBySetUp('demo', join(buildRoot, 'demo', 'likenesses'), "the demo's performer and likeness", false),
  ];
}
