import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { CodedError } from '../errors/coded-error.js';
import { assertStateFree } from './state-claim.js';

/** Resolves when it could be bound and is let go again; rejects with the system's error. */
function tryTcp(host: string, port: number): Promise<void> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(port, host, () => server.close(() => done()));
  });
}
function tryUdp(host: string, port: number): Promise<void> {
  return new Promise((done, failed) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', failed);
    socket.bind(port, host, () => socket.close(() => done()));
  });
}

/**
 * Asked before anything starts: a show whose page or consoles could never be reached is refused, rather than sent out without a desk. Ports that
 * are 0 are chosen later. Throws CONTROL_PORT_TAKEN or CONTROL_INTERFACE_ABSENT.
 */
export async function assertPortsFree(hosts: readonly string[], ports: { http: number; osc: number }): Promise<void> {
  for (const host of hosts) {
    for (const [surface, key, port, attempt] of [
      ['HTTP', 'http', ports.http, tryTcp],
      ['OSC', 'osc', ports.osc, tryUdp],
    ] as const) {
      if (port === 0) continue;
      try {
        await attempt(host, port);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EADDRINUSE')
          throw new CodedError('CONTROL_PORT_TAKEN', { surface, port, host, key }, { cause: error });
        if (code === 'EADDRNOTAVAIL') throw new CodedError('CONTROL_INTERFACE_ABSENT', { host }, { cause: error });
        throw error;
      }
    }
  }
}

/** Throws where another show has this one's state folder, or any program its ports. Nothing was started, nothing is left behind. */
export async function assertMayStart(
  stateFolder: string,
  hosts: readonly string[],
  ports: { http: number; osc: number },
): Promise<void> {
  await assertStateFree(stateFolder);
  await assertPortsFree(hosts, ports);
}
