import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MemoryNdi } from '../../server/ndi/memory.js';
import { MemoryNdi as Ndi } from '../../server/ndi/memory.js';
import type { NdiReceiver } from '../../server/ndi/port.js';
import { buildRoot, entryOf } from '../../server/paths.js';
import { Lane } from '../../server/pipeline/lane.js';
import type { InferenceOptions } from '../../server/pipeline/inference-options.js';
import type { LaneOptions } from '../../server/pipeline/lane-options.js';
import { LaneParams } from '../../server/pipeline/lane-params.js';
import type { ParamValue } from '../../server/protocol/descriptors.js';
import type { ShowFile } from '../../server/show/schema.js';
import { consentScopeOf, flowModelOf, prepareShow } from '../../server/supervisor/prepare-show.js';
import { type Clock, machineClock, SimulatedClock } from '../../server/time/clock.js';
import { showOf } from './bench-cast.js';

/**
 * The real frame path and the real inference process over an in-memory NDI, one picture after the other: what comes out for
 * what went in, without a codec between. For quality benches; the live loop is measured over real NDI.
 */
export interface StageRunOptions {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly framesPerSecond: number;
  readonly frames: number;
  /** Fills a UYVY picture. */
  readonly render: (frameNumber: number, target: Uint8Array) => void;
  readonly onOutput: (
    frameNumber: number,
    uyvy: Uint8Array,
    lane: Lane,
    metadata: string | null,
  ) => void | Promise<void>;
  /** The picture as it goes into the delay line, with its frame: with a declared delay, the only way to see it in step. */
  readonly onComposited?: (frameNumber: number, pixels: Uint8Array, lane: Lane) => void;
  readonly values?: Readonly<Record<string, ParamValue>>;
  /** What an operator changes before a picture; null: nothing. */
  readonly changeBefore?: (frameNumber: number) => Readonly<Record<string, ParamValue>> | null;
  /** Further outputs of the lane, with their values among `values`. */
  readonly monitors?: LaneOptions['monitors'];
  /** The network is there, nothing is sent yet: for who wants to watch more than the programme. */
  readonly onNetwork?: (ndi: MemoryNdi) => void;
  /** How many of the stage's people the cast knows. Default 1. */
  readonly people?: number;
  /** Instead of the demo's. */
  readonly show?: ShowFile;
  /**
   * What the lane's time is. 'machine' (default): real time, for costs. 'frames': one frame interval per picture however long the
   * bench looks at it, for quality; else a slow look would age the keyframes and lose the camera.
   */
  readonly time?: 'machine' | 'frames';
}

export class StageRunner {
  readonly #folder = mkdtempSync(join(tmpdir(), 'understudy-run-'));
  #inference: ChildProcess | null = null;

  async open(): Promise<void> {
    const options: InferenceOptions = {
      runFolder: this.#folder,
      stateFolder: this.#folder,
      landmarks: 'fast',
      provider: 'cpu',
      fp16: false,
      deviceId: 0,
      threads: 1,
      lanes: 1,
    };
    const entry = entryOf('pipeline/inference-process.ts');
    this.#inference = fork(entry, [JSON.stringify(options)], {
      stdio: 'inherit',
      env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
    });
    await new Promise((resolve) => this.#inference!.once('message', resolve));
  }
  /** Where the lane keeps what must survive. */
  get stateFolder(): string {
    return this.#folder;
  }
  get inferencePid(): number | null {
    return this.#inference?.pid ?? null;
  }
  close(): void {
    this.#inference?.kill('SIGTERM');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async run(options: StageRunOptions): Promise<Lane> {
    const show = options.show ?? showOf(options.people ?? 1);
    const prepared = await prepareShow(null, show, join(buildRoot, 'demo', 'prepared'));
    if (prepared.faults.length > 0) throw new Error(JSON.stringify(prepared.faults));
    for (const name of readdirSync(this.#folder)) if (name.startsWith('lane-')) rmSync(join(this.#folder, name));
    const laneOptions: LaneOptions = {
      laneId: 'cam-a',
      runFolder: this.#folder,
      stateFolder: this.#folder,
      source: { name: 'CAM', url: null },
      outputName: 'OUT',
      groups: null,
      failover: null,
      interfaceAddresses: ['127.0.0.1'],
      machineName: null,
      discoveryServers: [],
      askAddresses: [],
      consentScope: consentScopeOf(show),
      bypassPort: 0,
      webControl: null,
      deepColor: false,
      performers: prepared.performers.map((performer) => ({
        ...performer,
        likenessId: show.cast.find(({ performerId }) => performerId === performer.performerId)?.likeness ?? 'sasha',
      })),
      likenesses: prepared.likenesses,
      flowModel: flowModelOf(show),
      values: options.values ?? {},
      monitors: options.monitors ?? [],
      version: '0',
    };
    const frameClock = new SimulatedClock(1e9);
    const clock: Clock = options.time === 'frames' ? frameClock : machineClock;
    const ndi: MemoryNdi = new Ndi({ clock });
    const camera = ndi.createSender({ name: 'CAM', clockVideo: false, clockAudio: false });
    const params = new LaneParams(
      'cam-a',
      this.#folder,
      laneOptions.values,
      (options.monitors ?? []).map(({ id }) => id),
    );
    /** Of the film, by number of the lane. */
    const numbers = new Map<number, number>();
    const lane: Lane = new Lane(laneOptions, ndi, clock, params, {
      onSourceState() {},
      onSourceChanged() {},
      onInference() {},
      onAlarm: (code, context) => console.error(code, context),
      beforeComposite: (frame) => {
        const tag = /<stage_run frame="(\d+)"\/>/.exec(frame.video.metadata ?? '');
        if (tag) numbers.set(frame.frameNumber, Number(tag[1]));
      },
      afterSend: (frame) => {
        const n = numbers.get(frame.frameNumber);
        if (n !== undefined) options.onComposited?.(n, frame.pixels, lane);
      },
    });
    let watched = '';
    const watch = (): NdiReceiver => {
      watched = lane.parts.send.sourceName;
      return ndi.createReceiver({
        source: { name: watched },
        receiverName: 'monitor',
        color: 'fastest',
        allowFields: true,
      });
    };
    let monitor = watch();
    options.onNetwork?.(ndi);
    const running = lane.run();
    const shape = {
      widthPx: options.widthPx,
      heightPx: options.heightPx,
      format: 'UYVY' as const,
      frameRateNum: options.framesPerSecond,
      frameRateDen: 1,
    };
    const delayed = Number(laneOptions.values['/understudy/output/cam-a/output/delayFrames'] ?? 0) > 0;
    await until(() => lane.inferenceUp && camera.connections() > 0, 5000);
    // One for all: a new one per picture would be megabytes for the collector, which a bench of garbage must not see.
    const frame = ndi.createVideoFrame(shape);
    for (let n = 0; n < options.frames; n++) {
      const changes = options.changeBefore?.(n) ?? null;
      if (changes) params.apply(changes);
      options.render(n, frame.pixels);
      frameClock.advanceUs(Math.round(1e6 / options.framesPerSecond));
      // The tag pairs what comes out with what went in: slates may lie between.
      const tag = `<stage_run frame="${n}"/>`;
      camera.sendVideo(frame, tag);
      const sentBefore = lane.parts.send.framesSent;
      const seenBefore = lane.frameNumber;
      camera.flush();
      await until(() => (delayed ? lane.frameNumber > seenBefore : lane.parts.send.framesSent > sentBefore), 2000);
      // A plain or matte output takes another name with its first picture, which nobody sees.
      const renamed = lane.parts.send.sourceName !== watched;
      if (renamed) monitor = watch();
      for (let more = !renamed && !delayed; more; ) {
        const captured = await monitor.capture(2000);
        if (captured.kind !== 'video') {
          more = captured.kind !== 'none';
          continue;
        }
        more = captured.video.metadata?.includes(tag) !== true;
        if (!more) await options.onOutput(n, captured.video.pixels, lane, captured.video.metadata);
        captured.video.release();
      }
      const { counters } = lane.parts.keyframe;
      const isAnswered = (): boolean =>
        counters.answered >= counters.asked &&
        counters.matteAnswered >= counters.matteAsked &&
        !lane.parts.keyframe.detectInFlight;
      await until(isAnswered, 1000);
    }
    frame.free();
    lane.close();
    ndi.close();
    await running;
    return lane;
  }
}

async function until(condition: () => boolean, timeoutMs: number): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!condition() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 2));
}
