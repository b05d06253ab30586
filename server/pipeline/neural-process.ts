import type { NeuralSpec } from '../likeness/neural/spec.js';
import { openForeign } from '../onnx/foreign.js';
import type { SessionOptions } from '../onnx/port.js';
import { machineClock } from '../time/clock.js';
import { since, toMs } from '../time/time.js';
import { openWork, type Work, type WorkAnswer, type WorkRequest } from './neural-work.js';

/**
 * One neural engine, a process of its own below the inference process: loading and warming it, and its slow runs, hold up nobody's
 * landmarks, and its end takes nothing along. Messages are structured clones.
 */
export type NeuralOrder =
  | { readonly type: 'load'; readonly spec: NeuralSpec; readonly session: Partial<SessionOptions> }
  | { readonly type: 'run'; readonly ticket: number; readonly head: WorkRequest; readonly payload: Uint8Array };
export type NeuralReport =
  | { readonly type: 'ready'; readonly loadMs: number }
  | { readonly type: 'fault'; readonly message: string }
  | ({ readonly type: 'done'; readonly ticket: number } & WorkAnswer)
  | { readonly type: 'failed'; readonly ticket: number; readonly message: string };

const clock = machineClock;
const say = (report: NeuralReport): void => void process.send?.(report);
const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
let work: Work | null = null;

async function load({ spec, session }: Extract<NeuralOrder, { type: 'load' }>): Promise<void> {
  const startedAtUs = clock.nowUs();
  try {
    work = await openWork(spec, (id, bytes) => openForeign(id, bytes, session), clock);
    say({ type: 'ready', loadMs: toMs(since(clock.nowUs(), startedAtUs)) });
  } catch (error) {
    say({ type: 'fault', message: textOf(error) });
  }
}

async function run({ ticket, head, payload }: Extract<NeuralOrder, { type: 'run' }>): Promise<void> {
  try {
    say({ type: 'done', ticket, ...(await work!(head, payload)) });
  } catch (error) {
    say({ type: 'failed', ticket, message: textOf(error) });
  }
}

process.on('message', (order: NeuralOrder) => void (order.type === 'load' ? load(order) : run(order)));
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
process.on('SIGINT', () => {});
