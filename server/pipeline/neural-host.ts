import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { IpcMessage } from '../ipc/channel.js';
import type { SessionOptions } from '../onnx/port.js';
import { entryOf } from '../paths.js';
import type { NeuralEngineRequest } from '../stages/keyframe/patch-contract.js';
import type { NeuralSpec } from '../likeness/neural/spec.js';
import { InferenceQueue, type LanePriority } from './inference-queue.js';
import type { NeuralOrder, NeuralReport } from './neural-process.js';
import type { WorkRequest } from './neural-work.js';
import type { Clock } from '../time/clock.js';

/** A lane, as far as engines go. */
export interface NeuralClient {
  readonly channel: { readonly open: boolean; send(head: IpcMessage['head'], payload?: Uint8Array): boolean };
  readonly priority: LanePriority;
}

/** A process that died is started anew after this, so that one which dies again and again does not eat the machine. */
const restartMs = 1000;

/** One engine's process, and the lanes that want it under names of their own. */
class Running<Lane extends NeuralClient> {
  readonly users = new Map<Lane, string>();
  readonly queue: InferenceQueue<Lane>;
  #child: ChildProcess | null = null;
  #loadMs = -1;
  #fault: string | null = null;
  #ticket = 0;
  #answer: ((report: NeuralReport | null) => void) | null = null;
  #closed = false;

  constructor(
    private readonly spec: NeuralSpec,
    private readonly session: Partial<SessionOptions>,
    clock: Clock,
  ) {
    this.queue = new InferenceQueue<Lane>(clock, (lane, message) => this.#serve(lane, message));
    this.#start();
  }

  join(lane: Lane, key: string): void {
    this.users.set(lane, key);
    if (this.#loadMs >= 0) lane.channel.send({ type: 'neural-ready', key, loadMs: this.#loadMs });
    else if (this.#fault !== null) lane.channel.send({ type: 'neural-fault', key, message: this.#fault });
  }
  close(): void {
    this.#closed = true;
    this.#child?.kill('SIGTERM');
  }

  #start(): void {
    const child = fork(entryOf('pipeline/neural-process.ts'), [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
    });
    this.#child = child;
    child.on('message', (report: NeuralReport) => this.#take(report));
    child.on('error', () => child.kill('SIGKILL'));
    child.once('exit', () => this.#ended());
    this.#order({ type: 'load', spec: this.spec, session: this.session });
  }
  #ended(): void {
    this.#loadMs = -1;
    this.#answer?.(null);
    if (this.#closed) return;
    this.#tell({ type: 'neural-fault', message: 'its process ended; it is started again' });
    setTimeout(() => {
      if (!this.#closed) this.#start();
    }, restartMs).unref();
  }
  #order(order: NeuralOrder): void {
    if (this.#child?.connected === true) this.#child.send(order);
  }
  #tell(head: { readonly type: string } & Record<string, unknown>): void {
    for (const [lane, key] of this.users) lane.channel.send({ ...head, key });
  }

  #take(report: NeuralReport): void {
    switch (report.type) {
      case 'ready':
        this.#loadMs = report.loadMs;
        this.#fault = null;
        return this.#tell({ type: 'neural-ready', loadMs: report.loadMs });
      case 'fault':
        this.#fault = report.message;
        return this.#tell({ type: 'neural-fault', message: report.message });
      case 'done':
      case 'failed':
        if (report.ticket === this.#ticket) this.#answer?.(report);
    }
  }

  /** One at a time; lanes by tally and age, each face's newest request. */
  async #serve(lane: Lane, { head, payload }: IpcMessage): Promise<void> {
    const key = this.users.get(lane);
    if (!lane.channel.open || key === undefined || this.#loadMs < 0) return;
    const ticket = ++this.#ticket;
    const report = await new Promise<NeuralReport | null>((resolve) => {
      this.#answer = resolve;
      this.#order({ type: 'run', ticket, head: head as unknown as WorkRequest, payload });
    });
    this.#answer = null;
    if (report?.type === 'done') lane.channel.send({ ...report.head, key }, report.payload);
    else if (report?.type === 'failed') {
      // The lane must not wait for ever for what does not come.
      lane.channel.send({ type: 'neural-fault', key, message: report.message });
      lane.channel.send({ type: 'neural-ready', key, loadMs: this.#loadMs });
    }
  }
}

/** The neural engines of all lanes: equal specs share a process, and one that nobody wants any more ends. */
export class NeuralHost<Lane extends NeuralClient> {
  readonly #running = new Map<string, Running<Lane>>();
  readonly #keys = new Map<Lane, Map<string, string>>();
  constructor(
    private readonly session: Partial<SessionOptions>,
    private readonly clock: Clock,
  ) {}

  /** True where the message was for an engine. */
  take(lane: Lane, message: IpcMessage): boolean {
    const { head } = message;
    const key = String(head['key']);
    switch (head.type) {
      case 'neural-engine':
        this.#want(lane, message.head as unknown as NeuralEngineRequest);
        return true;
      case 'neural-drop':
        this.#drop(lane, key);
        return true;
      case 'patch':
      case 'flow':
        this.#running
          .get(this.#keys.get(lane)?.get(key) ?? '')
          ?.queue.put(lane, `${head.type} ${String(head['faceId'])}`, message);
        return true;
      default:
        return false;
    }
  }
  forget(lane: Lane): void {
    for (const key of [...(this.#keys.get(lane)?.keys() ?? [])]) this.#drop(lane, key);
    this.#keys.delete(lane);
  }
  close(): void {
    for (const running of this.#running.values()) running.close();
    this.#running.clear();
  }

  #want(lane: Lane, { key, spec }: NeuralEngineRequest): void {
    const name = createHash('sha256').update(JSON.stringify(spec)).digest('hex');
    const own = this.#keys.get(lane) ?? new Map<string, string>();
    this.#keys.set(lane, own);
    own.set(key, name);
    let running = this.#running.get(name);
    if (!running) {
      running = new Running<Lane>(spec, this.session, this.clock);
      this.#running.set(name, running);
    }
    running.join(lane, key);
  }
  #drop(lane: Lane, key: string): void {
    const name = this.#keys.get(lane)?.get(key);
    this.#keys.get(lane)?.delete(key);
    const running = name === undefined ? undefined : this.#running.get(name);
    if (name === undefined || !running) return;
    running.users.delete(lane);
    running.queue.forget(lane);
    if (running.users.size > 0) return;
    running.close();
    this.#running.delete(name);
  }
}
