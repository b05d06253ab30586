import type { Socket } from 'node:net';
import type { Clock } from '../../time/clock.js';
import { deframer, frame, framingOf, type Deframer, type Framing } from './framing.js';
import { Outbox } from './outbox.js';
import type { OscCounters, OscPeer } from './peer.js';
import type { OscProfile } from './profile.js';

/** A desk that does not read gets no more; this much unsent, and the line is cut. */
const hopelessBytes = 1 << 20;

/**
 * One TCP connection that carries OSC, whoever opened it. Where `framing` is null the peer's first byte says which it is, and
 * we answer the same way.
 */
export class TcpLine {
  readonly peer: OscPeer;
  #framing: Framing | null;
  #deframer: Deframer | null = null;
  onPacket: (packet: Uint8Array, from: OscPeer) => void = () => {};

  constructor(
    private readonly socket: Socket,
    profile: OscProfile,
    framing: Framing | null,
    clock: Clock,
    private readonly counters: OscCounters,
  ) {
    this.#framing = framing;
    const host = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    this.peer = {
      by: `osc-tcp ${host}:${socket.remotePort ?? 0}`,
      host,
      ratioFull: profile.ratioFull,
      outbox: new Outbox(profile, clock, counters, (packet) => this.#send(packet)),
      at: () => null,
    };
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 10_000);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.peer.outbox.close());
  }

  #take(chunk: Buffer): void {
    this.#framing ??= framingOf(chunk[0] ?? 0);
    if (this.#framing === null) {
      this.#cut();
      return;
    }
    this.#deframer ??= deframer(this.#framing);
    const droppedBefore = this.#deframer.dropped;
    const packets = this.#deframer.push(chunk);
    this.counters.malformed += this.#deframer.dropped - droppedBefore;
    if (packets === null) this.#cut();
    else for (const packet of packets) this.onPacket(packet, this.peer);
  }
  /** No place to pick up the thread again. */
  #cut(): void {
    this.counters.malformed += 1;
    this.socket.destroy();
  }
  #send(packet: Uint8Array): void {
    if (this.socket.destroyed) return;
    if (this.socket.writableLength > hopelessBytes) {
      this.counters.sendFailed += 1;
      this.socket.destroy();
      return;
    }
    this.socket.write(frame(packet, this.#framing ?? this.peer.outbox.profile.framing));
  }
}
