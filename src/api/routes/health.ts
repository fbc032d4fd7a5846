import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { noticeCodes } from '../../app/upkeep/read-notices.js';
import { openTo } from '../access.js';
import type { ApiDeps, PartState } from '../deps.js';
import type { Listener } from '../routing.js';
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
    notices: z
      .array(z.object({ code: z.enum(noticeCodes), sentence: z.string() }))
      .meta({ description: 'What works as it was told to, and may not be what anybody wants: a forgotten pause, no journey live.' }),
  })
  .meta({ id: 'Readiness' });

/** What the world is told, which is what a load balancer needs. */
const bare = ready.pick({ status: true }).meta({ id: 'Health' });

/** Alive, ready (each part with its state, on the internal listener) and metrics. No key: they carry counts and codes only. */
export function healthRoutes(
  deps: Pick<ApiDeps, 'app' | 'version' | 'registry' | 'parts' | 'notices'>,
  listener: Listener,
): FastifyPluginAsyncZod {
  return async (server) => {
    const open = { kind: 'open', internal: false } as const;
    const about = { tags: ['health'], security: [] };
    server.get(
      '/healthz',
      {
        config: openTo(open, 'health.alive'),
        schema: { ...about, summary: 'Alive', response: { 200: z.object({ status: z.literal('ok') }) } },
      },
      async () => ({ status: 'ok' as const }),
    );

    const readiness = {
      ...about,
      summary: 'Ready. 200 with `degraded` while events are taken although a part is away; 503 when they cannot be',
    };
    if (listener.kind === 'public')
      server.get(
        '/readyz',
        { config: openTo(open, 'health.ready'), schema: { ...readiness, response: { 200: bare, 503: bare } } },
        async (_request, reply) => {
          const status = statusOf(await deps.parts());
          return reply.status(codeOf(status)).send({ status });
        },
      );
    else
      server.get(
        '/readyz',
        { config: openTo(open, 'health.ready'), schema: { ...readiness, response: { 200: ready, 503: ready } } },
        async (_request, reply) => {
          const [parts, notices] = await Promise.all([deps.parts(), deps.notices()]);
          const status = statusOf(parts);
          const { clock } = deps.app;
          return reply
            .status(codeOf(status))
            .send({ status, now: clock.now(), clockRate: clock.rate, version: deps.version, parts: [...parts], notices: [...notices] });
        },
      );

    server.get(
      '/metrics',
      { config: openTo({ kind: 'open', internal: true }, 'health.metrics'), schema: { hide: true } },
      async (_request, reply) => reply.type(deps.registry.contentType).send(await deps.registry.metrics()),
    );
  };
}

type Status = z.output<typeof ready>['status'];

function statusOf(parts: readonly PartState[]): Status {
  const away = parts.filter((part) => part.state !== 'up');
  return away.length === 0 ? 'ok' : away.some((part) => part.needed) ? 'down' : 'degraded';
}

function codeOf(status: Status): 200 | 503 {
  return status === 'down' ? 503 : 200;
}
