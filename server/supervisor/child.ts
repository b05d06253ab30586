import { type ChildProcess, fork } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import type { InstantUs } from '../time/time.js';
import type { ProcessStatus } from '../protocol/messages.js';

/** Why a process could not start, in its own words. */
export interface ProcessFault {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}

export interface ChildOptions {
  readonly name: string;
  /** Transpiled entry, absolute. */
  readonly entry: string;
  /** Asked at every start, so that a restart has what holds then. */
  readonly args: readonly string[] | (() => readonly string[]);
  readonly logFolder: string;
  /** Milliseconds from a death to the restart. */
  readonly restartAfterMs: number;
  /** Niceness of the process, −20 (first) to 19. */
  readonly niceness?: number;
  /** A step of its start, by its own word or ours. */
  readonly onMark?: (what: string, atUs?: InstantUs) => void;
  readonly onReady?: (message: Record<string, unknown>) => void;
  /** `fault`: what it said of itself before, where it could not start. */
  readonly onDeath?: (reason: string, fault: ProcessFault | null) => void;
  readonly onChange: () => void;
}

/** A process that is kept alive: started, watched, restarted, ended on request. */
export class KeptProcess {
  restarts = 0;
  ready = false;
  /** Resolves when the process has said for the first time that it is ready, or is no longer wanted. */
  readonly firstReady: Promise<void>;
  #settle: () => void = () => {};
  #child: ChildProcess | null = null;
  #closing = false;
  /** What the process said of itself when it became ready. */
  #detail: string | null = null;
  /** Of the process that runs now. */
  #fault: ProcessFault | null = null;
  #timer: NodeJS.Timeout | null = null;
  #deaths: number[] = [];

  constructor(private readonly options: ChildOptions) {
    mkdirSync(options.logFolder, { recursive: true });
    this.firstReady = new Promise((resolve) => (this.#settle = resolve));
    this.#start();
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }
  get status(): ProcessStatus {
    const { name } = this.options;
    return {
      name,
      pid: this.pid,
      alive: this.#child !== null,
      restarts: this.restarts,
      ...(this.#detail === null ? {} : { detail: this.#detail }),
    };
  }

  /** From now on a death is an end: the show is closing. */
  letGo(): void {
    this.#closing = true;
    this.#settle();
    if (this.#timer) clearTimeout(this.#timer);
  }

  /** Asks the process to end, and ends it by force where it does not within `patienceMs`. */
  async close(patienceMs: number): Promise<void> {
    this.letGo();
    const child = this.#child;
    if (!child) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    await gone;
    clearTimeout(force);
  }

  #start(): void {
    const { name, entry, args, logFolder } = this.options;
    this.ready = false;
    this.#fault = null;
    const child = fork(entry, [...(typeof args === 'function' ? args() : args)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Every waiting NDI capture holds a libuv thread; previews are encoded in the others.
      env: { ...process.env, ORT_DISABLE_TELEMETRY: '1', UV_THREADPOOL_SIZE: '8' },
    });
    this.#child = child;
    this.options.onMark?.('process started');
    this.#prioritise(child.pid);
    const log = createWriteStream(join(logFolder, `${name}.log`), { flags: 'a' });
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    child.on('message', (message) => {
      const said = message as Record<string, unknown>;
      if (said['type'] === 'mark') this.options.onMark?.(String(said['what']), Number(said['atUs']) as InstantUs);
      if (said['type'] === 'failed') this.#fault = said as unknown as ProcessFault;
      if (said['type'] !== 'ready') return;
      this.options.onMark?.('ready');
      this.ready = true;
      this.#settle();
      this.#detail = typeof said['detail'] === 'string' ? said['detail'] : null;
      this.options.onReady?.(said);
      this.options.onChange();
    });
    child.once('exit', (code, signal) => {
      log.end();
      this.#child = null;
      this.ready = false;
      if (this.#closing) return;
      this.options.onDeath?.(signal ?? `exit code ${String(code)}`, this.#fault);
      this.#again();
      this.options.onChange();
    });
    this.options.onChange();
  }

  /** A picture goes before a page: where the system lets us (root, or CAP_SYS_NICE), lanes run before everything else. */
  #prioritise(pid: number | undefined): void {
    const { niceness } = this.options;
    if (niceness === undefined || pid === undefined) return;
    try {
      setPriority(pid, niceness);
    } catch {
      // An ordinary user may not raise a priority; the order is then the system's.
    }
  }

  /** At once the first times; a process that dies again and again is given more and more time, so that it cannot eat the machine. */
  #again(): void {
    const now = process.uptime();
    this.#deaths = this.#deaths.filter((at) => now - at < 30);
    this.#deaths.push(now);
    const waitMs =
      this.#deaths.length <= 3 ? this.options.restartAfterMs : Math.min(5000, 250 * 2 ** (this.#deaths.length - 3));
    this.#timer = setTimeout(() => {
      this.restarts++;
      this.#start();
    }, waitMs);
  }
}
