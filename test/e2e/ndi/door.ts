import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLibndi } from '../../../server/ndi/libndi.js';
import type {
  Captured,
  NdiPort,
  NdiReceiver,
  NdiSender,
  NdiVideoFrame,
  ReceiverOptions,
} from '../../../server/ndi/port.js';

/** The product's door, in the test's own process, on loopback. */
export interface Door {
  readonly ndi: NdiPort;
  close(): void;
}

export function openDoor(machineName = 'DOOR'): Door {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-door-'));
  const ndi = openLibndi({ configFolder: folder, network: { interfaceAddresses: ['127.0.0.1'], machineName } });
  return {
    ndi,
    close() {
      ndi.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function receiverOf(
  ndi: NdiPort,
  name: string,
  options: Partial<Omit<ReceiverOptions, 'source'>> = {},
): Promise<NdiReceiver> {
  const finder = ndi.createFinder();
  const source = await finder.find(name, 20_000);
  finder.close();
  if (source === null) throw new Error(`${name} was not found`);
  return ndi.createReceiver({
    source: { name: source.name, ...(source.url === null ? {} : { url: source.url }) },
    receiverName: 'door',
    color: 'fastest',
    allowFields: true,
    ...options,
  });
}

/** Captures until something of the wanted kind arrives; everything else is released. */
export async function next<Kind extends Captured['kind']>(
  receiver: NdiReceiver,
  kind: Kind,
  timeoutMs = 15_000,
): Promise<Extract<Captured, { kind: Kind }>> {
  const until = Date.now() + timeoutMs;
  while (Date.now() < until) {
    const captured = await receiver.capture(200);
    if (captured.kind === kind) return captured as Extract<Captured, { kind: Kind }>;
    if (captured.kind === 'video') captured.video.release();
    if (captured.kind === 'audio') captured.audio.release();
  }
  throw new Error(`no ${kind} within ${timeoutMs} ms`);
}

/** Receives and sends through the product's door, nothing else: the smallest lane there can be. */
export class DoorRelay {
  readonly heard: string[] = [];
  frames = 0;
  /** Called before a picture is sent; returns the metadata to send, undefined to keep the picture's own. */
  onVideo: (frame: NdiVideoFrame) => string | null | undefined = () => undefined;
  #running = true;
  readonly #done: Promise<void>;

  constructor(
    readonly receiver: NdiReceiver,
    readonly sender: NdiSender,
  ) {
    this.#done = this.#run();
  }

  async #run(): Promise<void> {
    while (this.#running) {
      const captured = await this.receiver.capture(100);
      if (captured.kind === 'video') {
        const metadata = this.onVideo(captured.video);
        this.sender.sendVideo(captured.video, metadata);
        this.frames++;
      } else if (captured.kind === 'audio') {
        this.sender.sendAudio(captured.audio);
        captured.audio.release();
      } else if (captured.kind === 'metadata') {
        this.heard.push(captured.metadata.xml);
        this.sender.sendMetadata(captured.metadata.xml, captured.metadata.timecode100ns);
      }
    }
  }

  async close(): Promise<void> {
    this.#running = false;
    await this.#done;
    this.sender.close();
    this.receiver.close();
  }
}
