import type { IpcChannel, IpcMessage } from '../ipc/channel.js';
import type { PreviewSide } from '../protocol/binary.js';
import type { ParamAddress, ParamValue } from '../protocol/descriptors.js';
import type { LaneStatus } from '../protocol/messages.js';
import type { ControlToMultiview, MultiviewStatus, MultiviewToControl, TileFacts } from '../protocol/multiview-link.js';
import type { Wanted } from '../surfaces/ws/ws-surface.js';

/** Beyond this many unsent bytes a multiview gets no more pictures until it has read those. */
const congestedBytes = 1 << 20;
const wantsNothing = { laneIds: [], sides: [], widthPx: 0, maxFps: 0 };

interface Link {
  readonly channel: IpcChannel;
  wants: Omit<Extract<MultiviewToControl, { type: 'multiview-wants' }>, 'type'>;
  status: MultiviewStatus | null;
  /** What each tile was told last. */
  readonly told: Map<string, string>;
}
export interface MultiviewDesk {
  /** All values of output/<id> and of the show. */
  valuesFor(id: string): Readonly<Record<ParamAddress, ParamValue>>;
  labelOf(laneId: string): string;
  cueText(): string;
  onWantsChanged(): void;
}

/** The multiview processes, as they are connected to control. They get what the page gets: previews, tally, values. */
export class MultiviewLinks {
  readonly #links = new Map<string, Link>();
  readonly counters = { picturesSent: 0, picturesDropped: 0 };

  constructor(private readonly desk: MultiviewDesk) {}

  /** Takes the channel over where this is a multiview's greeting. */
  accept(head: IpcMessage['head'], channel: IpcChannel): boolean {
    if (head.type !== 'multiview-hello') return false;
    const { id } = head as unknown as Extract<MultiviewToControl, { type: 'multiview-hello' }>;
    this.#links.get(id)?.channel.close();
    const link: Link = { channel, wants: wantsNothing, status: null, told: new Map() };
    this.#links.set(id, link);
    channel.onMessage = (message) => this.#take(link, message.head as unknown as MultiviewToControl);
    channel.onClose = () => {
      if (this.#links.get(id) !== link) return;
      this.#links.delete(id);
      this.desk.onWantsChanged();
    };
    this.#send(link, { type: 'params', values: this.desk.valuesFor(id) });
    this.#send(link, { type: 'cue', text: this.desk.cueText() });
    return true;
  }

  /** `id`: a multiview's, or null for all. */
  sendValues(id: string | null, values: Readonly<Record<ParamAddress, ParamValue>>): void {
    for (const [each, link] of this.#links)
      if (id === null || id === each) this.#send(link, { type: 'params', values });
  }
  cue(text: string): void {
    for (const link of this.#links.values()) this.#send(link, { type: 'cue', text });
  }
  picture(laneId: string, which: PreviewSide, timecode: string, jpeg: Uint8Array): void {
    for (const link of this.#links.values()) {
      const { laneIds, sides } = link.wants;
      if (!laneIds.includes(laneId) || !sides.includes(which)) continue;
      if (link.channel.backlogBytes > congestedBytes) this.counters.picturesDropped += 1;
      else {
        this.#send(link, { type: 'picture', laneId, which, timecode }, jpeg);
        this.counters.picturesSent += 1;
      }
    }
  }
  /** Said again only where it is otherwise than before. */
  lane(status: LaneStatus, isConnected: boolean): void {
    const facts: TileFacts = {
      laneId: status.laneId,
      label: this.desk.labelOf(status.laneId),
      receiving: isConnected && status.sourceState === 'receiving',
      step: status.step,
      onProgram: status.onProgram,
      onPreview: status.onPreview,
      delayFrames: status.delayFrames,
      delayMs: Math.round(status.captureToSendMs.p50),
    };
    const text = JSON.stringify(facts);
    for (const link of this.#links.values()) {
      if (link.told.get(status.laneId) === text) continue;
      link.told.set(status.laneId, text);
      this.#send(link, { type: 'tile', facts });
    }
  }

  /** What page and multiviews together want of a lane. */
  wanted(laneId: string, page: Wanted): Wanted {
    let all = page;
    for (const { wants } of this.#links.values()) {
      if (!wants.laneIds.includes(laneId)) continue;
      all = {
        ...all,
        want: (['input', 'output'] as const).filter((side) => all.want.includes(side) || wants.sides.includes(side)),
        maxFps: Math.max(all.maxFps, wants.maxFps),
        widthPx: Math.max(all.widthPx, wants.widthPx),
      };
    }
    return all;
  }
  close(): void {
    for (const { channel } of this.#links.values()) channel.close();
  }
  get statuses(): readonly MultiviewStatus[] {
    return [...this.#links.values()].flatMap(({ status }) => (status === null ? [] : [status]));
  }

  #take(link: Link, message: MultiviewToControl): void {
    if (message.type === 'multiview-status') link.status = message.status;
    if (message.type !== 'multiview-wants') return;
    link.wants = message;
    this.desk.onWantsChanged();
  }
  #send({ channel }: Link, message: ControlToMultiview, payload?: Uint8Array): void {
    channel.send(message as unknown as IpcMessage['head'], payload);
  }
}
