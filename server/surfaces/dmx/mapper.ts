import type { ActionDescriptor, ParamDescriptor } from '../../protocol/descriptors.js';
import type { DmxMapping } from '../../protocol/consoles.js';
import type { Clock } from '../../time/clock.js';
import type { Dispatcher } from '../dispatch/dispatch.js';
import { Universe, type DmxPacket } from './universe.js';

interface Line {
  readonly mapping: DmxMapping;
  readonly descriptor: ParamDescriptor | ActionDescriptor;
  /** Of 255 or 65 535; null before the first packet. */
  level: number | null;
}
const lineKey = ({ universe, channel }: DmxMapping): string => `${universe}/${channel}`;

/**
 * DMX channels as parameters. A channel acts when it moves: the first picture of a universe is only noted, so that a desk
 * that is switched on, or a control process that comes back, changes nothing on air. An action is done when its channel rises
 * past one half.
 */
export class DmxMapper {
  readonly counters = { packets: 0, malformed: 0, unmapped: 0, outOfOrder: 0, changes: 0, refused: 0 };
  /** Mappings whose address is not there, for the alarm board. */
  readonly faults: readonly DmxMapping[];
  readonly #universes = new Map<number, Universe>();
  readonly #lines = new Map<number, Line[]>();

  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly clock: Clock,
    map: readonly DmxMapping[],
  ) {
    const faults: DmxMapping[] = [];
    for (const mapping of map) {
      const { registry } = dispatcher;
      const descriptor = (registry.find(mapping.address) ?? registry.findAction(mapping.address))?.descriptor;
      const fits = mapping.channel + (mapping.bits === 16 ? 1 : 0) <= 512;
      if (descriptor === undefined || !fits || !isMappable(descriptor)) {
        faults.push(mapping);
        continue;
      }
      this.#universes.set(mapping.universe, this.#universes.get(mapping.universe) ?? new Universe());
      const lines = this.#lines.get(mapping.universe) ?? [];
      lines.push({ mapping, descriptor, level: null });
      this.#lines.set(mapping.universe, lines);
    }
    this.faults = faults;
  }

  /** The universes that are listened for. */
  get universes(): readonly number[] {
    return [...this.#universes.keys()];
  }

  /** `wire`: "sacn" or "artnet". Never throws. */
  take(packet: DmxPacket, wire: string): void {
    this.counters.packets += 1;
    const universe = this.#universes.get(packet.universe);
    if (universe === undefined) {
      this.counters.unmapped += 1;
      return;
    }
    const droppedBefore = universe.dropped;
    const merged = universe.take(packet, this.clock.nowUs());
    this.counters.outOfOrder += universe.dropped - droppedBefore;
    if (!merged) return;
    const isOn = this.dispatcher.get('/understudy/show/dmx/input') !== false;
    for (const line of this.#lines.get(packet.universe) ?? []) this.#move(line, universe.levels, wire, isOn);
  }

  #move(line: Line, levels: Uint8Array, wire: string, isOn: boolean): void {
    const { mapping } = line;
    const coarse = levels[mapping.channel - 1] ?? 0;
    const level = mapping.bits === 16 ? coarse * 256 + (levels[mapping.channel] ?? 0) : coarse;
    const before = line.level;
    line.level = level;
    if (before === null || before === level || !isOn) return;
    const full = mapping.bits === 16 ? 65_535 : 255;
    const isRise = level / full >= 0.5 && before / full < 0.5;
    if (line.descriptor.kind === 'action' && !isRise) return;
    const value = valueOf(line, level / full);
    const answer = this.dispatcher.dispatch(mapping.address, value, `${wire} ${lineKey(mapping)}`);
    if (answer.ok) this.counters.changes += 1;
    else this.counters.refused += 1;
  }
}

/** A level is no text, and no argument. */
const isMappable = (descriptor: ParamDescriptor | ActionDescriptor): boolean =>
  descriptor.kind === 'action'
    ? descriptor.argument === null || descriptor.argumentOptional
    : descriptor.kind !== 'text';

function valueOf({ mapping, descriptor }: Line, level01: number): number | string | boolean | null {
  switch (descriptor.kind) {
    case 'number': {
      const { from = descriptor.min, to = descriptor.max } = mapping;
      return from + level01 * (to - from);
    }
    case 'choice':
      return descriptor.choices[
        Math.min(descriptor.choices.length - 1, Math.floor(level01 * descriptor.choices.length))
      ]!;
    case 'toggle':
      return level01 >= 0.5;
    case 'action':
      return descriptor.argument === null ? true : null;
    case 'text':
      return null;
  }
}
