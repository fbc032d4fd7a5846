import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { resetBreaker, showBreakers } from '../../app/inbound/breakers.js';
import { changes, keyed, nobody, nothing } from '../access.js';
import { breakerListAnswer, breakerResetAnswer, breakerResetParams } from '../contract/breakers.js';
import type { ApiDeps } from '../deps.js';
import { notFound } from '../problem.js';

/** What breakers stopped, until a person has looked. */
export function breakerRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['breakers'];

    server.get(
      '/breakers',
      {
        config: keyed('read', 'breaker.list', nothing),
        schema: { tags, summary: 'Tripped breakers, and why', response: { 200: breakerListAnswer } },
      },
      async () => ({
        items: (await showBreakers(app)).flatMap(({ scope, trip, at }) => (trip === null ? [] : [{ ...scope, trippedAt: at, ...trip }])),
      }),
    );

    server.post(
      '/breakers/:kind/:id/reset',
      {
        config: keyed('admin', 'breaker.reset', changes(nobody)),
        schema: {
          tags,
          summary: 'Reset a breaker. It counts from zero again',
          params: breakerResetParams,
          response: {
            200: breakerResetAnswer,
          },
        },
      },
      async (request) => {
        const result = await resetBreaker(app, request.params);
        if (result.kind === 'unknown')
          throw notFound(request.params.kind === 'journey' ? 'journey' : 'mailbox provider', request.params.id);
        return { changed: result.kind === 'reset', entries: result.kind === 'reset' ? result.entries : 0 };
      },
    );
  };
}
