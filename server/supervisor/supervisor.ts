import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IpcClient, ipcPath } from '../ipc/channel.js';
import type { PrepareResult } from '../likeness/prepare.js';
import type { Precedence } from '../likeness/run-prepare.js';
import { buildRoot } from '../paths.js';
import type { ExecutionProvider } from '../onnx/port.js';
import type { InferenceOptions } from '../pipeline/inference-options.js';
import type { ControlOptions } from '../control/options.js';
import type { LaneOptions } from '../pipeline/lane-options.js';
import type { ProcessStatus } from '../protocol/messages.js';
import { writeFileAtomic } from '../show/atomic-file.js';
import { defaultPorts, type ShowFile, type ShowSource } from '../show/schema.js';
import { productVersion } from '../version.js';
import { KeptProcess } from './child.js';
import { freeTcpPort, freeUdpPort } from './free-ports.js';
import { monitorValues } from '../show/monitor-values.js';
import { monitorsOf } from './monitors.js';
import { nicenessOf } from './precedence.js';
import { consentScopeOf, enginesOf, flowModelOf, likenessFolderOf, prepareShow } from './prepare-show.js';
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

/** The show's processes. Order of starting: companions, inference, lanes, control; of closing: lanes, control, inference, companions. */
export class Supervisor {
  readonly #stateFolder: string;
  readonly #runFolder = mkdtempSync(join(tmpdir(), 'understudy-'));
  readonly #lanes = new Map<string, { kept: KeptProcess; bypassPort: number; outputName: string }>();
  readonly #companions: KeptProcess[] = [];
  #inference: KeptProcess | null = null;
  #control: KeptProcess | null = null;
  #link: IpcClient | null = null;
  #prepared: PrepareResult | null = null;
  #httpPort: number;
  #controlPorts: NonNullable<ShowFile['ports']> = {};
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

  /**
   * What the first picture waits for comes first: the camera, the models, the likenesses, then the lanes; the desk, which no picture
   * waits for, last. Nothing is started any more once `close` was called.
   */
  async start(): Promise<void> {
    for (const companion of this.options.companions ?? [])
      this.#companions.push(this.#keep(companion.name, companion.entry, companion.args, 300));
    this.#inference = this.#keep(
      'inference',
      entry('pipeline/inference-process.js'),
      [JSON.stringify(this.#inferenceOptions())],
      50,
    );
    // Bakes and embeddings are cached: the second start reads them from the state folder.
    const preparing = this.#prepare('first');
    if (this.#httpPort === 0) this.#httpPort = await freeTcpPort();
    const prepared = this.#take(await preparing);
    for (const source of this.show.sources) await this.#startLane(source, prepared);
    await this.#startControl();
    if (this.#closing) return;
    this.#link = new IpcClient(ipcPath(this.#runFolder, 'control'), {
      onOpen: () => {
        this.#tellPrepared();
        this.#report();
      },
      onMessage: () => {},
      onLost: () => {},
    });
    this.#report();
  }

  /**
   * Takes on a changed show: cameras that came are added, cameras that went are ended, the others run on untouched. The
   * control process takes it on too, or starts anew with its state where it must, which costs no frame.
   */
  async follow(show: ShowFile): Promise<void> {
    const before = new Map(this.show.sources.map((source) => [source.id, laneText(this.show, source)]));
    const settled = settledAtStart(show) === settledAtStart(this.show);
    this.show = show;
    const wanted = new Map(show.sources.map((source) => [source.id, laneText(show, source)]));
    for (const [laneId, { kept }] of [...this.#lanes]) {
      if (wanted.get(laneId) === before.get(laneId)) continue;
      this.#lanes.delete(laneId);
      await kept.close(3000);
      this.say(`Camera ${laneId} ended.`);
    }
    const prepared = this.#take(await this.#prepare('stand-back'));
    // Cameras, cast and cues are taken on by the running process; ports, access and the like need a new one, with its state.
    if (settled && this.#link?.channel != null) {
      this.#link.channel.send({ type: 'show', show: this.#controlOptions().show });
      // After the show, whose cast list they belong to.
      this.#tellPrepared();
    } else {
      await this.#control?.close(3000);
      await this.#startControl();
    }
    for (const source of show.sources) if (!this.#lanes.has(source.id)) await this.#startLane(source, prepared);
    this.#report();
  }

  #prepare(precedence: Precedence): Promise<PrepareResult> {
    const folders = { cache: join(this.#stateFolder, 'prepared'), performers: join(this.#stateFolder, 'performers') };
    return prepareShow(this.showFile, this.show, folders.cache, { performersFolder: folders.performers, precedence });
  }
  #take(prepared: PrepareResult): PrepareResult {
    for (const fault of prepared.faults) this.say(`${fault.code}: ${fault.message}\n  ${fault.advice}`);
    return (this.#prepared = prepared);
  }
  /** What was made of photos: control hands it to the lanes, which load it beside what they show. */
  #tellPrepared(): void {
    const { performers, faults } = this.#prepared ?? {};
    if (performers && faults) this.#link?.channel?.send({ type: 'prepared', performers, faults });
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
    this.#controlPorts = {
      ...(osc === 0 ? { oscQuery: 0 } : {}),
      ...show.ports,
      http: this.#httpPort,
      osc: osc === 0 ? await freeUdpPort() : osc,
    };
    if (this.#closing) return;
    this.#control = this.#keep(
      'control',
      entry('control/control-process.js'),
      () => [JSON.stringify(this.#controlOptions())],
      100,
      (message) => {
        if (typeof message['httpPort'] === 'number') this.#httpPort = message['httpPort'];
        this.say(`Control page: http://127.0.0.1:${this.#httpPort}/`);
      },
    );
  }
  #controlOptions(): Omit<ControlOptions, 'pageFolder' | 'canonicalFaceFile'> {
    const { show } = this;
    return {
      runFolder: this.#runFolder,
      stateFolder: this.#stateFolder,
      show: { ...show, ports: this.#controlPorts, interfaces: [...this.#interfaces()] },
      likenessFolders: [likenessFolderOf(this.showFile, show)].filter((folder) => folder !== null),
      version: productVersion,
    };
  }

  async #startLane(source: ShowSource, prepared: PrepareResult): Promise<void> {
    const bypassPort = await freeUdpPort();
    if (this.#closing) return;
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
      performers: prepared.performers.flatMap((performer) => {
        // Who was enrolled before a camera may have been taken out of the cast since: control says.
        const member = this.show.cast.find(({ performerId }) => performerId === performer.performerId);
        return member ? [{ ...performer, likenessId: source.likeness ?? member.likeness ?? null }] : [];
      }),
      likenesses: prepared.likenesses,
      values: { ...monitorValues(this.show), ...this.show.values },
      monitors: monitorsOf(this.showFile, this.show, source),
      discoveryServers: this.show.discoveryServers ?? [],
      askAddresses: this.show.askAddresses ?? [],
      consentScope: consentScopeOf(this.show),
      engines: enginesOf(this.show),
      flowModel: flowModelOf(this.show),
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
    args: readonly string[] | (() => readonly string[]),
    restartAfterMs: number,
    onReady?: (message: Record<string, unknown>) => void,
  ): KeptProcess {
    let first = true;
    return new KeptProcess({
      name,
      entry: path,
      args,
      restartAfterMs,
      niceness: nicenessOf(name),
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

/** What of the show a lane is started with, to tell whether it must be started anew. */
const laneText = (show: ShowFile, source: ShowSource): string =>
  JSON.stringify([source, (show.outputs ?? []).filter(({ laneId }) => laneId === source.id)]);

/** What the control process settles when it starts; the rest of a show it can follow. */
function settledAtStart(show: ShowFile): string {
  const { sources: _sources, cast: _cast, looks: _looks, cues: _cues, stage: _stage, values: _values, ...rest } = show;
  return JSON.stringify(rest);
}

const entry = (path: string): string => join(buildRoot, 'server', path);
