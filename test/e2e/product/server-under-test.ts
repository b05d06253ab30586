import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { buildRoot, entryOf } from '../../../server/paths.js';
import type { ParamValue } from '../../../server/protocol/descriptors.js';
import type { AlarmMessage, LaneStatus, ServerMessage } from '../../../server/protocol/messages.js';
import type { MultiviewStatus } from '../../../server/protocol/multiview-link.js';
import type { ShowFile } from '../../../server/show/schema.js';
import { demoShowOnDisk } from '../../../server/supervisor/demo.js';
import { prepareShow } from '../../../server/supervisor/prepare-show.js';

export interface ServerOptions {
  /** NDI name of the camera: "MACHINE (NAME)". */
  readonly source: string;
  readonly outputName: string;
  /** Holds the show file and the state folder; a second server on the same folder is the same show after a power loss. */
  readonly folder: string;
  readonly fallbackSource?: string;
  readonly values?: Readonly<Record<string, ParamValue>>;
  /** More of the show file, such as looks and cues. */
  readonly show?: Partial<ShowFile>;
  readonly environment?: NodeJS.ProcessEnv;
}
interface RunRecord {
  readonly httpPort: number;
  readonly inferencePid: number | null;
  readonly controlPid: number | null;
  readonly lanes: readonly { readonly laneId: string; readonly pid: number | null; readonly bypassPort: number }[];
}
export type Part = 'lane' | 'inference' | 'control';

export const laneId = 'cam-a';
export const laneAddress = (name: string): string => `/understudy/lane/${laneId}/${name}`;
export const outputAddress = (name: string): string => `/understudy/output/${laneId}/${name}`;

/** The product as an operator starts it: `understudy start show.json`, in a process group of its own. */
export class ServerUnderTest {
  readonly alarms: AlarmMessage[] = [];
  status: LaneStatus | null = null;
  multiviews: readonly MultiviewStatus[] = [];
  output = '';
  #socket: WebSocket | null = null;
  #ended = false;

  private constructor(
    private readonly child: ChildProcess,
    private readonly stateFolder: string,
    readonly oscPort: number,
  ) {
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (text: Buffer) => (this.output += text.toString()));
    child.once('exit', () => (this.#ended = true));
  }

  static async start(options: ServerOptions): Promise<ServerUnderTest> {
    const stateFolder = join(options.folder, 'state');
    await layOutState(stateFolder);
    const show = demoShowOnDisk();
    const [source] = show.sources;
    const file = join(options.folder, 'show.json');
    writeFileSync(
      file,
      JSON.stringify({
        ...show,
        ...options.show,
        sources: [
          {
            ...source,
            id: laneId,
            source: options.source,
            outputName: options.outputName,
            // With a cast of its own nobody in particular is expected before the camera.
            ...(options.show?.cast === undefined ? {} : { performer: null }),
            ...(options.fallbackSource === undefined ? {} : { fallbackSource: options.fallbackSource }),
          },
        ],
        ...(options.values === undefined ? {} : { values: options.values }),
      }),
    );
    const oscPort = await freeUdpPort();
    const child = spawn(
      process.execPath,
      [
        entryOf('main.ts'),
        'start',
        file,
        '--state',
        stateFolder,
        '--http-port',
        '0',
        '--osc-port',
        String(oscPort),
        '--machine-name',
        'UNDERSTUDY',
      ],
      { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.environment } },
    );
    const server = new ServerUnderTest(child, stateFolder, oscPort);
    await server.#until(
      () => server.output.includes('Output: ') && server.output.includes('Control page: '),
      60_000,
      'output and control page',
    );
    return server;
  }

  /** What the processes wrote, for the message of a test that fails. */
  logs(): string {
    const folder = join(this.stateFolder, 'logs');
    const texts = existsSync(folder)
      ? readdirSync(folder).map((name) => `--- ${name}\n${readFileSync(join(folder, name), 'utf8').slice(-1500)}`)
      : [];
    return [this.output, ...texts].join('\n');
  }

  run(): RunRecord {
    return JSON.parse(readFileSync(join(this.stateFolder, 'run.json'), 'utf8')) as RunRecord;
  }
  pidOf(part: Part): number | null {
    const { lanes, inferencePid, controlPid } = this.run();
    return part === 'lane' ? lanes[0]!.pid : part === 'inference' ? inferencePid : controlPid;
  }
  /** kill -9. */
  async kill(part: Part): Promise<number> {
    const pid = await this.alive(part);
    process.kill(pid, 'SIGKILL');
    return pid;
  }
  /** Waits until the process is there, with another pid than `before`. */
  async alive(part: Part, before: number | null = null): Promise<number> {
    const there = (): number | null => {
      const pid = this.pidOf(part);
      return pid !== null && pid !== before ? pid : null;
    };
    await this.#until(() => there() !== null, 10_000, part);
    return there()!;
  }
  /** Kills the process again each time it is back, until told to stop. */
  keepDead(part: Part): () => void {
    let last = 0;
    const timer = setInterval(() => {
      const pid = this.pidOf(part);
      if (pid === null || pid === last) return;
      last = pid;
      process.kill(pid, 'SIGKILL');
    }, 20);
    return () => clearInterval(timer);
  }

  /** The words "bypass on" at the lane's own door. */
  bypassDoor(on: boolean): void {
    sendUdp(this.run().lanes[0]!.bypassPort, Buffer.from(on ? 'bypass on' : 'bypass off'));
  }
  async set(address: string, value: ParamValue): Promise<void> {
    const answer = await fetch(`http://127.0.0.1:${this.run().httpPort}/params${address}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ value }),
    });
    if (answer.status !== 200)
      throw new Error(`${address} = ${String(value)}: ${answer.status} ${await answer.text()}`);
  }
  async values(): Promise<Record<string, ParamValue>> {
    const answer = await fetch(`http://127.0.0.1:${this.run().httpPort}/params`);
    return ((await answer.json()) as { values: Record<string, ParamValue> }).values;
  }

  /** Follows alarms and status over the page's WebSocket. */
  async watch(): Promise<WebSocket> {
    const port = this.run().httpPort;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { origin: `http://127.0.0.1:${port}` });
    socket.on('message', (data: Buffer, binary: boolean) => {
      if (binary) return;
      const message = JSON.parse(data.toString()) as ServerMessage;
      if (message.type === 'alarms') this.alarms.push(...message.alarms);
      if (message.type !== 'status') return;
      this.status = message.lanes[0] ?? null;
      this.multiviews = message.multiviews ?? [];
    });
    socket.on('error', () => {});
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    this.#socket = socket;
    return socket;
  }
  alarmWas(code: string, timeoutMs = 5000): Promise<void> {
    return this.#until(() => this.alarms.some((alarm) => alarm.code === code), timeoutMs, `the alarm ${code}`);
  }

  /** As the plug pulled from the wall: everything of the show at once. */
  async powerLoss(): Promise<void> {
    this.#socket?.terminate();
    this.#killGroup();
    await this.#until(() => this.#ended, 5000, 'the end');
  }
  /** SIGTERM as Ctrl-C does; what is left after 10 s is killed. Returns whether it ended by itself. */
  async close(): Promise<boolean> {
    this.#socket?.terminate();
    if (this.#ended) return true;
    this.child.kill('SIGTERM');
    await this.#until(() => this.#ended, 10_000, 'the end').catch(() => {});
    const byItself = this.#ended;
    this.#killGroup();
    return byItself;
  }
  #killGroup(): void {
    try {
      process.kill(-this.child.pid!, 'SIGKILL');
    } catch {
      // Nobody of the group is left.
    }
  }
  async #until(condition: () => boolean, timeoutMs: number, what: string): Promise<void> {
    for (let waitedMs = 0; waitedMs < timeoutMs; waitedMs += 20) {
      if (condition()) return;
      if (this.#ended) break;
      await sleep(20);
    }
    if (!condition()) throw new Error(`no ${what} within ${timeoutMs} ms\n${this.logs()}`);
  }
}

/** Bakes are made once for all tests and laid into each state folder. */
async function layOutState(stateFolder: string): Promise<void> {
  mkdirSync(stateFolder, { recursive: true });
  const target = join(stateFolder, 'prepared');
  if (existsSync(target)) return;
  const cache = join(buildRoot, 'demo', 'prepared');
  const { faults } = await prepareShow(null, demoShowOnDisk(), cache);
  if (faults.length > 0) throw new Error(JSON.stringify(faults));
  cpSync(cache, target, { recursive: true });
}

export function sendUdp(port: number, packet: Uint8Array): void {
  const socket = createSocket('udp4');
  socket.send(packet, port, '127.0.0.1', () => socket.close());
}
export function freeUdpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4').once('error', reject);
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}
