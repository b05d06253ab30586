import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Role } from '../../protocol/messages.js';
import type { Refusal } from '../dispatch/dispatch.js';

/** What the show desk answers over HTTP. */
export interface ShowRoutes {
  /** Book, versions, cue state, undo, lock and clients, as one object. */
  readonly state: () => unknown;
  /** A show file that starts the show as it stands now. */
  readonly file: () => unknown;
  readonly edit: (edit: unknown, by: string) => Refusal | null;
  readonly assign: (performerId: string, likenessId: string | null, by: string) => Refusal | null;
  /** Newest entries of the audit log, oldest of them first. */
  readonly audit: (after: number, most: number) => unknown;
}

const mostAuditEntries = 1000;

/** Routes of looks, cues, stage, versions, cast and audit. Actions (go, undo …) are addresses: PUT /params/<address>. */
export function addShowRoutes(app: FastifyInstance, show: ShowRoutes, roleOf: (request: FastifyRequest) => Role): void {
  const readOnly = { ok: false, code: 'ROLE_READ_ONLY' };
  app.get('/show', (_request, reply) => reply.header('cache-control', 'no-store').send(show.state()));
  app.get('/show/file', (_request, reply) =>
    reply
      .header('cache-control', 'no-store')
      .header('content-disposition', 'attachment; filename="show.json"')
      .type('application/json')
      .send(JSON.stringify(show.file(), null, 2) + '\n'),
  );
  app.post<{ Body: unknown }>('/show/edit', { bodyLimit: 1 << 20 }, (request, reply) => {
    if (roleOf(request) !== 'operator') return reply.code(403).send(readOnly);
    const refused = show.edit(request.body, `http ${request.ip}`);
    return reply.code(refused === null ? 200 : 422).send(refused ?? { ok: true });
  });
  app.put<{ Params: { id: string }; Body: { likenessId?: unknown } | null }>('/show/cast/:id', (request, reply) => {
    if (roleOf(request) !== 'operator') return reply.code(403).send(readOnly);
    const likenessId = request.body?.likenessId;
    const given = typeof likenessId === 'string' ? likenessId : null;
    const refused = show.assign(request.params.id, given, `http ${request.ip}`);
    return reply.code(refused === null ? 200 : 422).send(refused ?? { ok: true });
  });
  app.get<{ Querystring: { after?: string; most?: string } }>('/audit', (request, reply) => {
    const whole = (text: string | undefined, otherwise: number): number => {
      const value = Number(text ?? otherwise);
      return Number.isInteger(value) && value >= -1 ? value : otherwise;
    };
    const most = Math.min(mostAuditEntries, whole(request.query.most, 200));
    return reply.header('cache-control', 'no-store').send(show.audit(whole(request.query.after, -1), most));
  });
}
