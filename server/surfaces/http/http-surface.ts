import { existsSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyInstance } from 'fastify';
import { CodedError, describeError } from '../../errors/coded-error.js';
import type { ParamRegistry } from '../../params/registry.js';
import type { RawValue } from '../../params/validate.js';
import type { Dispatcher } from '../dispatch/dispatch.js';
import { tokenCookie, tokenOf, type Access } from './access.js';
import { metricsRegistry, type MetricsSource } from './metrics.js';
import { originFault, type AllowedHosts } from './origin.js';
import { addShowRoutes, type ShowRoutes } from './show-routes.js';

export interface HttpSurfaceOptions {
  readonly dispatcher: Dispatcher;
  readonly registry: ParamRegistry;
  readonly metrics: MetricsSource;
  /** What GET /status answers. */
  readonly status: () => unknown;
  readonly allowed: AllowedHosts;
  readonly access: Access;
  readonly show: ShowRoutes;
  /** Folder of the built page. */
  readonly pageFolder: string;
  /** Triangles and texture coordinates of the face mesh, made at set-up. */
  readonly canonicalFaceFile: string;
}

const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** Routes over one dispatcher. `listen` opens one server per interface; `handlers` lets /ws attach to each of them. */
export async function createHttpSurface(options: HttpSurfaceOptions): Promise<FastifyInstance> {
  const app = Fastify({ bodyLimit: 64 * 1024, logger: false, forceCloseConnections: true });
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(securityHeaders);
    const fault = originFault(request.headers, options.allowed);
    if (fault !== null) {
      await reply.code(403).send({ ok: false, ...describeError(fault.code, fault.context) });
      return;
    }
    const who = options.access.of(request.raw);
    if (who === null) {
      await reply.code(401).send({ ok: false, ...describeError('CONTROL_TOKEN_REFUSED', {}) });
      return;
    }
    // The address with the token, opened once, lets the page and its WebSocket in from then on.
    const token = tokenOf(request.raw);
    if (token !== null && request.url.includes('token='))
      void reply.header('set-cookie', `${tokenCookie}=${token}; HttpOnly; SameSite=Strict; Path=/`);
  });
  app.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) => {
    const status = error.statusCode ?? 500;
    void reply.code(status).send({ ok: false, ...describeError('CONTROL_MESSAGE_INVALID', { reason: error.message }) });
  });
  addReadRoutes(app, options);
  addParamRoutes(app, options);
  addShowRoutes(app, options.show, (request) => options.access.of(request.raw)?.role ?? 'director');
  if (existsSync(options.pageFolder)) await app.register(fastifyStatic, { root: options.pageFolder });
  else
    app.get('/', (_request, reply) =>
      reply.code(503).type('text/plain').send('The page is not built: run "npm start" or "npm run setup".\n'),
    );
  return app;
}

function addReadRoutes(app: FastifyInstance, options: HttpSurfaceOptions): void {
  const metrics = metricsRegistry(options.metrics);
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()));
  app.get('/status', (_request, reply) => reply.header('cache-control', 'no-store').send(options.status()));
  app.get('/canonical-face.json', (_request, reply) => {
    if (!existsSync(options.canonicalFaceFile)) return reply.code(404).send({ ok: false });
    return reply.type('application/json').send(readFileSync(options.canonicalFaceFile));
  });
}

function addParamRoutes(app: FastifyInstance, { dispatcher, registry, access }: HttpSurfaceOptions): void {
  app.get('/params', (_request, reply) =>
    reply.header('cache-control', 'no-store').send({
      scopes: registry.scopes,
      descriptors: registry.descriptors,
      values: dispatcher.all(),
      actions: registry.actionDescriptors,
      meters: registry.meterDescriptors,
      meterValues: dispatcher.allMeters(),
    }),
  );
  app.get<{ Params: { '*': string } }>('/params/*', (request, reply) => {
    const address = '/' + request.params['*'];
    const instance = registry.find(address) ?? registry.findMeter(address) ?? registry.findAction(address);
    if (instance === null) {
      return reply.code(404).send({ ok: false, address, ...describeError('PARAM_UNKNOWN_ADDRESS', { address }) });
    }
    return reply.header('cache-control', 'no-store').send({
      address,
      value: dispatcher.get(address) ?? dispatcher.meter(address) ?? null,
      descriptor: instance.descriptor,
    });
  });
  app.put<{ Params: { '*': string }; Body: unknown }>('/params/*', (request, reply) => {
    const body = request.body;
    const raw =
      typeof body === 'object' && body !== null && 'value' in body ? (body as { value: unknown }).value : body;
    const value = typeof raw === 'object' ? null : (raw as RawValue);
    const role = access.of(request.raw)?.role ?? 'director';
    const answer = dispatcher.dispatch('/' + request.params['*'], value, `http ${request.ip}`, role);
    const unknown = !answer.ok && answer.code === 'PARAM_UNKNOWN_ADDRESS';
    return reply.code(answer.ok ? 200 : unknown ? 404 : answer.code === 'ROLE_READ_ONLY' ? 403 : 422).send(answer);
  });
}

/** Opens the surface on one address and gives the port (asked for with 0). Throws CodedError where it is taken or not ours. */
export async function listenHttp(app: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE') {
      throw new CodedError('CONTROL_PORT_TAKEN', { surface: 'HTTP', port, host, key: 'http' }, { cause: error });
    }
    if (code === 'EADDRNOTAVAIL') throw new CodedError('CONTROL_INTERFACE_ABSENT', { host }, { cause: error });
    throw error;
  }
  const bound = (app.server as Server).address();
  return typeof bound === 'object' && bound !== null ? bound.port : port;
}
