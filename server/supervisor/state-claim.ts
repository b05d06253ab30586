import { connect } from 'node:net';
import { CodedError } from '../errors/coded-error.js';
import { ipcPath } from '../ipc/channel.js';
import { readRunRecord } from './state-folder.js';

const answers = (path: string): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(path);
    const end = (is: boolean): void => {
      socket.destroy();
      done(is);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });

/**
 * Two shows never write one journal and one audit log: throws STATE_IN_USE where another one runs from this folder. A number alone proves nothing,
 * since after a power cut another program may have the pid of the record: a process of that show must answer.
 */
export async function assertStateFree(stateFolder: string): Promise<void> {
  const record = readRunRecord(stateFolder);
  if (record === null || record.pid === process.pid) return;
  const heard = await Promise.all(['control', 'inference'].map((name) => answers(ipcPath(record.runFolder, name))));
  if (heard.includes(true)) throw new CodedError('STATE_IN_USE', { folder: stateFolder, pid: record.pid });
}
