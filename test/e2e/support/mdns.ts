import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** mDNS on loopback for one test run: a private message bus and an avahi-daemon of its own, ended by their pids. */
export interface LoopbackMdns {
  /** To be set for every process that is to use it. */
  readonly environment: { readonly DBUS_SYSTEM_BUS_ADDRESS: string };
  close(): Promise<void>;
}

const find = (name: string): string | null =>
  ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].map((folder) => join(folder, name)).find((file) => existsSync(file)) ??
  null;

/** A daemon that also ends when this process dies without closing it (util-linux' setpriv; the pid stays the daemon's). */
function daemon(file: string, options: readonly string[], environment: NodeJS.ProcessEnv): ChildProcess {
  const setpriv = find('setpriv');
  const [command, ...rest] = setpriv === null ? [file, ...options] : [setpriv, '--pdeathsig', 'TERM', file, ...options];
  return spawn(command, rest, { stdio: ['ignore', 'ignore', 'pipe'], env: environment });
}

const busConfig = (
  socket: string,
): string => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
  </policy>
</busconfig>
`;

const avahiConfig = `[server]
host-name=understudy-test
use-ipv4=yes
use-ipv6=no
allow-interfaces=lo
ratelimit-interval-usec=1000000
ratelimit-burst=1000
[publish]
publish-workstation=no
publish-hinfo=no
`;

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await ended;
  clearTimeout(timer);
}

async function until(condition: () => boolean, child: ChildProcess, timeoutMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < timeoutMs; waitedMs += 50) {
    if (condition()) return true;
    if (child.exitCode !== null) return false;
    await sleep(50);
  }
  return false;
}

/**
 * Null where it cannot be started: not root, no avahi-daemon or dbus-daemon, or another avahi-daemon runs on this machine
 * (it holds the one pid file). Tests then find sources the other way, by asking 127.0.0.1.
 */
export async function startLoopbackMdns(): Promise<LoopbackMdns | null> {
  const [dbus, avahi] = [find('dbus-daemon'), find('avahi-daemon')];
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || dbus === null || avahi === null) return null;
  const folder = mkdtempSync(join(tmpdir(), 'understudy-mdns-'));
  const socket = join(folder, 'bus');
  const environment = { DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${socket}` };
  writeFileSync(join(folder, 'bus.conf'), busConfig(socket));
  writeFileSync(join(folder, 'avahi.conf'), avahiConfig);
  const bus = daemon(dbus, [`--config-file=${join(folder, 'bus.conf')}`, '--nofork', '--nopidfile'], process.env);
  const close = async (responder: ChildProcess | null): Promise<void> => {
    if (responder !== null) await end(responder);
    await end(bus);
    rmSync(folder, { recursive: true, force: true });
  };
  if (!(await until(() => existsSync(socket), bus, 5_000))) {
    await close(null);
    return null;
  }
  const options = ['-f', join(folder, 'avahi.conf'), '--no-drop-root', '--no-chroot', '--no-rlimits'];
  const responder = daemon(avahi, options, { ...process.env, ...environment });
  let said = '';
  responder.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  if (!(await until(() => said.includes('Server startup complete'), responder, 10_000))) {
    await close(responder);
    return null;
  }
  return { environment, close: () => close(responder) };
}
