import type { ClientMessage, ServerMessage } from '../../server/protocol/messages.js';

type Answer = Extract<ServerMessage, { type: 'answer' }>;
type Asked = Extract<ClientMessage, { type: 'do' | 'edit' }>;
export type Refused = NonNullable<Answer['refused']>;

/** How long an answer may take before the page says that none came. */
export const answerWithinMs = 5000;
const noAnswer: Refused = {
  code: 'page.no-answer',
  message: 'The server did not answer.',
  advice: 'Look whether it was done before doing it again.',
};

/** Actions and edits under way: each ends in one answer, or in none within five seconds. */
export class Requests {
  private readonly waiting = new Map<number, (refused: Refused | null) => void>();
  private count = 0;

  constructor(
    private readonly send: (message: ClientMessage) => void,
    private readonly later: (run: () => void, delayMs: number) => () => void,
  ) {}

  /** null where it was done; otherwise why not. */
  ask(message: Asked): Promise<Refused | null> {
    const requestId = ++this.count;
    return new Promise((resolve) => {
      const cancel = this.later(() => this.settle(requestId, noAnswer), answerWithinMs);
      this.waiting.set(requestId, (refused) => {
        cancel();
        resolve(refused);
      });
      this.send({ ...message, requestId });
    });
  }

  answered({ requestId, refused }: Answer): void {
    this.settle(requestId, refused);
  }

  private settle(requestId: number, refused: Refused | null): void {
    const resolve = this.waiting.get(requestId);
    this.waiting.delete(requestId);
    resolve?.(refused);
  }
}
