import type { IpcChannel, IpcMessage } from '../ipc/channel.js';
import { encodePreview, type PreviewSide } from '../protocol/binary.js';
import type { ParamAddress, ParamValue } from '../protocol/descriptors.js';
import type { ControlToLane, LaneToControl, LatencyHistogram, SupervisorToControl } from '../protocol/lane-link.js';
import type { AlarmMessage, LaneStatus, ProcessStatus } from '../protocol/messages.js';
import type { EnrolmentNews } from './live-enrolment.js';
import type { Wanted, WsSurface } from '../surfaces/ws/ws-surface.js';

export type PreparedNews = Extract<SupervisorToControl, { type: 'prepared' }>;

/** What the links need of the desk. */
export interface LaneLinksDesk {
  /** A lane connected: takes what it changed by itself, gives everything it has to be told. */
  greet(hello: Extract<LaneToControl, { type: 'lane-hello' }>): readonly ControlToLane[];
  laneChanged(values: Readonly<Record<ParamAddress, ParamValue>>, by: string): void;
  laneStatus(status: LaneStatus): void;
  laneLost(laneId: string): void;
  alarm(alarm: AlarmMessage): void;
  follow(show: unknown): void;
  enrolment(news: EnrolmentNews, laneId: string): void;
  prepared(news: PreparedNews): void;
  wanted(laneId: string): Wanted;
  /** A multiview's greeting; true where it is one, and the channel is its. */
  greetMultiview(head: IpcMessage['head'], channel: IpcChannel): boolean;
  /** Every preview, besides the pages. */
  picture(laneId: string, which: PreviewSide, timecode: string, jpeg: Uint8Array): void;
}
interface Lane {
  channel: IpcChannel | null;
  status: LaneStatus | null;
  histograms: readonly LatencyHistogram[];
  lastWanted: string;
}

/** Under half a frame at 60 Hz. */
const laneEveryMs = 8;

/** The lanes and the supervisor, as they are connected to the control process. A lane that is gone keeps its last status. */
export class LaneLinks {
  readonly #lanes = new Map<string, Lane>();
  readonly #channels = new Set<IpcChannel>();
  #processes: readonly ProcessStatus[] = [];
  #version = 0;
  readonly #paced = new Map<string | null, Record<ParamAddress, ParamValue>>();
  #pace: NodeJS.Timeout | null = null;
  readonly counters = { unknownMessages: 0, connections: 0 };

  constructor(
    private readonly desk: LaneLinksDesk,
    private readonly ws: () => Pick<WsSurface, 'preview' | 'mesh'>,
  ) {}

  get processes(): readonly ProcessStatus[] {
    return this.#processes;
  }
  lanes(): readonly { readonly status: LaneStatus; readonly histograms: readonly LatencyHistogram[] }[] {
    return [...this.#lanes.values()].flatMap(({ status, histograms, channel }) =>
      status === null ? [] : [{ status: { ...status, alive: status.alive && channel !== null }, histograms }],
    );
  }

  isConnected(laneId: string): boolean {
    return this.#lanes.get(laneId)?.channel != null;
  }

  accept(channel: IpcChannel): void {
    this.counters.connections += 1;
    this.#channels.add(channel);
    let laneId: string | null = null;
    channel.onMessage = ({ head, payload }) => {
      if (head.type === 'lane-hello') {
        const hello = head as Extract<LaneToControl, { type: 'lane-hello' }>;
        laneId = hello.laneId;
        this.#greet(hello, channel);
      } else if (this.desk.greetMultiview(head, channel)) this.#channels.delete(channel);
      else this.#take(head as unknown as LaneToControl | SupervisorToControl, payload, laneId);
    };
    channel.onClose = () => {
      this.#channels.delete(channel);
      const lane = laneId === null ? undefined : this.#lanes.get(laneId);
      // A restarted lane may have connected before its predecessor's socket was seen to close.
      if (lane === undefined || lane.channel !== channel) return;
      lane.channel = null;
      this.desk.laneLost(laneId!);
    };
  }

  /** To one lane, or to all. */
  send(message: ControlToLane, laneId: string | null = null): void {
    for (const [id, { channel }] of this.#lanes)
      if (laneId === null || laneId === id) channel?.send(message as IpcMessage['head']);
  }
  /**
   * The first change goes at once, those of the next moment together: a lane takes values at frame boundaries, and a fader that
   * moves a thousand times a second must not cost it a thousand snapshots. Bypass never waits.
   */
  sendValues(laneId: string | null, values: Readonly<Record<ParamAddress, ParamValue>>): void {
    const isUrgent = Object.keys(values).some((address) => address.endsWith('/output/bypass'));
    if (this.#pace !== null && !isUrgent) {
      this.#paced.set(laneId, { ...this.#paced.get(laneId), ...values });
      return;
    }
    this.#sendNow(laneId, values);
    this.#pace ??= setTimeout(() => this.#sendPaced(), laneEveryMs);
  }
  #sendNow(laneId: string | null, values: Readonly<Record<ParamAddress, ParamValue>>): void {
    this.#version += 1;
    this.send({ type: 'params', values, version: this.#version }, laneId);
  }
  #sendPaced(): void {
    this.#pace = null;
    if (this.#paced.size === 0) return;
    const all = [...this.#paced];
    this.#paced.clear();
    for (const [laneId, values] of all) this.#sendNow(laneId, values);
    this.#pace = setTimeout(() => this.#sendPaced(), laneEveryMs);
  }
  /** Tells each lane which pictures somebody looks at, where that changed. */
  updateWanted(): void {
    for (const [laneId, lane] of this.#lanes) {
      if (lane.channel === null) continue;
      const message: ControlToLane = { type: 'want-previews', ...this.desk.wanted(laneId) };
      const text = JSON.stringify(message);
      if (text === lane.lastWanted) continue;
      lane.lastWanted = text;
      lane.channel.send(message as IpcMessage['head']);
    }
  }
  /** Lanes of cameras that the show does not have any more are forgotten, with their last status. */
  keepOnly(laneIds: ReadonlySet<string>): void {
    for (const [laneId, { channel }] of [...this.#lanes]) {
      if (laneIds.has(laneId)) continue;
      this.#lanes.delete(laneId);
      channel?.close();
    }
  }
  close(): void {
    if (this.#pace !== null) clearTimeout(this.#pace);
    for (const channel of this.#channels) channel.close();
  }

  #greet(hello: Extract<LaneToControl, { type: 'lane-hello' }>, channel: IpcChannel): void {
    // Before the lane is listed: what it changed by itself goes to the others, and comes back to it in the greeting.
    const greeting = this.desk.greet(hello);
    const before = this.#lanes.get(hello.laneId);
    this.#lanes.set(hello.laneId, { channel, status: before?.status ?? null, histograms: [], lastWanted: '' });
    if (before?.channel != null) before.channel.close();
    for (const message of greeting) {
      if (message.type === 'params') this.#version += 1;
      const sent = message.type === 'params' ? { ...message, version: this.#version } : message;
      channel.send(sent as IpcMessage['head']);
    }
    this.updateWanted();
  }

  #take(message: LaneToControl | SupervisorToControl, payload: Uint8Array, laneId: string | null): void {
    switch (message.type) {
      case 'lane-status': {
        const lane = this.#lanes.get(message.status.laneId);
        if (lane === undefined) return;
        lane.status = message.status;
        lane.histograms = message.histograms ?? [];
        this.desk.laneStatus(message.status);
        return;
      }
      case 'lane-changed':
        this.desk.laneChanged(message.values, message.by);
        return;
      case 'enrolled':
      case 'enrol-refused':
        if (laneId !== null) this.desk.enrolment(message, laneId);
        return;
      case 'alarm': {
        const { type: _type, ...alarm } = message;
        this.desk.alarm({ ...alarm, laneId: alarm.laneId ?? laneId });
        return;
      }
      case 'preview': {
        const { which, frameNumber, captureAtUs, timecode } = message;
        this.desk.picture(message.laneId, which, timecode, payload);
        this.ws().preview(message.laneId, which, frameNumber, captureAtUs, () =>
          encodePreview({ laneId: message.laneId, which, frameNumber, captureAtUs, jpeg: payload }),
        );
        return;
      }
      case 'mesh':
        this.ws().mesh(message.laneId, payload);
        return;
      case 'processes':
        this.#processes = message.processes;
        return;
      case 'prepared':
        this.desk.prepared(message);
        return;
      case 'show':
        this.desk.follow(message.show);
        return;
      default:
        this.counters.unknownMessages += 1;
    }
  }
}
