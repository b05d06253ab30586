import { existsSync, type FSWatcher, mkdirSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { IpcClient, ipcPath } from '../ipc/channel.js';
import type { PrepareResult } from '../likeness/prepare.js';
import { buildRoot } from '../paths.js';
import type { ExecutionProvider } from '../onnx/port.js';
import type { InferenceOptions } from '../pipeline/inference-options.js';
import type { LaneOptions } from '../pipeline/lane-options.js';
import type { ProcessStatus } from '../protocol/messages.js';
import { writeFileAtomic } from '../show/atomic-file.js';
import { defaultPorts, type ShowFile, type ShowSource } from '../show/schema.js';
import { readShowFile } from '../show/show-file.js';
import { productVersion } from '../version.js';
import { KeptProcess } from './child.js';
import { consentScopeOf, likenessFolderOf, prepareShow } from './prepare-show.js';
import { stateFolderOf } from './state-folder.js';

export interface RunOptions {
  readonly httpPort?: number;
  readonly oscPort?: number;
  readonly stateFolder?: string;
  readonly interfaces?: readonly string[];
  readonly machineName?: string;
  readonly quiet?: boolean;
  /** Where models run; rules over the show file. */
  readonly provider?: ExecutionProvider;
  /** Further processes of the run, such as the simulated camera: started first, ended last. */
  readonly companions?: readonly { readonly name: string; readonly entry: string; readonly args: readonly string[] }[];
}

/** A free UDP port on loopback, for a lane's bypass door; asked from the system so that two shows do not collide. */
function freeUdpPort(): Promise<number> {
  return new Promise((done, failed) => {
    const socket = createSocket('udp4');
    socket.once('error', failed);
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => done(port));
    });
  });
}

/** A free TCP port on loopback, for a page that may take any: found before control starts, so that a restarted control has the same. */
function freeTcpPort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}

/** The show's processes. Order of starting: companions, inference, control, lanes; of closing: lanes, control, inference, companions. */
export class Supervisor {
  readonly #stateFolder: string;
  readonly #runFolder = mkdtempSync(join(tmpdir(), 'understudy-'));
  readonly #lanes = new Map<string, { kept: KeptProcess; bypassPort: number; outputName: string }>();
  readonly #companions: KeptProcess[] = [];
  #inference: KeptProcess | null = null;
  #control: KeptProcess | null = null;
  #link: IpcClient | null = null;
  #httpPort: number;
  #closing: Promise<void> | null = null;

  constructor(
    private readonly showFile: string | null,
    private show: ShowFile,
    private readonly options: RunOptions,
    private readonly say: (line: string) => void,
  ) {
    this.#stateFolder = options.stateFolder ?? stateFolderOf(show.name);
    this.#httpPort = options.httpPort ?? show.ports?.http ?? defaultPorts.http;
    mkdirSync(this.#stateFolder, { recursive: true });
  }

  get runFolder(): string {
    return this.#runFolder;
  }
  get stateFolder(): string {
    return this.#stateFolder;
  }

  async start(): Promise<void> {
    for (const companion of this.options.companions ?? [])
      this.#companions.push(this.#keep(companion.name, companion.entry, companion.args, 300));
    this.#inference = this.#keep(
      'inference',
      entry('pipeline/inference-process.js'),
      [JSON.stringify(this.#inferenceOptions())],
      50,
    );
    await this.#startControl();
    // Bakes and embeddings are cached: the second start reads them from the state folder.
    const prepared = await prepareShow(this.showFile, this.show, join(this.#stateFolder, 'prepared'));
    for (const fault of prepared.faults) this.say(`${fault.code}: ${fault.message}\n  ${fault.advice}`);
    for (const source of this.show.sources) await this.#startLane(source, prepared);
    this.#link = new IpcClient(ipcPath(this.#runFolder, 'control'), {
      onOpen: () => this.#report(),
      onMessage: () => {},
      onLost: () => {},
    });
    this.#report();
  }

  /**
   * Takes on a changed show: cameras that came are added, cameras that went are ended, the others run on untouched. The
   * control process starts anew with its state, which costs no frame.
   */
  async follow(show: ShowFile): Promise<void> {
    const before = new Map(this.show.sources.map((source) => [source.id, JSON.stringify(source)]));
    this.show = show;
    const wanted = new Map(show.sources.map((source) => [source.id, JSON.stringify(source)]));
    for (const [laneId, { kept }] of [...this.#lanes]) {
      if (wanted.get(laneId) === before.get(laneId)) continue;
      this.#lanes.delete(laneId);
      await kept.close(3000);
      this.say(`Camera ${laneId} ended.`);
    }
    const prepared = await prepareShow(this.showFile, show, join(this.#stateFolder, 'prepared'));
    for (const fault of prepared.faults) this.say(`${fault.code}: ${fault.message}\n  ${fault.advice}`);
    await this.#control?.close(3000);
    await this.#startControl();
    for (const source of show.sources) if (!this.#lanes.has(source.id)) await this.#startLane(source, prepared);
    this.#report();
  }

  /** Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    // A Ctrl-C reaches every process of the terminal at once: none may be restarted now.
    for (const kept of this.#kept()) kept.letGo();
    this.#link?.close();
    await Promise.all([...this.#lanes.values()].map(({ kept }) => kept.close(3000)));
    await this.#control?.close(3000);
    await this.#inference?.close(2000);
    await Promise.all(this.#companions.map((kept) => kept.close(3000)));
    rmSync(this.#runFolder, { recursive: true, force: true });
    rmSync(join(this.#stateFolder, 'run.json'), { force: true });
  }

  #inferenceOptions(): InferenceOptions {
    const { inference, landmarks, sources } = this.show;
    const provider = this.options.provider ?? inference?.provider ?? 'cpu';
    return {
      runFolder: this.#runFolder,
      stateFolder: this.#stateFolder,
      // FaceMesh V2 has nothing that a GPU cannot run; on a CPU it takes twice the time.
      landmarks: landmarks ?? (provider === 'cpu' ? 'fast' : 'best'),
      provider,
      fp16: inference?.fp16 ?? false,
      deviceId: inference?.deviceId ?? 0,
      threads: inference?.threads ?? null,
      lanes: sources.length,
    };
  }
  #interfaces(): readonly string[] {
    return this.options.interfaces ?? this.show.interfaces ?? ['127.0.0.1'];
  }

  async #startControl(): Promise<void> {
    const { show } = this;
    if (this.#httpPort === 0) this.#httpPort = await freeTcpPort();
    const osc = this.options.oscPort ?? show.ports?.osc ?? defaultPorts.osc;
    const ports = {
      ...(osc === 0 ? { oscQuery: 0 } : {}),
      ...show.ports,
      http: this.#httpPort,
      osc: osc === 0 ? await freeUdpPort() : osc,
    };
    const control = {
      runFolder: this.#runFolder,
      stateFolder: this.#stateFolder,
      show: { ...show, ports, interfaces: this.#interfaces() },
      likenessFolders: [likenessFolderOf(this.showFile, show)].filter((folder) => folder !== null),
      version: productVersion,
    };
    this.#control = this.#keep(
      'control',
      entry('control/control-process.js'),
      [JSON.stringify(control)],
      100,
      (message) => {
        if (typeof message['httpPort'] === 'number') this.#httpPort = message['httpPort'];
        this.say(`Control page: http://127.0.0.1:${this.#httpPort}/`);
      },
    );
  }

  async #startLane(source: ShowSource, prepared: PrepareResult): Promise<void> {
    const bypassPort = await freeUdpPort();
    const address = /^[\d.]+:\d+$/.test(source.source) ? source.source : null;
    const failover = source.fallbackSource ?? source.source;
    const lane: LaneOptions = {
      laneId: source.id,
      runFolder: this.#runFolder,
      stateFolder: this.#stateFolder,
      source: { name: source.source, url: address },
      outputName: source.outputName,
      groups: source.groups ?? null,
      failover: /^[\d.]+:\d+$/.test(failover) ? { name: source.source, url: failover } : { name: failover, url: null },
      interfaceAddresses: this.#interfaces(),
      machineName: this.options.machineName ?? null,
      bypassPort,
      webControl: `http://%IP%:${this.#httpPort}/`,
      performers: prepared.performers.map((performer) => ({
        ...performer,
        likenessId:
          source.likeness ??
          this.show.cast.find((member) => member.performerId === performer.performerId)?.likeness ??
          null,
      })),
      likenesses: prepared.likenesses,
      values: this.show.values ?? {},
      discoveryServers: this.show.discoveryServers ?? [],
      askAddresses: this.show.askAddresses ?? [],
      consentScope: consentScopeOf(this.show),
      deepColor: source.deepColor ?? false,
      version: productVersion,
    };
    const kept = this.#keep(
      `lane-${source.id}`,
      entry('pipeline/lane-process.js'),
      [JSON.stringify(lane)],
      20,
      (message) => {
        this.say(`Output: ${String(message['outputName'])}  (camera: ${source.source})`);
      },
    );
    this.#lanes.set(source.id, { kept, bypassPort, outputName: source.outputName });
  }

  #keep(
    name: string,
    path: string,
    args: readonly string[],
    restartAfterMs: number,
    onReady?: (message: Record<string, unknown>) => void,
  ): KeptProcess {
    let first = true;
    return new KeptProcess({
      name,
      entry: path,
      args,
      restartAfterMs,
      niceness: name.startsWith('lane-') || name === 'camera' ? -10 : name === 'inference' ? -5 : 0,
      logFolder: join(this.#stateFolder, 'logs'),
      onReady: (message) => {
        if (first) onReady?.(message);
        else this.say(`${name} is back.`);
        first = false;
      },
      onDeath: (reason) => this.say(`${name} stopped (${reason}); restarting it.`),
      onChange: () => this.#report(),
    });
  }

  #processes(): ProcessStatus[] {
    const own: ProcessStatus = { name: 'supervisor', pid: process.pid, alive: true, restarts: 0 };
    return [own, ...this.#kept().map((one) => one.status)];
  }
  #kept(): KeptProcess[] {
    const all = [
      this.#inference,
      this.#control,
      ...[...this.#lanes.values()].map((lane) => lane.kept),
      ...this.#companions,
    ];
    return all.filter((one) => one !== null);
  }

  /** Tells control, and whoever looks for a running show, which processes there are. */
  #report(): void {
    this.#link?.channel?.send({ type: 'processes', processes: this.#processes() });
    const lanes = [...this.#lanes].map(([laneId, { kept, bypassPort, outputName }]) => ({
      laneId,
      pid: kept.pid,
      bypassPort,
      outputName,
    }));
    const run = {
      pid: process.pid,
      runFolder: this.#runFolder,
      httpPort: this.#httpPort,
      lanes,
      inferencePid: this.#inference?.pid ?? null,
      controlPid: this.#control?.pid ?? null,
    };
    // Other verbs read it at any moment.
    writeFileAtomic(join(this.#stateFolder, 'run.json'), JSON.stringify(run, null, 1));
  }
}

const entry = (path: string): string => join(buildRoot, 'server', path);

/** Cameras are added and removed by editing the show file while the show runs; a faulty file changes nothing. */
function followShowFile(showFile: string, supervisor: Supervisor, say: (line: string) => void): FSWatcher {
  let timer: NodeJS.Timeout | null = null;
  let last = readFileSync(showFile, 'utf8');
  let busy = Promise.resolve();
  const take = (): void => {
    const text = readFileSync(showFile, 'utf8');
    if (text === last) return;
    last = text;
    try {
      const show = readShowFile(showFile);
      busy = busy.then(() => supervisor.follow(show));
      say('The show file changed.');
    } catch (error) {
      const { code = '', message, advice = '' } = error as Error & { code?: string; advice?: string };
      say(`The changed show file is not used. ${code}: ${message}\n  ${advice}`);
    }
  };
  // Editors write in several steps, or put a new file in the old one's place: the folder is watched, and a moment waited.
  return watch(dirname(resolve(showFile)), () => {
    if (timer) clearTimeout(timer);
    timer = setTimeout(() => {
      if (existsSync(showFile)) take();
    }, 300);
  });
}

/** Runs a show until Ctrl-C or SIGTERM. Resolves with the process's exit code. */
export async function runShow(showFile: string | null, show: ShowFile, options: RunOptions): Promise<number> {
  const say = (line: string): void => {
    if (options.quiet !== true) process.stdout.write(`${line}\n`);
  };
  const supervisor = new Supervisor(showFile, show, options, say);
  const stopped = new Promise<number>((resolve) => {
    let asked = false;
    const stop = (): void => {
      if (asked) return;
      asked = true;
      say('Closing …');
      void supervisor.close().then(() => resolve(0));
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
  try {
    await supervisor.start();
  } catch (error) {
    // Nothing half-started is left behind.
    await supervisor.close();
    throw error;
  }
  const watching = showFile === null ? null : followShowFile(showFile, supervisor, say);
  say('Ctrl-C ends the show.');
  const code = await stopped;
  watching?.close();
  return code;
}
