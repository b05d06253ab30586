import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** A free UDP port on loopback, for a lane's bypass door; asked from the system so that two shows do not collide. */
export function freeUdpPort(): Promise<number> {
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
export function freeTcpPort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}
