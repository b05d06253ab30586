import type { WebSocket } from 'ws';
import type { ClientMessage, Role, ServerMessage } from '../../protocol/messages.js';
import type { ClientInfo } from '../../protocol/show.js';
import { refusal, type Dispatcher, type Refusal } from '../dispatch/dispatch.js';
import { nameOf, writerOf } from './client-keys.js';
import type { PreviewFlow } from './preview-flow.js';

/** One connected page. */
export interface Client {
  readonly socket: WebSocket;
  readonly clientId: string;
  readonly role: Role;
  readonly address: string;
  readonly sinceIso: string;
  name: string;
  place: string;
  lastChange: ClientInfo['lastChange'];
  readonly previews: PreviewFlow;
  meshes: ReadonlySet<string>;
  alive: boolean;
}
export const infoOf = ({ clientId, name, role, address, sinceIso, lastChange, place }: Client): ClientInfo => ({
  clientId,
  name,
  role,
  address,
  sinceIso,
  lastChange,
  place,
});

export interface ClientActsHost {
  readonly dispatcher: Dispatcher;
  readonly assign: (performerId: string, likenessId: string | null, by: string) => Refusal | null;
  readonly edit: (edit: unknown, by: string) => Refusal | null;
  readonly onWantsChanged: () => void;
  readonly nowIso: () => string;
  readonly reply: (client: Client, message: ServerMessage) => void;
  readonly tellPresence: () => void;
}

/** What a page's message does. Everything that changes the show ends in the dispatcher or the desk, under the page's name and role. */
export class ClientActs {
  constructor(private readonly host: ClientActsHost) {}

  refuse(client: Client, { address, code, message, advice }: Refusal): void {
    this.host.reply(client, { type: 'refused', address, code, message, advice });
  }

  act(client: Client, message: ClientMessage): void {
    const by = writerOf(client);
    switch (message.type) {
      case 'set':
      case 'reset':
        this.#set(client, message, by);
        return;
      case 'do':
        this.#do(client, message, by);
        return;
      case 'edit': {
        const refused = client.role === 'operator' ? this.host.edit(message.edit, by) : readOnly(client.role);
        this.#answer(client, message.requestId, refused);
        return;
      }
      case 'identify':
        if (message.name !== undefined) client.name = nameOf(message.name);
        if (message.place !== undefined) client.place = nameOf(message.place);
        this.host.tellPresence();
        return;
      case 'previews':
        client.previews.want(message.want, message.maxFps, message.widthPx);
        this.host.onWantsChanged();
        return;
      case 'meshes':
        client.meshes = new Set(message.laneIds);
        this.host.onWantsChanged();
        return;
      case 'drawn':
        client.previews.drawn(message.laneId, message.which, message.frameNumber);
        return;
      case 'assign': {
        const stopped =
          client.role === 'operator'
            ? this.host.assign(message.performerId, message.likenessId, by)
            : readOnly(client.role);
        if (stopped !== null) this.refuse(client, stopped);
        return;
      }
      case 'ping':
        this.host.reply(client, { type: 'pong', sentAtMs: message.sentAtMs });
        return;
    }
  }

  #set(client: Client, message: Extract<ClientMessage, { type: 'set' | 'reset' }>, by: string): void {
    const { dispatcher } = this.host;
    const { address } = message;
    const answer =
      message.type === 'set'
        ? dispatcher.dispatch(address, message.value, by, client.role)
        : dispatcher.reset(address, by, client.role);
    if (!answer.ok) {
      this.refuse(client, answer);
      return;
    }
    client.lastChange = { address, atIso: this.host.nowIso() };
    if (dispatcher.registry.find(address) === null) return;
    // Taken otherwise than it was sent, or nothing new for the others: the sender must still see the true value.
    if (answer.clamped || !answer.changed)
      this.host.reply(client, { type: 'params', changes: [{ address, value: answer.value, by }] });
  }
  #do(client: Client, { address, value, requestId }: Extract<ClientMessage, { type: 'do' }>, by: string): void {
    const { dispatcher } = this.host;
    const known = dispatcher.registry.findAction(address) !== null;
    const answer = known
      ? dispatcher.dispatch(address, value ?? null, by, client.role)
      : refusal(address, 'PARAM_UNKNOWN_ADDRESS', { address });
    if (answer.ok) client.lastChange = { address, atIso: this.host.nowIso() };
    this.#answer(client, requestId, answer.ok ? null : answer);
  }
  #answer(client: Client, requestId: number | undefined, refused: Refusal | null): void {
    if (refused !== null) this.refuse(client, refused);
    if (requestId === undefined) return;
    const why = refused === null ? null : { code: refused.code, message: refused.message, advice: refused.advice };
    this.host.reply(client, { type: 'answer', requestId, ok: refused === null, refused: why });
  }
}

const readOnly = (role: Role): Refusal => refusal('', 'ROLE_READ_ONLY', { role });
