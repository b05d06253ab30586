import type { PreviewFrame, PreviewSide } from '../../server/protocol/binary.js';
import type { ClientMessage } from '../../server/protocol/messages.js';

/** A decoded preview. The browser's ImageBitmap; anything closable in tests. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  close(): void;
}
export type PictureSink<P extends Picture> = (picture: P, frame: PreviewFrame) => void;

export interface PictureOptions<P extends Picture> {
  readonly decode: (jpeg: Uint8Array) => Promise<P>;
  /** Runs before the next screen refresh. */
  readonly beforeDraw: (run: () => void) => void;
  readonly send: (message: ClientMessage) => void;
  readonly maxFps: number;
}

interface Feed<P extends Picture> {
  readonly laneId: string;
  readonly which: PreviewSide;
  /** Wanted width in picture elements per sink. */
  readonly sinks: Map<PictureSink<P>, number>;
  latest: P | null;
  latestFrame: PreviewFrame | null;
  waiting: PreviewFrame | null;
  decoding: boolean;
}

/**
 * Live pictures: decoded off the main thread, latest wins, drawn at most once per screen refresh, acknowledged when drawn or
 * dropped so that the server's two-on-the-way limit follows this client's real speed. Only pictures someone watches are asked for.
 */
export class Pictures<P extends Picture> {
  private readonly feeds = new Map<string, Feed<P>>();
  private visible = true;
  private mostFps: number;
  private requestPlanned = false;

  constructor(private readonly options: PictureOptions<P>) {
    this.mostFps = options.maxFps;
  }

  /** Starts watching; the latest picture, if any, is drawn at once. Returns the way to stop. */
  watch(laneId: string, which: PreviewSide, widthPx: number, sink: PictureSink<P>): () => void {
    const key = `${which} ${laneId}`;
    let feed = this.feeds.get(key);
    if (!feed) {
      feed = { laneId, which, sinks: new Map(), latest: null, latestFrame: null, waiting: null, decoding: false };
      this.feeds.set(key, feed);
    }
    const watched = feed;
    watched.sinks.set(sink, widthPx);
    if (watched.latest && watched.latestFrame) sink(watched.latest, watched.latestFrame);
    this.planRequest();
    return () => {
      watched.sinks.delete(sink);
      this.planRequest();
    };
  }

  /** Stops the pictures while the tab is hidden: no traffic and no decoding that nobody sees. */
  setVisible(visible: boolean): void {
    this.visible = visible;
    this.request();
  }

  /** Fewer pictures from now on, or again as many as there are. */
  slowTo(fps: number | null): void {
    const mostFps = fps ?? this.options.maxFps;
    if (mostFps === this.mostFps) return;
    this.mostFps = mostFps;
    this.request();
  }

  accept(frame: PreviewFrame): void {
    const feed = this.feeds.get(`${frame.which} ${frame.laneId}`);
    if (!feed || feed.sinks.size === 0) return;
    if (feed.decoding) {
      if (feed.waiting) this.acknowledge(feed.waiting);
      feed.waiting = frame;
      return;
    }
    void this.decode(feed, frame);
  }

  /** Tells the server which pictures are wanted now; also after every reconnect. */
  request(): void {
    const feeds = this.visible ? [...this.feeds.values()].filter((feed) => feed.sinks.size > 0) : [];
    const widths = feeds.flatMap((feed) => [...feed.sinks.values()]);
    const widthPx = Math.min(960, Math.max(320, ...widths));
    const want = feeds.map(({ laneId, which }) => ({ laneId, which }));
    this.options.send({ type: 'previews', want, maxFps: this.mostFps, widthPx });
  }

  private planRequest(): void {
    if (this.requestPlanned) return;
    this.requestPlanned = true;
    queueMicrotask(() => {
      this.requestPlanned = false;
      this.request();
    });
  }

  private async decode(feed: Feed<P>, frame: PreviewFrame): Promise<void> {
    feed.decoding = true;
    try {
      const picture = await this.options.decode(frame.jpeg);
      this.options.beforeDraw(() => this.draw(feed, picture, frame));
    } catch {
      // A damaged picture is skipped; the next one is 1/15 s away.
      this.acknowledge(frame);
      this.next(feed);
    }
  }

  private draw(feed: Feed<P>, picture: P, frame: PreviewFrame): void {
    feed.latest?.close();
    feed.latest = picture;
    feed.latestFrame = frame;
    for (const sink of feed.sinks.keys()) sink(picture, frame);
    this.acknowledge(frame);
    this.next(feed);
  }

  private next(feed: Feed<P>): void {
    feed.decoding = false;
    const frame = feed.waiting;
    feed.waiting = null;
    if (frame) void this.decode(feed, frame);
  }

  private acknowledge({ laneId, which, frameNumber }: PreviewFrame): void {
    this.options.send({ type: 'drawn', laneId, which, frameNumber });
  }
}
