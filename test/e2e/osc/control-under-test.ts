import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import { projectRoot } from '../../../server/paths.js';
import type { OscTargetConfig } from '../../../server/protocol/consoles.js';
import { demoShow } from '../../../server/show/show-file.js';

/** Outside build/test, which set-up empties when it builds anew. */
const script = join(projectRoot, 'build/e2e-osc/control-process.js');
export function buildControl(): void {
  buildSync({
    entryPoints: [join(projectRoot, 'server/control/control-process.ts')],
    outfile: script,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
  });
}

interface Ports {
  readonly httpPort: number;
  readonly oscPort: number;
  readonly oscTcpPort: number;
  readonly oscQueryPort: number;
}

/** The control process alone, as the supervisor starts it; no lane is connected. */
export class ControlUnderTest {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly ports: Ports,
  ) {}

  static async start(targets: readonly OscTargetConfig[] = []): Promise<ControlUnderTest> {
    const folder = mkdtempSync(join(tmpdir(), 'us-osc-'));
    const show = { ...demoShow(), ports: { http: 0, osc: 0 }, osc: { targets } };
    const options = {
      runFolder: folder,
      stateFolder: join(folder, 'state'),
      version: '0.1.0',
      show,
      likenessFolders: [],
    };
    const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const said = JSON.parse(line) as Ports & { readonly event: string };
    if (said.event !== 'ready') throw new Error(line);
    return new ControlUnderTest(child, folder, said);
  }

  async value(address: string): Promise<unknown> {
    const answer = await fetch(`http://127.0.0.1:${this.ports.httpPort}/params${address}`);
    return ((await answer.json()) as { value: unknown }).value;
  }
  async set(address: string, value: unknown): Promise<void> {
    const url = `http://127.0.0.1:${this.ports.httpPort}/params${address}`;
    const headers = { 'content-type': 'application/json' };
    await fetch(url, { method: 'PUT', headers, body: JSON.stringify({ value }) });
  }
  /** What GET /status counts of OSC. */
  async counters(): Promise<Readonly<Record<string, number>>> {
    const answer = await fetch(`http://127.0.0.1:${this.ports.httpPort}/status`);
    return ((await answer.json()) as { counters: { osc: Record<string, number> } }).counters.osc;
  }
  async close(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
