import Type from 'typebox';
import { Value } from 'typebox/value';
import type { ClientMessage } from '../../protocol/messages.js';

/** What a page may say, checked before anything acts on it: the other end is a browser tab, not our code. */
const laneId = Type.String({ maxLength: 64 });
const side = Type.Enum(['input', 'output']);
const address = Type.String({ maxLength: 200 });
const frameCount = Type.Integer({ minimum: 0, maximum: 0xffff_ffff });
const requestId = Type.Optional(Type.Integer({ minimum: 0 }));
const schemas = {
  set: Type.Object({ address, value: Type.Union([Type.Number(), Type.String({ maxLength: 4000 }), Type.Boolean()]) }),
  reset: Type.Object({ address }),
  previews: Type.Object({
    want: Type.Array(Type.Object({ laneId, which: side }), { maxItems: 64 }),
    maxFps: Type.Number({ minimum: 0, maximum: 240 }),
    widthPx: Type.Number({ minimum: 16, maximum: 4096 }),
  }),
  meshes: Type.Object({ laneIds: Type.Array(laneId, { maxItems: 32 }) }),
  drawn: Type.Object({ laneId, which: side, frameNumber: frameCount }),
  assign: Type.Object({
    performerId: Type.String({ maxLength: 64 }),
    likenessId: Type.Union([Type.String({ maxLength: 64 }), Type.Null()]),
  }),
  do: Type.Object({
    address,
    value: Type.Optional(Type.Union([Type.Number(), Type.String({ maxLength: 4000 }), Type.Boolean()])),
    requestId,
  }),
  // What an edit holds is the desk's to check: it knows the show's parameters.
  edit: Type.Object({ edit: Type.Object({ kind: Type.String({ maxLength: 40 }) }), requestId }),
  identify: Type.Object({
    name: Type.Optional(Type.String({ maxLength: 60 })),
    place: Type.Optional(Type.String({ maxLength: 60 })),
  }),
  ping: Type.Object({ sentAtMs: Type.Number() }),
} as const satisfies Record<ClientMessage['type'], unknown>;

/** The message, or why it was not understood. Never throws. */
export function parseClientMessage(
  text: string,
): ClientMessage | { readonly type: 'invalid'; readonly reason: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { type: 'invalid', reason: 'it is not JSON' };
  }
  const type = (parsed as { type?: unknown } | null)?.type;
  if (typeof type !== 'string' || !Object.hasOwn(schemas, type))
    return { type: 'invalid', reason: 'its type is unknown' };
  const [fault] = Value.Errors(schemas[type as ClientMessage['type']], parsed);
  if (fault !== undefined) return { type: 'invalid', reason: `${type}${fault.instancePath} ${fault.message}` };
  return parsed as ClientMessage;
}
