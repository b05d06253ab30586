import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { IpcClient, ipcPath } from '../ipc/channel.js';
import type { PrepareResult } from '../likeness/prepared.js';
import type { Precedence } from '../likeness/run-prepare.js';
import { entryOf } from '../paths.js';
import type { ControlOptions } from '../control/options.js';
import type { ProcessStatus } from '../protocol/messages.js';
import { defaultPorts, type ShowFile, type ShowSource } from '../show/schema.js';
import { productVersion } from '../version.js';
import { KeptProcess } from './child.js';
import { freeTcpPort, freeUdpPort } from './free-ports.js';
import { Multiviews } from './multiviews.js';
import { nicenessOf } from './precedence.js';
import { inferenceOptionsOf, laneOptionsOf, laneText, type RunFacts, settledAtStart } from './process-options.js';
import { enginesOf, likenessFolderOf, prepareShow } from './prepare-show.js';
import { processNews } from './process-news.js';
import { RunFile } from './run-file.js';
import type { RunOptions } from './run-options.js';
import { assertMayStart } from './start-ports.js';
import { StartLog } from './start-log.js';
import { type RunRecord, stateFolderOf } from './state-folder.js';

/** How long the desk waits for lanes that are not ready. */
const lanePatienceMs = 1500;

/** The show's processes. Order of starting: companions, lanes, inference, control; of closing: lanes, control, inference, companions. */
export class Supervisor {
  readonly #stateFolder: string;
  readonly #runFolder = mkdtempSync(join(tmpdir(), 'understudy-'));
  readonly #lanes = new Map<string, { kept: KeptProcess; bypassPort: number; outputName: string }>();
  readonly #multiviews = new Multiviews((name, options) =>
    this.#keep(name, entryOf('pipeline/multiview-process.ts'), [JSON.stringify(options)], 300, (message) => {
      this.say(`Multiview: ${String(message['outputName'])}`);
    }),
  );
  readonly #companions: KeptProcess[] = [];
  readonly #startLog: StartLog;
  readonly #runFile: RunFile;
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
    mkdirSync(join(this.#stateFolder, 'logs'), { recursive: true });
    this.#startLog = new StartLog(join(this.#stateFolder, 'logs', 'start.log'));
    this.#startLog.note('supervisor', 'show read');
    this.#runFile = new RunFile(this.#stateFolder, () => this.#runRecord());
  }

  get runFolder(): string {
    return this.#runFolder;
  }
  get stateFolder(): string {
    return this.#stateFolder;
  }

  /**
   * What the first picture waits for comes first: the camera, the likenesses, the lanes. Models follow, without which a lane conceals; the
   * desk comes when a lane runs, since all of them together would only share two cores. Nothing is started any more once `close` was called.
   */
  async start(): Promise<void> {
    const ports = { http: this.#httpPort, osc: this.#oscPort };
    await assertMayStart(this.#stateFolder, this.#facts.interfaces, ports);
    for (const companion of this.options.companions ?? [])
      this.#companions.push(this.#keep(companion.name, companion.entry, companion.args, 300));
    // Bakes and embeddings are cached: the second start finds them in the state folder. Making them takes seconds, beside the models.
    const preparing = this.#prepare('first');
    if (preparing instanceof Promise) this.#startInference();
    if (this.#httpPort === 0) this.#httpPort = await freeTcpPort();
    const prepared = this.#take(await preparing);
    this.#startLog.note('supervisor', 'likenesses found or made');
    for (const source of this.show.sources) await this.#startLane(source, prepared);
    if (!this.#inference) this.#startInference();
    await this.#lanesOrPatience();
    await this.#startControl();
    await this.#followMultiviews();
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

  #startInference(): void {
    const options = [JSON.stringify(inferenceOptionsOf(this.#facts, this.options.provider))];
    this.#inference = this.#keep('inference', entryOf('pipeline/inference-process.ts'), options, 50);
  }
  /** Until every lane is ready, or has had its time. */
  async #lanesOrPatience(): Promise<void> {
    const ready = Promise.all([...this.#lanes.values()].map(({ kept }) => kept.firstReady));
    await Promise.race([ready, sleep(lanePatienceMs, undefined, { ref: false })]);
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
    await this.#followMultiviews();
    this.#report();
  }

  #prepare(precedence: Precedence): PrepareResult | Promise<PrepareResult> {
    const folders = { cache: join(this.#stateFolder, 'prepared'), performers: join(this.#stateFolder, 'performers') };
    return prepareShow(this.showFile, this.show, folders.cache, { performersFolder: folders.performers, precedence });
  }
  #take(prepared: PrepareResult): PrepareResult {
    for (const fault of prepared.faults) this.say(`${fault.code}: ${fault.message}\n  ${fault.advice}`);
    return (this.#prepared = prepared);
  }
  /** What was made of photos: control hands it to the lanes, which load it beside what they show. */
  #tellPrepared(): void {
    if (this.#prepared) this.#link?.channel?.send({ type: 'prepared', ...this.#prepared });
  }

  /** Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    // A Ctrl-C reaches every process of the terminal at once: none may be restarted now.
    for (const kept of this.#kept()) kept.letGo();
    this.#startLog.close();
    this.#link?.close();
    await Promise.all([this.#multiviews.close(), ...[...this.#lanes.values()].map(({ kept }) => kept.close(3000))]);
    await this.#control?.close(3000);
    await this.#inference?.close(2000);
    await Promise.all(this.#companions.map((kept) => kept.close(3000)));
    rmSync(this.#runFolder, { recursive: true, force: true });
    this.#runFile.remove();
  }

  get #oscPort(): number {
    return this.options.oscPort ?? this.show.ports?.osc ?? defaultPorts.osc;
  }
  get #facts(): RunFacts {
    return {
      showFile: this.showFile,
      show: this.show,
      runFolder: this.#runFolder,
      stateFolder: this.#stateFolder,
      interfaces: this.options.interfaces ?? this.show.interfaces ?? ['127.0.0.1'],
      machineName: this.options.machineName ?? null,
      httpPort: this.#httpPort,
    };
  }

  async #startControl(): Promise<void> {
    const { show } = this;
    if (this.#httpPort === 0) this.#httpPort = await freeTcpPort();
    const osc = this.#oscPort;
    this.#controlPorts = {
      ...(osc === 0 ? { oscQuery: 0 } : {}),
      ...show.ports,
      http: this.#httpPort,
      osc: osc === 0 ? await freeUdpPort() : osc,
    };
    if (this.#closing) return;
    this.#control = this.#keep(
      'control',
      entryOf('control/control-process.ts'),
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
      show: { ...show, ports: this.#controlPorts, interfaces: [...this.#facts.interfaces] },
      likenessFolders: [likenessFolderOf(this.showFile, show)].filter((folder) => folder !== null),
      engines: enginesOf(show),
      version: productVersion,
    };
  }

  async #followMultiviews(): Promise<void> {
    if (!this.#closing) await this.#multiviews.follow(this.#facts);
  }

  async #startLane(source: ShowSource, prepared: PrepareResult): Promise<void> {
    const bypassPort = await freeUdpPort();
    if (this.#closing) return;
    const lane = laneOptionsOf(source, prepared, bypassPort, this.#facts);
    const kept = this.#keep(
      `lane-${source.id}`,
      entryOf('pipeline/lane-process.ts'),
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
    return new KeptProcess({
      name,
      entry: path,
      args,
      restartAfterMs,
      niceness: nicenessOf(name),
      logFolder: join(this.#stateFolder, 'logs'),
      onMark: (what, atUs) => this.#startLog.note(name, what, atUs),
      ...processNews(name, this.say, onReady),
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
      ...this.#multiviews.kept,
      ...this.#companions,
    ];
    return all.filter((one) => one !== null);
  }

  /** Tells control, and whoever looks for a running show, which processes there are. */
  #report(): void {
    this.#link?.channel?.send({ type: 'processes', processes: this.#processes() });
    this.#runFile.changed();
  }
  #runRecord(): RunRecord {
    const lanes = [...this.#lanes].map(([laneId, { kept, bypassPort, outputName }]) => ({
      laneId,
      pid: kept.pid,
      bypassPort,
      outputName,
    }));
    return {
      pid: process.pid,
      runFolder: this.#runFolder,
      httpPort: this.#httpPort,
      lanes,
      inferencePid: this.#inference?.pid ?? null,
      controlPid: this.#control?.pid ?? null,
    };
  }
}
