import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiDeps } from '../deps.js';
import { instant } from '../schemas.js';

const ready = z
  .object({
    status: z.enum(['ok', 'degraded', 'down']),
    now: instant,
    clockRate: z.number(),
    version: z.string(),
    parts: z.array(
      z.object({ name: z.string(), state: z.enum(['up', 'starting', 'down']), detail: z.string().nullable(), needed: z.boolean() }),
    ),
  })
  .meta({ id: 'Readiness' });

/** Alive, ready (each part with its state) and metrics. No key: they carry counts and codes only. */
export function healthRoutes(deps: Pick<ApiDeps, 'app' | 'version' | 'registry' | 'parts'>): FastifyPluginAsyncZod {
  return async (server) => {
    server.get(
      '/healthz',
      { schema: { tags: ['health'], security: [], summary: 'Alive', response: { 200: z.object({ status: z.literal('ok') }) } } },
      async () => ({
        status: 'ok' as const,
      }),
    );

    server.get(
      '/readyz',
      {
        schema: {
          tags: ['health'],
          security: [],
          summary: 'Ready, part by part. 200 with `degraded` while events are taken although a part is away; 503 when they cannot be',
          response: { 200: ready, 503: ready },
        },
      },
      async (_request, reply) => {
        const parts = await deps.parts();
        const away = parts.filter((part) => part.state !== 'up');
        const status = away.length === 0 ? 'ok' : away.some((part) => part.needed) ? 'down' : 'degraded';
        return reply
          .status(status === 'down' ? 503 : 200)
          .send({ status, now: deps.app.clock.now(), clockRate: deps.app.clock.rate, version: deps.version, parts: [...parts] });
      },
    );

    server.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
      reply.type(deps.registry.contentType).send(await deps.registry.metrics()),
    );
  };
}
