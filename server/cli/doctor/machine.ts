import { accessSync, constants, existsSync, mkdirSync, statfsSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { defaultPorts } from '../../show/schema.js';
import { stateRoot } from '../../supervisor/state-folder.js';
import { runningShows } from '../running-show.js';
import { attempt, missing, ok, slow, taken, type Check } from './check.js';

/** First of the names that is a program on the PATH, or in Debian's own folder. */
function programOf(names: readonly string[]): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin'].filter((folder) => folder !== '');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return (
    names.flatMap((name) => folders.map((folder) => join(folder, name + suffix))).find((path) => existsSync(path)) ??
    null
  );
}

function programCheck(name: string, programs: readonly string[], use: string): Check {
  const path = programOf(programs);
  if (path !== null) return ok(name, `${path}, for ${use}`, false);
  return missing(name, `not found; needed for ${use} only`, `On Debian: apt-get install ${programs[0]!}.`, false);
}

function portIsFree(kind: 'tcp' | 'udp', port: number): Promise<boolean> {
  return new Promise((resolve) => {
    if (kind === 'tcp') {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
    } else {
      const socket = createSocket('udp4');
      socket.once('error', () => {
        socket.close();
        resolve(false);
      });
      socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => socket.close(() => resolve(true)));
    }
  });
}

async function portCheck(name: string, kind: 'tcp' | 'udp', port: number, flag: string): Promise<Check> {
  if (await portIsFree(kind, port)) return ok(name, `${kind.toUpperCase()} ${port} is free`, false);
  const running = runningShows();
  const ours = kind === 'tcp' ? running.some(({ record }) => record.httpPort === port) : running.length > 0;
  if (ours) return ok(name, `${kind.toUpperCase()} ${port} is used by the show that runs`, false);
  return taken(
    name,
    `${kind.toUpperCase()} ${port} is in use by another program`,
    `Stop that program, or start with ${flag} <other>.`,
  );
}

const gibibytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);

function coresCheck(): Check {
  const cores = availableParallelism();
  const detail = `${cores} core(s), ${cpus()[0]?.model.trim() ?? 'unknown processor'}`;
  return cores >= 4
    ? ok('cores', detail, false)
    : slow(
        'cores',
        detail,
        'One 1080p camera with the demo runs on two cores with little room; four or more are advised.',
      );
}

function memoryCheck(): Check {
  const detail = `${gibibytes(totalmem())} GiB, ${gibibytes(freemem())} GiB free`;
  return totalmem() >= 3.5 * 2 ** 30
    ? ok('memory', detail, false)
    : slow('memory', detail, 'Each lane takes some 400 MB and inference 500 MB: 4 GiB or more are advised.');
}

/** The nearest folder that exists: the state folder itself is made by the first show. */
function nearest(folder: string): string {
  return existsSync(folder) ? folder : nearest(dirname(folder));
}

function stateCheck(): Check {
  const folder = stateRoot();
  mkdirSync(folder, { recursive: true });
  accessSync(nearest(folder), constants.W_OK);
  const { bavail, bsize } = statfsSync(folder);
  const detail = `${folder}, ${gibibytes(bavail * bsize)} GiB free`;
  return bavail * bsize > 2 ** 29
    ? ok('state folder', detail)
    : slow('state folder', detail, 'Free disk space: no likeness loads when the audit log cannot be written.');
}

function showsCheck(): Check {
  const shows = runningShows();
  if (shows.length === 0) return ok('running shows', 'none', false);
  const told = shows.map(
    ({ stateFolder, record }) =>
      `${stateFolder}: pid ${record.pid}, page http://127.0.0.1:${record.httpPort}/, lanes ${record.lanes.map((lane) => lane.laneId).join(' ')}`,
  );
  return ok('running shows', told.join('; '), false);
}

/** What is round the product: the machine, its ports, programs that only tests and footage need. */
export async function checkMachine(): Promise<Check[]> {
  return [
    coresCheck(),
    memoryCheck(),
    await attempt('state folder', stateCheck, 'Set UNDERSTUDY_STATE to a folder that can be written.'),
    showsCheck(),
    await portCheck('page port', 'tcp', defaultPorts.http, '--http-port'),
    await portCheck('OSC port', 'udp', defaultPorts.osc, '--osc-port'),
    programCheck('chromium', ['chromium', 'chromium-browser', 'google-chrome'], 'browser tests'),
    programCheck('ffmpeg', ['ffmpeg'], 'playing video files and tests with footage'),
  ];
}
