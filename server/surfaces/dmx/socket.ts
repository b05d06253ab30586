import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { CodedError } from '../../errors/coded-error.js';

/** A UDP socket that shares its port with other DMX programs of the machine. Throws CodedError where it cannot be had. */
export function openDmxSocket(
  surface: string,
  host: string,
  port: number,
  take: (packet: Uint8Array, from: RemoteInfo) => void,
): Promise<Socket> {
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', reuseAddr: true });
  socket.on('message', take);
  return new Promise((resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      if (error.code === 'EADDRINUSE')
        reject(new CodedError('CONTROL_PORT_TAKEN', { surface, port, host, key: 'dmx' }, { cause: error }));
      else if (error.code === 'EADDRNOTAVAIL')
        reject(new CodedError('CONTROL_INTERFACE_ABSENT', { host }, { cause: error }));
      else reject(error);
    });
    socket.bind(port, host, () => {
      socket.removeAllListeners('error');
      // A network that goes away is the sender's to notice: its levels stand.
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}
