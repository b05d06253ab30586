import type { InferenceStatus } from '../protocol/messages.js';

/** Inference in a line, for people: what runs where, and why it is not where it was wanted. */
export function engineText({ asked, running, reason, models }: InferenceStatus): string {
  const threads = models.map((model) => `${model.id} ×${model.threads}`).join(', ');
  const wanted = reason === null ? '' : ` (asked: ${asked}; ${reason})`;
  return `${running}${wanted}; threads: ${threads}`;
}
