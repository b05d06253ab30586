import { describe, expect, it } from 'vitest';
import { answerWithinMs, Requests } from '../../../control-ui/link/requests.js';
import type { ClientMessage } from '../../../server/protocol/messages.js';
import { TestTime } from './fake-host.js';

const go = { type: 'do', address: '/understudy/show/cue/go' } as const;

describe('requests', () => {
  it('gives each question its own answer, in whatever order they come', async () => {
    const sent: ClientMessage[] = [];
    const requests = new Requests((message) => sent.push(message), new TestTime().later);
    const [first, second] = [requests.ask(go), requests.ask(go)];
    const ids = sent.map((message) => (message as { requestId: number }).requestId);
    const refused = { code: 'LOCKED', message: 'no', advice: 'wait' };
    requests.answered({ type: 'answer', requestId: ids[1]!, ok: false, refused });
    requests.answered({ type: 'answer', requestId: ids[0]!, ok: true, refused: null });
    expect(await first).toBeNull();
    expect(await second).toEqual(refused);
  });

  it('says that no answer came after five seconds, and not before', async () => {
    const time = new TestTime();
    const asked = new Requests(() => undefined, time.later).ask(go);
    let answer: unknown = 'waiting';
    void asked.then((refused) => (answer = refused));
    time.pass(answerWithinMs - 1);
    await Promise.resolve();
    expect(answer).toBe('waiting');
    time.pass(1);
    expect((await asked)?.code).toBe('page.no-answer');
  });
});
