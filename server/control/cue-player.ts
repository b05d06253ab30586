import type { ParamAddress, ParamValue } from '../protocol/descriptors.js';
import type { Cue, CueState } from '../protocol/show.js';
import type { Book } from '../show/book.js';
import { cueNumberFromDesk } from '../show/cue-number.js';
import { contentOf, contentUpTo, expand, planOf, type CueContent, type CuePlan } from '../show/cue-plan.js';
import { CueRunner, type CueReach } from '../show/cue-runner.js';
import { Fades, type FadeStep } from '../show/fades.js';
import { refusal, type ActionCall, type ParamChange, type Refusal } from '../surfaces/dispatch/dispatch.js';
import { after, type DurationUs, fromMs, type InstantUs } from '../time/time.js';
import type { ShowHost } from './show-host.js';

/** What a cue switches when its fade is over. */
interface Ending {
  readonly atUs: InstantUs;
  readonly cue: Cue;
  readonly switches: Map<ParamAddress, ParamValue>;
  readonly cast: Map<string, string | null>;
}

/**
 * Runs cues on the dispatcher. The journal is told the target when a fade starts, not its steps: a control process that dies in the
 * middle comes back with the fade at its end, which is where the operator sent it.
 */
export class CuePlayer {
  readonly runner: CueRunner<Refusal>;
  readonly #fades = new Fades();
  readonly #targets = new Map<ParamAddress, number>();
  #endings: Ending[] = [];
  /** What stood at an address before the list first touched it: where back goes when no earlier cue says otherwise. */
  readonly #bases = new Map<ParamAddress, ParamValue>();
  /** The list moved, or a fade began or ended. */
  onChange: () => void = () => {};

  constructor(
    private readonly host: ShowHost,
    private readonly book: Book,
  ) {
    this.runner = new CueRunner<Refusal>({
      cues: () => book.cues,
      check: (cue, reach, by) => this.#check(this.#planOf(cue, reach), cue, by),
      start: (cue, reach, by, nowUs) => this.#start(cue, reach, by, nowUs),
      noCue: (number) =>
        number === null ? refusal('', 'CUE_LIST_END', {}) : refusal('', 'CUE_UNKNOWN', { number: number.slice(0, 20) }),
    });
    const { dispatcher } = host;
    dispatcher.handle('cue.go', (call) => this.#go(call));
    dispatcher.handle('cue.back', ({ by }) => this.#moved(this.runner.back(by, this.#now()), by));
    dispatcher.handle('cue.jump', (call) => this.#jump(call));
    dispatcher.handle('cue.select', ({ argument }) => this.#select(String(argument)));
    dispatcher.handle('cue.stop', ({ by }) => this.#halt('stop', by));
    dispatcher.handle('cue.finish', ({ by }) => this.#halt('finish', by));
    dispatcher.handle('timecode.at', ({ argument, by }) =>
      this.#moved(this.runner.timecode(String(argument), by, this.#now()), by),
    );
  }

  /** Whether `tick` is wanted at 50 Hz or more. */
  get busy(): boolean {
    return this.#fades.size > 0 || this.#endings.length > 0 || this.runner.busy;
  }
  state(): CueState {
    return this.runner.state(this.#now(), this.#fades.addresses);
  }
  tick(): void {
    if (!this.busy) return;
    const nowUs = this.#now();
    const before = this.runner.current;
    this.host.batch(() => {
      this.runner.tick(nowUs);
      this.#take(this.#fades.step(nowUs));
      const due = this.#endings.filter(({ atUs }) => nowUs >= atUs);
      if (due.length > 0) this.#endings = this.#endings.filter(({ atUs }) => nowUs < atUs);
      for (const ending of due) this.#end(ending);
    });
    // A cue that followed by itself moved the list: the journal must know where it stands.
    if (this.runner.current !== before) this.#moved(null, 'follow');
    if (!this.busy) this.onChange();
  }
  /** A hand sends a number somewhere over time. As with a cue the journal learns the end at the start. */
  fade({ address, value, by }: ParamChange, lastsUs: DurationUs): void {
    const from = Number(this.host.dispatcher.get(address));
    const descriptor = this.host.registry.find(address)?.descriptor;
    const integer = descriptor?.kind === 'number' && descriptor.integer;
    this.released(address);
    this.host.write({ kind: 'param', address, value, by });
    this.#targets.set(address, Number(value));
    const [to, startsAtUs] = [Number(value), this.#now()];
    this.#fades.start({ address, from, to, integer, curve: 'linear', cue: null, by, startsAtUs, lastsUs });
    this.onChange();
  }
  /** A hand took the value: no fade and no switch at a fade's end may fight it. */
  released(address: ParamAddress): void {
    this.#fades.release(address);
    this.#targets.delete(address);
    for (const { switches } of this.#endings) switches.delete(address);
  }
  /** Values as they will stand when every fade is over. */
  targets(values: readonly (readonly [ParamAddress, ParamValue])[]): (readonly [ParamAddress, ParamValue])[] {
    return values.map(([address, value]) => [address, this.#fadingTo(address) ?? value] as const);
  }
  /** Fades stay where they are. */
  stop(): void {
    this.runner.stop();
    for (const { switches } of this.#endings) for (const address of switches.keys()) this.#keep(address);
    this.#endings = [];
    for (const address of this.#fades.stop()) this.#keep(address);
    this.#targets.clear();
  }
  standAt(number: string | null, by: string): void {
    this.runner.standAt(number);
    this.#moved(null, by);
  }

  #now(): InstantUs {
    return this.host.clock.nowUs();
  }
  #fadingTo(address: ParamAddress): number | undefined {
    return this.#targets.get(address);
  }
  #go({ by }: ActionCall): Refusal | null {
    return this.#moved(this.runner.go(by, this.#now()), by);
  }
  #jump({ argument, by }: ActionCall): Refusal | null {
    const number = cueNumberFromDesk(String(argument));
    if (number === null) return refusal('', 'CUE_UNKNOWN', { number: String(argument).slice(0, 20) });
    return this.#moved(this.runner.jump(number, by, this.#now()), by);
  }
  #select(argument: string): Refusal | null {
    const refused = this.runner.select(cueNumberFromDesk(argument) ?? argument);
    if (refused === null) this.onChange();
    return refused;
  }
  #moved(refused: Refusal | null, by: string): Refusal | null {
    if (refused === null) {
      this.host.write({ kind: 'cue', number: this.runner.current, by });
      this.onChange();
    }
    return refused;
  }
  #halt(way: 'stop' | 'finish', by: string): Refusal | null {
    this.host.record('cue', by, { did: way });
    if (way === 'stop') this.stop();
    else
      this.host.batch(() => {
        this.runner.finish(this.#now());
        this.#take(this.#fades.finish());
        this.#targets.clear();
        for (const ending of this.#endings.splice(0)) this.#end(ending);
      });
    this.onChange();
    return null;
  }
  #planOf(cue: Cue, reach: CueReach): CuePlan {
    const look = (id: string): ReturnType<Book['look']> => this.book.look(id);
    if (reach === 'step') return planOf(contentOf(cue, look), this.host.registry);
    const content = contentUpTo(cue.number, this.book.cues, look);
    const said = expand(content.values, this.host.registry);
    const values = { ...Object.fromEntries(this.#bases), ...said };
    return planOf({ ...content, values } satisfies CueContent, this.host.registry);
  }
  /** All or nothing: a cue that may not show one of its likenesses does not run at all, and says which. */
  #check(plan: CuePlan, cue: Cue, by: string): Refusal | null {
    const refused = this.ask(plan, by);
    if (refused !== null) {
      this.host.alarmRefused(`cue ${cue.number}`, refused);
      return refused;
    }
    this.host.alarms.clear(`cue ${cue.number}`);
    const [first] = plan.skipped;
    if (first === undefined) this.host.alarms.clear(`cue part ${cue.number}`);
    else {
      const { length: count } = plan.skipped;
      this.host.alarms.raise(`cue part ${cue.number}`, 'CUE_PARTLY', { cue: cue.number, count, address: first });
    }
    return null;
  }
  /** Whether every likeness of a plan that is not on air already may be shown. */
  ask({ switches, cast }: CuePlan, by: string): Refusal | null {
    for (const { address, value } of switches) {
      if (!address.endsWith('/likeness/id') || value === '' || this.host.dispatcher.get(address) === value) continue;
      const refused = this.host.mayShow(String(value), address, by);
      if (refused !== null) return refused;
    }
    for (const [performerId, likenessId] of Object.entries(cast)) {
      if (likenessId === null || this.host.assignments().get(performerId) === likenessId) continue;
      const refused = this.host.mayShow(likenessId, `cast/${performerId}`, by);
      if (refused !== null) return refused;
    }
    return null;
  }

  #start(cue: Cue, reach: CueReach, by: string, nowUs: InstantUs): void {
    const plan = this.#planOf(cue, reach);
    const name = `cue ${cue.number}`;
    this.host.record('cue', by, { did: reach === 'step' ? 'go' : 'jump', cue: cue.number, fadeMs: cue.fadeMs });
    for (const { address, value } of plan.switches) this.#note(address, value, name);
    for (const { address, to } of plan.numbers) this.#note(address, to, name);
    this.host.batch(() => {
      for (const { address, to, integer } of plan.numbers) this.#startNumber(cue, address, to, integer, nowUs);
      const cut = cue.fadeMs === 0 || cue.snap === 'start';
      const ending: Ending = {
        atUs: cut ? nowUs : after(nowUs, fromMs(cue.fadeMs)),
        cue,
        switches: new Map(plan.switches.map(({ address, value }) => [address, value])),
        cast: new Map(Object.entries(plan.cast)),
      };
      // What an earlier cue would still switch, this one has spoken about.
      for (const { switches, cast } of this.#endings) {
        for (const address of ending.switches.keys()) switches.delete(address);
        for (const performerId of ending.cast.keys()) cast.delete(performerId);
      }
      if (cut) this.#end(ending);
      else this.#endings.push(ending);
    });
    this.onChange();
  }
  #startNumber(cue: Cue, address: ParamAddress, to: number, integer: boolean, nowUs: InstantUs): void {
    const from = Number(this.host.dispatcher.get(address));
    this.#fades.release(address);
    if (cue.fadeMs === 0 || from === to) {
      this.#targets.delete(address);
      this.#take([{ address, value: to, by: `cue ${cue.number}` }]);
      return;
    }
    this.#targets.set(address, to);
    const { curve, number } = cue;
    this.#fades.start({
      address,
      from,
      to,
      integer,
      curve,
      cue: number,
      by: `cue ${number}`,
      startsAtUs: nowUs,
      lastsUs: fromMs(cue.fadeMs),
    });
  }
  #end({ cue, switches, cast }: Ending): void {
    const by = `cue ${cue.number}`;
    for (const [address, value] of switches) {
      if (address.endsWith('/likeness/id') && value !== '' && this.host.dispatcher.get(address) !== value) {
        // Asked when the cue was run, and again now: a record revoked during its delay or fade counts.
        const refused = this.host.mayShow(String(value), address, by);
        if (refused !== null) {
          this.#keep(address);
          this.host.alarmRefused(by, refused);
          continue;
        }
      }
      this.#take([{ address, value, by }]);
    }
    for (const [performerId, likenessId] of cast) {
      if (this.host.assignments().get(performerId) === likenessId) continue;
      const refused = this.host.assign(performerId, likenessId, by);
      if (refused !== null) this.host.alarmRefused(by, refused);
    }
  }
  #take(steps: readonly FadeStep[]): void {
    for (const { address, value } of steps) if (this.#targets.get(address) === value) this.#targets.delete(address);
    this.host.dispatcher.take(steps.map((step) => ({ ...step, transient: true })));
  }
  /** The journal learns the end at the start. */
  #note(address: ParamAddress, value: ParamValue, by: string): void {
    const stands = this.host.dispatcher.get(address);
    if (stands !== undefined && !this.#bases.has(address)) this.#bases.set(address, stands);
    this.host.write({ kind: 'param', address, value, by });
  }
  /** What was sent elsewhere stays where it is: so says the journal too. */
  #keep(address: ParamAddress): void {
    const value = this.host.dispatcher.get(address);
    if (value !== undefined) this.host.write({ kind: 'param', address, value, by: 'stop' });
  }
}
