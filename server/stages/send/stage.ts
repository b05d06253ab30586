import type { LabelledFrame } from '../../frame/frames.js';
import type { NdiAudioFrame, NdiPort, NdiSender, Tally } from '../../ndi/port.js';
import type { Clock } from '../../time/clock.js';
import { after, durationUs, type DurationUs, type InstantUs, since } from '../../time/time.js';
import type { SendEvents, SendStageContract } from './contract.js';

export interface SendOptions {
  /** Without the machine's name; a plain or matte output gets its mark as a suffix. */
  readonly outputName: string;
  readonly groups: string | null;
  /** XML elements for every receiver that connects. */
  readonly connectionMetadata: readonly string[];
  readonly failover: { readonly name: string; readonly url: string | null } | null;
}
/** What the source is called for each kind of picture: a plain or matte output says so in its name. */
export type NameMark = '' | ' PLAIN' | ' MATTE';

type Held =
  | { readonly video: LabelledFrame; readonly dueAtUs: InstantUs }
  | { readonly audio: NdiAudioFrame; readonly dueAtUs: InstantUs };

/** Owns the NDI sender of one output. */
export class SendStage implements SendStageContract {
  framesSent = 0;
  framesLate = 0;
  /** How long libndi encoded the last picture that was waited for, milliseconds; null before the first. */
  encodeMs: number | null = null;
  #isEncodeWanted = false;
  #sender: NdiSender;
  #mark: NameMark = '';
  readonly #held: Held[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly ndi: NdiPort,
    private readonly clock: Clock,
    private readonly options: SendOptions,
    private readonly events: SendEvents,
  ) {
    this.#sender = this.#open('');
  }

  get sourceName(): string {
    return this.#sender.sourceName;
  }
  tally(): Tally {
    return this.#sender.tally();
  }
  receivers(): number {
    return this.#sender.connections();
  }
  /** The next picture is waited for until libndi has encoded it: the encode is on its own threads, and else nobody sees what it takes. */
  measureEncode(): void {
    this.#isEncodeWanted = true;
  }
  takeMetadata(): ReturnType<NdiSender['takeMetadata']> {
    return this.#sender.takeMetadata();
  }
  sendMetadata(xml: string): void {
    this.#sender.sendMetadata(xml);
  }

  /** Renames the output where its kind of picture changes; receivers of the old name see it end. */
  useName(mark: NameMark): void {
    if (mark === this.#mark) return;
    this.#flushHeld();
    this.#sender.flush();
    this.#sender.close();
    this.#mark = mark;
    this.#sender = this.#open(mark);
  }

  put(frame: LabelledFrame, delayUs: DurationUs): void {
    const dueAtUs = delayUs > 0 ? after(frame.captureAtUs, delayUs) : frame.captureAtUs;
    if (this.#held.length === 0 && dueAtUs <= this.clock.nowUs()) return this.#send(frame, dueAtUs, delayUs > 0);
    this.#held.push({ video: frame, dueAtUs });
    this.#arm();
  }

  putAudio(frame: NdiAudioFrame, captureAtUs: InstantUs, delayUs: DurationUs): void {
    const dueAtUs = after(captureAtUs, delayUs);
    if (delayUs === 0 && !this.#held.some((held) => 'audio' in held)) return this.#sendAudio(frame);
    this.#held.push({ audio: frame, dueAtUs });
    this.#arm();
  }

  /** Lets pictures that wait in the delay line be changed; their order and their time stay. */
  changeHeld(change: (frame: LabelledFrame) => void): void {
    for (const held of this.#held) if ('video' in held) change(held.video);
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#flushHeld();
    this.#sender.flush();
    this.#sender.close();
  }

  #open(mark: NameMark): NdiSender {
    const { outputName, groups, connectionMetadata, failover } = this.options;
    const sender = this.ndi.createSender({
      name: outputName + mark,
      ...(groups === null ? {} : { groups }),
      clockVideo: false,
      clockAudio: false,
    });
    for (const xml of connectionMetadata) sender.addConnectionMetadata(xml);
    if (failover) sender.setFailover(failover);
    return sender;
  }

  #arm(): void {
    if (this.#timer) return;
    const waitMs = since(this.#held[0]!.dueAtUs, this.clock.nowUs()) / 1000;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#sendDue();
      },
      Math.max(0, waitMs),
    );
  }

  #waitForEncode(sentAtUs: InstantUs): void {
    this.#isEncodeWanted = false;
    this.#sender.flush();
    this.encodeMs = Math.round(since(this.clock.nowUs(), sentAtUs) / 10) / 100;
  }

  #sendDue(): void {
    // A timer may fire half a millisecond early; that is due.
    const now = this.clock.nowUs() + 500;
    while (this.#held.length > 0 && this.#held[0]!.dueAtUs <= now) {
      const held = this.#held.shift()!;
      if ('video' in held) this.#send(held.video, held.dueAtUs, true);
      else this.#sendAudio(held.audio);
    }
    if (this.#held.length > 0) this.#arm();
  }

  #flushHeld(): void {
    for (const held of this.#held.splice(0)) {
      if ('video' in held) this.#send(held.video, held.dueAtUs, false);
      else this.#sendAudio(held.audio);
    }
  }

  #send(frame: LabelledFrame, dueAtUs: InstantUs, declared: boolean): void {
    const now = this.clock.nowUs();
    const slackUs = since(dueAtUs, now);
    if (declared && slackUs < -2000) this.framesLate++;
    this.#sender.sendVideo(frame.video, frame.outgoingMetadata);
    if (this.#isEncodeWanted) this.#waitForEncode(now);
    this.framesSent++;
    this.events.onSent(since(now, frame.captureAtUs), declared ? slackUs : durationUs(0), frame);
  }

  #sendAudio(frame: NdiAudioFrame): void {
    this.#sender.sendAudio(frame);
    frame.release();
  }
}
