import { readFileSync } from 'node:fs';
import type { CompositedFrame, LabelledFrame, ReceivedFrame } from '../frame/frames.js';
import type { BoxPx } from '../frame/geometry.js';
import { kernelFormatOf } from '../kernels/formats.js';
import type { BakedLut, ColourTable, LutKernel } from '../kernels/lut.js';
import { pictureKindOf, type MonitorLook } from '../monitors/contract.js';
import { CubeFault, parseCube } from '../monitors/cube.js';
import type { MonitorKind } from '../monitors/params.js';
import type { MonitorPictures } from '../monitors/pictures.js';
import type { Scan, Tally } from '../ndi/port.js';
import type { MonitorStatus } from '../protocol/messages.js';
import type { PictureTap } from '../stages/composite/contract.js';
import type { Corner, LabelFacts } from '../stages/label/contract.js';
import type { Clock } from '../time/clock.js';
import { type DurationUs, durationUs, since } from '../time/time.js';
import type { MonitorOptions } from './lane-options.js';
import type { LaneSnapshot } from './lane-params.js';
import { timecodeText } from './lane-status.js';
import { isMask, programmeKind } from './monitor-kinds.js';
import { MonitorOutput, type OutputParts } from './monitor-output.js';

/** Of a picture's interval: what is not begun before that is left out, so that the next picture finds the lane free. */
const shareForMonitors01 = 0.8;
/** How fast the expected cost follows what was measured, and how it sinks while there is no time. */
const costFollows01 = 0.1;
const costSinks01 = 0.95;

/** What the programme's picture was, for the monitors of the same frame. */
export interface ShownFacts extends Omit<LabelFacts, 'corner' | 'cameraMetadata'> {
  readonly bypass: boolean;
  readonly faces: readonly BoxPx[];
  readonly faceCount: number;
  readonly delayUs: DurationUs;
  /** The programme's label, where it has one: monitors put theirs into the same corner. */
  readonly corner: Corner | 'auto';
  readonly plate: BoxPx | null;
}

export interface MonitorParts extends OutputParts {
  readonly clock: Clock;
  readonly pictures: MonitorPictures;
  readonly lut: LutKernel;
  readonly onLutFault: (file: string, reason: string) => void;
}

class Monitor {
  readonly output: MonitorOutput;
  /** The camera's own picture beside it, while the monitor is a pair. */
  plain: MonitorOutput | null = null;
  framesDropped = 0;
  costUs = 0;
  lut: BakedLut | null = null;
  lutFor = '';
  constructor(
    readonly options: MonitorOptions,
    readonly table: ColourTable | null,
    parts: OutputParts,
  ) {
    this.output = new MonitorOutput(parts, options.outputName);
  }
  receivers(): number {
    return this.output.send.receivers() + (this.plain?.send.receivers() ?? 0);
  }
  /** Of one picture of every output it has; null before it was measured. */
  get encodeMs(): number | null {
    const [own, beside] = [this.output.encodeMs, this.plain?.encodeMs ?? null];
    return own === null ? beside : own + (beside ?? 0);
  }
  tally(): Tally {
    const own = this.output.tally;
    const beside = this.plain?.tally;
    return {
      onProgram: own.onProgram || beside?.onProgram === true,
      onPreview: own.onPreview || beside?.onPreview === true,
    };
  }
}

/**
 * The lane's further outputs. Everything here happens after the programme has been handed to libndi, but for two copies of the
 * picture that composite lets it take. The programme never waits for a monitor; a monitor that there is no time for drops its picture.
 */
export class Monitors {
  /** Number and name of the cue that ran last, as control says. */
  cue = '';
  /** Whether this picture is copied for monitors: somebody watches one. */
  isWatched = false;
  readonly #monitors: readonly Monitor[];
  #first = 0;
  /** Monitors of this picture are done by then. */
  #endsAtUs = 0;
  #scan: Scan = 'progressive';
  #timecode100ns = 0n;
  #cameraMetadata: string | null = null;

  constructor(
    private readonly parts: MonitorParts,
    options: readonly MonitorOptions[],
    private readonly snapshot: () => LaneSnapshot,
  ) {
    this.#monitors = options.map((each) => new Monitor(each, this.#table(each.lutFile), parts));
    for (const monitor of this.#monitors) this.#follow(monitor);
  }

  /** Before composite: what it is to show us, or null where nobody watches. */
  tap(frame: ReceivedFrame): PictureTap | null {
    if (this.#monitors.length === 0) return null;
    for (const monitor of this.#monitors) this.#follow(monitor);
    const watched = this.#monitors.filter((monitor) => monitor.receivers() > 0);
    this.isWatched = watched.length > 0;
    if (!this.isWatched) return null;
    const { video } = frame;
    this.#scan = video.scan;
    this.#timecode100ns = video.timecode100ns;
    this.#cameraMetadata = video.hasMetadata ? video.metadata : null;
    this.parts.pictures.wantsAlpha = watched.some((monitor) => isMask(this.#kind(monitor)));
    return this.parts.pictures;
  }

  /** After the programme has left: as many monitors as there is time for, the one that was left out last time first. */
  show(frame: CompositedFrame, facts: ShownFacts, intervalUs: DurationUs, stretch: number): void {
    const count = this.#monitors.length;
    const endsAtUs = frame.captureAtUs + shareForMonitors01 * intervalUs;
    let firstLeftOut = -1;
    for (let i = 0; i < count; i++) {
      const index = (this.#first + i) % count;
      const monitor = this.#monitors[index]!;
      if (monitor.receivers() === 0) continue;
      const startedAtUs = this.parts.clock.nowUs();
      if (startedAtUs + monitor.costUs > endsAtUs || frame.frameNumber % stretch !== 0) {
        monitor.framesDropped++;
        monitor.costUs *= costSinks01;
        if (firstLeftOut < 0) firstLeftOut = index;
        continue;
      }
      this.#endsAtUs = endsAtUs;
      const encodesMs = monitor.encodeMs;
      this.#make(monitor, frame, facts);
      const costUs = since(this.parts.clock.nowUs(), startedAtUs);
      // A picture whose encode was waited for says nothing of what the others cost the lane.
      if (monitor.encodeMs !== encodesMs) continue;
      monitor.costUs += (costUs - monitor.costUs) * (monitor.costUs === 0 ? 1 : costFollows01);
    }
    if (firstLeftOut >= 0) this.#first = firstLeftOut;
  }

  /** A picture of ours, in place of a camera that is not there: all outputs show it. */
  slate(frame: LabelledFrame): void {
    for (const { output, plain } of this.#monitors)
      for (const each of [output, plain]) {
        if (each && each.send.receivers() > 0) each.send.put(frame, durationUs(0));
      }
  }

  /** Bypass reaches the pictures in the delay lines too. `plainOf`: the camera's pixels of a picture that is still held. */
  bypassHeld(plainOf: ReadonlyMap<number, Uint8Array>, facts: LabelFacts): void {
    for (const { output } of this.#monitors)
      output.send.changeHeld((frame) => {
        const plain = plainOf.get(frame.frameNumber);
        if (!plain || frame.kind !== 'likeness' || plain.length !== frame.pixels.length) return;
        frame.pixels.set(plain);
        output.label.label(asBypass(frame), facts, [], 0);
      });
  }

  /** What all receivers of all monitors together do. */
  tally(): Tally {
    const all = this.#monitors.map((monitor) => monitor.tally());
    return {
      onProgram: all.some(({ onProgram }) => onProgram),
      onPreview: all.some(({ onPreview }) => onPreview),
    };
  }
  status(): MonitorStatus[] {
    return this.#monitors.map((monitor) => ({
      id: monitor.options.id,
      mode: this.#settings(monitor).mode,
      outputNames: [monitor.output, monitor.plain].flatMap((each) => (each ? [each.send.sourceName] : [])),
      receivers: monitor.receivers(),
      ...monitor.tally(),
      framesSent: monitor.output.send.framesSent,
      framesDropped: monitor.framesDropped,
      costMs: Math.round(monitor.costUs / 10) / 100,
      encodeMs: monitor.encodeMs,
      lut: monitor.table !== null && this.#settings(monitor).lut,
    }));
  }
  close(): void {
    for (const { output, plain } of this.#monitors) {
      output.close();
      plain?.close();
    }
  }

  #settings({ options }: Monitor): LaneSnapshot['monitors'][string] {
    return this.snapshot().monitors[options.id]!;
  }
  /** What is to be made: a monitor of kind 'programme' follows the programme's mode. */
  #kind(monitor: Monitor): MonitorKind {
    const { mode } = this.#settings(monitor);
    return mode === 'programme' ? programmeKind[this.snapshot().output.mode] : mode;
  }
  /** Names and senders go with what is to be shown, also while nobody watches: a plain source is to be found as one. */
  #follow(monitor: Monitor): void {
    const isPair = this.#settings(monitor).mode === 'pair';
    monitor.output.showsKind(pictureKindOf(this.#kind(monitor), false));
    if (isPair && !monitor.plain) {
      monitor.plain = new MonitorOutput(this.parts, `${monitor.options.outputName} CAMERA`);
      monitor.plain.showsKind('plain');
    }
    if (!isPair && monitor.plain) {
      monitor.plain.close();
      monitor.plain = null;
    }
  }

  #make(monitor: Monitor, frame: CompositedFrame, facts: ShownFacts): void {
    const settings = this.#settings(monitor);
    const { mirror, wipe01 } = this.snapshot().output;
    const follows = settings.mode === 'programme';
    const look: MonitorLook = {
      kind: this.#kind(monitor),
      wipe01: follows ? wipe01 : settings.wipe01,
      gain: settings.gain,
      text: this.#text(monitor, frame, facts),
    };
    this.#send(monitor, monitor.output, look, follows && mirror, frame, facts);
    if (monitor.plain) this.#send(monitor, monitor.plain, { ...look, kind: 'plain' }, false, frame, facts);
  }

  #send(
    monitor: Monitor,
    output: MonitorOutput,
    look: MonitorLook,
    mirror: boolean,
    frame: CompositedFrame,
    facts: ShownFacts,
  ): void {
    const { pictures } = this.parts;
    const { step, likenessId, consentId, delayFrames, corner } = facts;
    const copy = output.take(frame, pictures.format, this.#scan);
    pictures.make(look, this.#lut(monitor), mirror, facts.bypass ? null : facts.plate, {
      ...{ pixels: copy.pixels, strideBytes: copy.shape.strideBytes },
      ...{ heightPx: copy.shape.heightPx, format: copy.shape.format },
    });
    copy.video.timecode100ns = this.#timecode100ns;
    const kind = pictureKindOf(look.kind, facts.bypass);
    const marks = { step, likenessId, consentId, delayFrames, corner, cameraMetadata: this.#cameraMetadata };
    const faceCount = look.kind === 'side-by-side' ? 0 : facts.faceCount;
    const spareUs = durationUs(this.#endsAtUs - this.parts.clock.nowUs());
    output.put(copy, kind, marks, facts.faces, faceCount, facts.delayUs, spareUs);
  }

  #text(monitor: Monitor, frame: ReceivedFrame, facts: ShownFacts): string {
    const settings = this.#settings(monitor);
    const { slate } = this.snapshot();
    const parts: string[] = [];
    const { frameRateNum, frameRateDen } = frame.shape;
    if (settings.timecode) parts.push(timecodeText(this.#timecode100ns, frameRateNum, frameRateDen));
    if (settings.slate && (slate.scene !== '' || slate.take > 0))
      parts.push([slate.scene, slate.take > 0 ? `T${slate.take}` : ''].filter((word) => word !== '').join(' '));
    if (settings.delay) {
      const delayMs = Math.max(facts.delayUs, since(this.parts.clock.nowUs(), frame.captureAtUs)) / 1000;
      parts.push(`DELAY ${facts.delayFrames} fr ${delayMs.toFixed(1)} ms`);
    }
    if (settings.cue && this.cue !== '') parts.push(`CUE ${this.cue}`);
    return parts.length === 0 ? '' : ` ${parts.join('  ')} `;
  }

  #table(file: string | null): ColourTable | null {
    if (file === null) return null;
    try {
      return parseCube(readFileSync(file, 'utf8'));
    } catch (error) {
      const reason = error instanceof CubeFault || error instanceof Error ? error.message : String(error);
      this.parts.onLutFault(file, reason);
      return null;
    }
  }
  /** Baked at first use and when format or matrix change; both are rare, and memory for it is not given back. */
  #lut(monitor: Monitor): BakedLut | null {
    if (monitor.table === null || !this.#settings(monitor).lut) return null;
    const { format, matrix } = this.parts.pictures;
    const wanted = `${format} ${matrix}`;
    if (monitor.lutFor !== wanted) {
      monitor.lut = this.parts.lut.bake(monitor.table, kernelFormatOf(format), matrix);
      monitor.lutFor = wanted;
    }
    return monitor.lut;
  }
}

const asBypass = (frame: LabelledFrame): LabelledFrame => {
  (frame as { kind: string }).kind = 'bypass';
  return frame;
};
