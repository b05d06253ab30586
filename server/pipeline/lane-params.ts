import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot } from '../params/define.js';
import { snapshotOf } from '../params/define.js';
import { monitorParams, slateParams } from '../monitors/params.js';
import type { ParamAddress, ParamValue } from '../protocol/descriptors.js';
import { fallbackParams, likenessParams, lookParams, neuralParams, outputParams } from '../stages/composite/params.js';
import { keyframeParams } from '../stages/keyframe/params.js';
import { labelParams } from '../stages/label/params.js';
import { flowParams } from '../stages/propagate/params.js';
import { sendParams } from '../stages/send/params.js';
import { smoothParams } from '../stages/track/params.js';

/** Every stage's frozen snapshot for one frame. */
export interface LaneSnapshot {
  readonly keyframe: Snapshot<typeof keyframeParams>;
  readonly flow: Snapshot<typeof flowParams>;
  readonly smooth: Snapshot<typeof smoothParams>;
  readonly likeness: Snapshot<typeof likenessParams>;
  readonly neural: Snapshot<typeof neuralParams>;
  readonly look: Snapshot<typeof lookParams>;
  readonly output: Snapshot<typeof outputParams>;
  readonly fallback: Snapshot<typeof fallbackParams>;
  readonly label: Snapshot<typeof labelParams>;
  readonly send: Snapshot<typeof sendParams>;
  readonly slate: Snapshot<typeof slateParams>;
  /** By id of the monitor output. */
  readonly monitors: Readonly<Record<string, Snapshot<typeof monitorParams>>>;
}

const saveEveryMs = 100;

/** The lane's own copy of its parameters: what it runs on when control is dead, and starts from after a power loss. */
export class LaneParams {
  values: Record<ParamAddress, ParamValue>;
  snapshot: LaneSnapshot;
  readonly #file: string;
  #saving = false;
  #dirty = false;

  constructor(
    private readonly laneId: string,
    stateFolder: string,
    initial: Readonly<Record<ParamAddress, ParamValue>>,
    private readonly monitorIds: readonly string[] = [],
  ) {
    this.#file = join(stateFolder, `lane-${laneId}.json`);
    this.values = { ...initial, ...this.#load() };
    this.snapshot = this.#build();
  }

  /** Takes effect at the next frame boundary, since frames are handled between messages. */
  apply(changes: Readonly<Record<ParamAddress, ParamValue>>): void {
    Object.assign(this.values, changes);
    this.snapshot = this.#build();
    if (this.bypassAddress in changes) this.#saveNow();
    this.#save();
  }
  get delayAddress(): ParamAddress {
    return `/understudy/output/${this.laneId}/output/delayFrames`;
  }
  get bypassAddress(): ParamAddress {
    return `/understudy/output/${this.laneId}/output/bypass`;
  }

  #build(): LaneSnapshot {
    const lane = `lane/${this.laneId}`;
    const output = `output/${this.laneId}`;
    const v = this.values;
    return Object.freeze({
      keyframe: snapshotOf(keyframeParams, lane, v),
      flow: snapshotOf(flowParams, lane, v),
      smooth: snapshotOf(smoothParams, lane, v),
      likeness: snapshotOf(likenessParams, lane, v),
      neural: snapshotOf(neuralParams, lane, v),
      look: snapshotOf(lookParams, lane, v),
      output: snapshotOf(outputParams, output, v),
      fallback: snapshotOf(fallbackParams, output, v),
      label: snapshotOf(labelParams, output, v),
      send: snapshotOf(sendParams, output, v),
      slate: snapshotOf(slateParams, 'show', v),
      monitors: Object.fromEntries(this.monitorIds.map((id) => [id, snapshotOf(monitorParams, `output/${id}`, v)])),
    });
  }
  #load(): Record<ParamAddress, ParamValue> {
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as Record<ParamAddress, ParamValue>;
    } catch {
      return {};
    }
  }
  /** Bypass must be what the lane comes back with, whenever the power goes: not left to the pace of a moving fader. */
  #saveNow(): void {
    try {
      writeFileSync(`${this.#file}.bypass`, JSON.stringify(this.values, null, 1));
      renameSync(`${this.#file}.bypass`, this.#file);
    } catch {
      // As below.
    }
  }
  /** Off the frame path; the newest values win, a torn file is never left behind. */
  #save(): void {
    this.#dirty = true;
    if (this.#saving) return;
    this.#saving = true;
    void (async () => {
      while (this.#dirty) {
        this.#dirty = false;
        try {
          await writeFile(`${this.#file}.new`, JSON.stringify(this.values, null, 1));
          await rename(`${this.#file}.new`, this.#file);
        } catch {
          // A full disk must not stop a picture; control's journal has the values too.
        }
        // A fader that is on the move must not write files as fast as the disk can.
        await new Promise((resolve) => setTimeout(resolve, saveEveryMs).unref());
      }
      this.#saving = false;
    })();
  }
}
