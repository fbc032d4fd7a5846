import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { openTo } from '../access.js';
import { health, healthAliveAnswer, readiness } from '../contract/health.js';
import type { ApiDeps, PartState } from '../deps.js';
import type { Listener } from '../routing.js';

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
        schema: { ...about, summary: 'Alive', response: { 200: healthAliveAnswer } },
      },
      async () => ({ status: 'ok' as const }),
    );

    const described = {
      ...about,
      summary: 'Ready. 200 with `degraded` while a part is down but events are accepted; 503 if they cannot be accepted',
    };
    if (listener.kind === 'public')
      server.get(
        '/readyz',
        { config: openTo(open, 'health.ready'), schema: { ...described, response: { 200: health, 503: health } } },
        async (_request, reply) => {
          const status = statusOf(await deps.parts());
          return reply.status(codeOf(status)).send({ status });
        },
      );
    else
      server.get(
        '/readyz',
        { config: openTo(open, 'health.ready'), schema: { ...described, response: { 200: readiness, 503: readiness } } },
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

type Status = z.output<typeof readiness>['status'];

function statusOf(parts: readonly PartState[]): Status {
  const away = parts.filter((part) => part.state !== 'up');
  return away.length === 0 ? 'ok' : away.some((part) => part.needed) ? 'down' : 'degraded';
}

function codeOf(status: Status): 200 | 503 {
  return status === 'down' ? 503 : 200;
}
