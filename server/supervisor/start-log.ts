import { writeFile } from 'node:fs';
import { machineClock } from '../time/clock.js';
import { processStartedAtUs } from '../time/start-marks.js';
import { type InstantUs, since, toMs } from '../time/time.js';

interface Mark {
  readonly process: string;
  readonly what: string;
  readonly atMs: number;
}
const writeAfterMs = 300;

/**
 * Where the time of a start goes: what each process had done how many milliseconds after the command was typed (after Node began, to be
 * exact). Kept in the state folder as logs/start.log, written aside while nothing waits for it; marks after the start are not taken.
 */
export class StartLog {
  readonly #marks: Mark[] = [];
  readonly #startedAtUs = processStartedAtUs();
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly file: string) {}

  note(process: string, what: string, atUs: InstantUs = machineClock.nowUs()): void {
    // A process that is started again says the same again: that is not the start any more.
    if (this.#marks.some((mark) => mark.process === process && mark.what === what)) return;
    this.#marks.push({ process, what, atMs: toMs(since(atUs, this.#startedAtUs)) });
    this.#timer ??= setTimeout(() => this.#write(), writeAfterMs).unref();
  }

  /** One line per mark, in the order of time: ms since the start, ms since the mark before of the same process, process, what. */
  get text(): string {
    const before = new Map<string, number>();
    const lines = [...this.#marks]
      .sort((a, b) => a.atMs - b.atMs)
      .map(({ process, what, atMs }) => {
        const step = atMs - (before.get(process) ?? atMs);
        before.set(process, atMs);
        return `${atMs.toFixed(0).padStart(7)} ${`+${step.toFixed(0)}`.padStart(7)}  ${process.padEnd(12)}  ${what}`;
      });
    return ['     ms    step  process       done', ...lines, ''].join('\n');
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #write(): void {
    this.#timer = null;
    // A log that cannot be written is no reason to disturb a show.
    writeFile(this.file, this.text, () => {});
  }
}
