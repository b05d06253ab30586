import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import type { ProbeSettings } from './ndi-peer/probe.js';
import type { RelaySettings } from './ndi-peer/relay.js';
import type { SenderSettings } from './ndi-peer/sender.js';

export type PeerEvent = { readonly event: string } & Readonly<Record<string, unknown>>;
type Folder = { readonly configFolder: string; readonly machineName: string };

/** The folder that holds package.json, from source and from build/ alike. */
function projectFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

const root = projectFolder();
const peers = ['binding', 'picture', 'sender', 'probe', 'relay'] as const;

/** The peers run under plain node from build/; they are transpiled here when that is missing or older than its source. */
function peerScript(name: 'sender' | 'probe' | 'relay'): string {
  const source = (peer: string): string => join(root, 'test/e2e/support/ndi-peer', `${peer}.ts`);
  const target = (peer: string): string => join(root, 'build/test/e2e/support/ndi-peer', `${peer}.js`);
  const age = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const stale = peers.filter((peer) => age(target(peer)) < age(source(peer)));
  if (stale.length > 0) {
    buildSync({
      entryPoints: stale.map(source),
      outdir: join(root, 'build'),
      outbase: root,
      format: 'esm',
      platform: 'node',
    });
  }
  return target(name);
}

/** A script of ours with everything of the product that it imports, in one file under build/. */
function bundledScript(file: string): string {
  const target = join(root, 'build', relative(root, file)).replace(/\.ts$/, '.js');
  buildSync({
    entryPoints: [file],
    outfile: target,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
  });
  return target;
}

/** A child process that speaks JSON lines. Everything it said is kept in `events`. */
export class PeerProcess {
  readonly events: PeerEvent[] = [];
  readonly pid: number;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #exit: Promise<number | null>;
  #waiters: (() => void)[] = [];
  #errors = '';
  #ended = false;

  constructor(child: ChildProcessByStdio<Writable, Readable, Readable>) {
    this.#child = child;
    this.pid = child.pid ?? -1;
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#heard(line);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    child.stdin.on('error', () => {
      // The peer ended first; its exit code says more.
    });
    this.#exit = new Promise((resolve) =>
      child.on('close', (code) => {
        this.#ended = true;
        resolve(code);
        this.#wake();
      }),
    );
  }

  #heard(line: string): void {
    // libndi and other libraries may write to stdout too.
    if (line.startsWith('{')) this.events.push(JSON.parse(line) as PeerEvent);
    this.#wake();
  }
  #wake(): void {
    for (const waiter of this.#waiters.splice(0)) waiter();
  }

  of(event: string): PeerEvent[] {
    return this.events.filter((said) => said.event === event);
  }

  /** The first event at or after `from` (an index in `events`) that fits; fails with what the peer said instead. */
  async waitFor(
    event: string,
    fits: (said: PeerEvent) => boolean = () => true,
    timeoutMs = 20_000,
    from = 0,
  ): Promise<PeerEvent> {
    const until = Date.now() + timeoutMs;
    for (;;) {
      const found = this.events.slice(from).find((said) => said.event === event && fits(said));
      if (found !== undefined) return found;
      if (this.#ended || Date.now() >= until) {
        const last = JSON.stringify(this.events.slice(-3));
        throw new Error(`no "${event}" from peer ${this.pid} (ended: ${this.#ended}); last: ${last} ${this.#errors}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, until - Date.now());
        this.#waiters.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  async waitForCount(event: string, count: number, timeoutMs = 30_000): Promise<PeerEvent[]> {
    await this.waitFor(event, () => this.of(event).length >= count, timeoutMs);
    return this.of(event);
  }

  command(fields: { readonly do: string } & Readonly<Record<string, unknown>>): void {
    if (!this.#ended) this.#child.stdin.write(`${JSON.stringify(fields)}\n`);
  }

  /** Asks it to end; returns its last event of the name (its summary). Killed by its own pid where it does not listen. */
  async stop(lastEvent = 'summary'): Promise<PeerEvent | null> {
    this.command({ do: 'stop' });
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 8_000);
    await this.#exit;
    clearTimeout(timer);
    return this.of(lastEvent).at(-1) ?? null;
  }

  /** As if its cable were pulled. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exit;
  }
}

/**
 * A camera and a monitor are other machines on a stage. Here they share the processor with whatever runs beside the test, and what
 * they lose for want of it would be read as lost by the product: they get the precedence of a lane, where the system allows it.
 */
function asAMachineOfItsOwn(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, -10);
  } catch {
    // An ordinary user may not; the order is then the system's.
  }
}

/** Starts peers with their own NDI settings, and ends every one of them. */
export class Peers {
  readonly folder = mkdtempSync(join(tmpdir(), 'understudy-peers-'));
  readonly #environment: NodeJS.ProcessEnv;
  readonly #started: PeerProcess[] = [];

  constructor(environment: NodeJS.ProcessEnv = {}) {
    this.#environment = environment;
  }

  sender(settings: Omit<SenderSettings, keyof Folder> & Partial<Folder>): Promise<PeerProcess> {
    return this.#start(peerScript('sender'), settings);
  }
  probe(settings: Omit<ProbeSettings, keyof Folder> & Partial<Folder>): Promise<PeerProcess> {
    return this.#start(peerScript('probe'), settings);
  }
  relay(settings: Omit<RelaySettings, keyof Folder> & Partial<Folder>): Promise<PeerProcess> {
    return this.#start(peerScript('relay'), settings);
  }
  /** Any other TypeScript entry file that takes its settings as one JSON argument and says "ready". */
  script(file: string, settings: object): Promise<PeerProcess> {
    return this.#start(bundledScript(file), settings);
  }

  async close(): Promise<void> {
    await Promise.all(this.#started.splice(0).map((peer) => peer.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #start(script: string, settings: object): Promise<PeerProcess> {
    const configFolder = join(this.folder, `peer-${this.#started.length}`);
    const complete = { configFolder, machineName: 'PEER', ...settings };
    const child = spawn(process.execPath, [script, JSON.stringify(complete)], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...this.#environment },
    });
    asAMachineOfItsOwn(child.pid);
    const peer = new PeerProcess(child);
    this.#started.push(peer);
    await peer.waitFor('ready', undefined, 30_000);
    return peer;
  }
}

/** Other test runs share this machine's loopback: names are this process's own. */
export const uniqueName = (name: string): string => `${name} ${process.pid}`;
