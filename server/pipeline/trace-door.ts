import type { Server } from 'node:net';
import { type IpcChannel, ipcPath, listenIpc } from '../ipc/channel.js';
import { type TraceChunk, traceSocket } from '../protocol/trace.js';
import type { Lane } from './lane.js';

const chunkEveryMs = 250;
/** A reader that does not read gets no more until it does; what it misses is counted as lost. */
const largestBacklogBytes = 4_000_000;

/**
 * Where `understudy trace` listens in: a local socket of the lane's own, which works with the control process dead. Each reader
 * gets what is recorded from its connection on, in small chunks; the frame path only ever writes into the ring.
 */
export class TraceDoor {
  #server: Server | null = null;
  #closed = false;
  readonly #readers = new Map<IpcChannel, NodeJS.Timeout>();

  constructor(
    private readonly runFolder: string,
    private readonly laneId: string,
    private readonly lane: Lane,
  ) {}

  async open(): Promise<void> {
    this.#server = await listenIpc(ipcPath(this.runFolder, traceSocket(this.laneId)), (channel) =>
      this.#welcome(channel),
    );
    if (this.#closed) this.#server.close();
  }

  close(): void {
    this.#closed = true;
    for (const [channel, timer] of this.#readers) {
      clearInterval(timer);
      channel.close();
    }
    this.#server?.close();
  }

  #welcome(channel: IpcChannel): void {
    const { trace } = this.lane.meters;
    let cursor = trace.written;
    let lostRows = 0;
    const tell = (): void => {
      if (channel.backlogBytes > largestBacklogBytes) return;
      const taken = trace.since(cursor);
      cursor = trace.written;
      lostRows += taken.lostRows;
      const head: TraceChunk = {
        type: 'trace',
        laneId: this.laneId,
        pid: process.pid,
        lostRows,
        framesSent: this.lane.parts.send.framesSent,
        keyframesAnswered: this.lane.parts.keyframe.counters.answered,
      };
      channel.send({ ...head }, new Uint8Array(taken.rows.buffer));
    };
    tell();
    this.#readers.set(channel, setInterval(tell, chunkEveryMs));
    channel.onClose = () => {
      clearInterval(this.#readers.get(channel));
      this.#readers.delete(channel);
    };
  }
}
