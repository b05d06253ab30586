import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import { Client } from 'node-osc';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { IpcClient, ipcPath } from '../../../server/ipc/channel.js';
import { projectRoot } from '../../../server/paths.js';
import { demoShow } from '../../../server/show/show-file.js';
import { verifyAuditLog } from '../../../server/trust/audit-log.js';

/** Outside build/test, which set-up empties when it builds anew. */
const script = join(projectRoot, 'build/e2e-control/control-process.js');
const mix = '/understudy/lane/cam-a/likeness/mix01';
const bypass = '/understudy/output/cam-a/output/bypass';
let folder: string;
let children: ChildProcess[];

beforeAll(() => {
  buildSync({
    entryPoints: [join(projectRoot, 'server/control/control-process.ts')],
    outfile: script,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
  });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'us-cp-'));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Running {
  readonly child: ChildProcess;
  readonly line: { readonly event: string; readonly httpPort: number; readonly oscPort: number; readonly code: string };
}
async function start(options: object = {}): Promise<Running> {
  const given = {
    runFolder: folder,
    stateFolder: join(folder, 'state'),
    version: '0.1.0',
    show: { ...demoShow(), ports: { http: 0, osc: 0 } },
    likenessFolders: [],
    ...options,
  };
  const child = spawn(process.execPath, [script, JSON.stringify(given)], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const silent = once(child, 'close').then(() => Promise.reject(new Error('the control process ended without a word')));
  const [text] = (await Promise.race([once(createInterface(child.stdout), 'line'), silent])) as [string];
  silent.catch(() => {});
  return { child, line: JSON.parse(text) as Running['line'] };
}
const put = (port: number, address: string, value: unknown): Promise<number> =>
  new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path: `/params${address}`,
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        agent: false,
      },
      (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
      },
    );
    sent.on('error', reject);
    sent.end(JSON.stringify({ value }));
  });
async function values(port: number): Promise<Record<string, unknown>> {
  const answer = await fetch(`http://127.0.0.1:${port}/params`);
  return ((await answer.json()) as { values: Record<string, unknown> }).values;
}

describe('the control process', () => {
  it('comes back after SIGKILL at any moment with everything that it had answered, and its audit log verifies', async () => {
    let answered = -1;
    for (let round = 0; round < 4; round += 1) {
      const { child, line } = await start();
      expect(line.event).toBe('ready');
      if (answered >= 0) {
        const found = Number((await values(line.httpPort))[mix]) * 10_000;
        // One more than was answered may have reached the disk, never one less.
        expect([answered, answered + 1]).toContain(Math.round(found));
      }
      const killed = once(child, 'exit');
      setTimeout(() => child.kill('SIGKILL'), 120 + round * 37);
      for (let n = round * 2000 + 1; ; n += 1) {
        const status = await put(line.httpPort, mix, n / 10_000).catch(() => 0);
        if (status !== 200) break;
        answered = n;
      }
      await killed;
    }
    expect(answered).toBeGreaterThan(6001);
    const { child, line } = await start();
    await put(line.httpPort, bypass, true);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(verifyAuditLog(join(folder, 'state', 'audit.jsonl'))).toMatchObject({ ok: true });
  });

  it('is found again by its lane after SIGKILL, and the bypass that was pressed meanwhile stays', async () => {
    const first = await start();
    const told: Record<string, unknown>[] = [];
    let pressedAlone = false;
    const lane = new IpcClient(ipcPath(folder, 'control'), {
      onOpen: (channel) =>
        channel.send({
          type: 'lane-hello',
          laneId: 'cam-a',
          pid: 1,
          version: 0,
          values: { [bypass]: pressedAlone },
          changedAtLane: pressedAlone ? [bypass] : [],
        }),
      onMessage: ({ head }) => {
        if (head.type === 'params') told.push(head['values'] as Record<string, unknown>);
      },
      onLost: () => (pressedAlone = true),
    });
    await expect.poll(() => told.length).toBe(1);
    await put(first.line.httpPort, mix, 0.4);
    await expect.poll(() => told.at(-1)).toEqual({ [mix]: 0.4 });
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const second = await start();
    await expect.poll(() => told.at(-1)).toMatchObject({ [mix]: 0.4, [bypass]: true });
    expect((await values(second.line.httpPort))[bypass]).toBe(true);
    lane.close();
  });

  it('takes OSC of a real peer and shows it over HTTP', async () => {
    const { line } = await start();
    const client = new Client('127.0.0.1', line.oscPort);
    await client.send(mix, 0.75);
    await expect.poll(async () => (await values(line.httpPort))[mix]).toBe(0.75);
    await client.close();
  });

  it.each([
    ['a port that is taken', 'CONTROL_PORT_TAKEN'],
    ['an interface that is not there', 'CONTROL_INTERFACE_ABSENT'],
    ['a show that is wrong', 'SHOW_FILE_INVALID'],
    ['no state folder', 'CONTROL_OPTIONS_INVALID'],
  ])('says %s in one line, with a code and without a stack trace', async (what, code) => {
    const running = await start();
    const show = { ...demoShow(), ports: { http: 0, osc: 0 } };
    const options = {
      'a port that is taken': {
        show: { ...show, ports: { http: running.line.httpPort, osc: 0 } },
        runFolder: join(folder, 'b'),
      },
      'an interface that is not there': {
        show: { ...show, interfaces: ['203.0.113.7'] },
        runFolder: join(folder, 'b'),
      },
      'a show that is wrong': { show: { ...show, sources: [] } },
      'no state folder': { stateFolder: '' },
    }[what]!;
    const { child, line } = await start(options);
    expect(line).toMatchObject({ event: 'failed', code });
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(1);
  });
});
