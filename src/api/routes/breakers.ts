import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { resetBreaker, showBreakers } from '../../app/inbound/breakers.js';
import { changes, keyed, nobody, nothing } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { notFound } from '../problem.js';
import { instant, plainText } from '../schemas.js';

const kind = z.enum(['journey', 'provider']);
const breaker = z
  .object({
    kind: kind.meta({ description: 'What is stopped: a journey, or marketing to a mailbox provider.' }),
    id: z.string().meta({ description: 'The journey’s id, or the provider’s name, such as gmail.' }),
    trippedAt: instant,
    rule: z.string(),
    finding: z.string().meta({ description: 'What was found, as a clause.' }),
  })
  .meta({ id: 'Breaker' });

/** What breakers stopped, until a person has looked. */
export function breakerRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['breakers'];

    server.get(
      '/breakers',
      {
        config: keyed('read', 'breaker.list', nothing),
        schema: { tags, summary: 'What is stopped by a breaker, and why', response: { 200: z.object({ items: z.array(breaker) }) } },
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
          summary: 'Let go on what a breaker stopped. It counts anew from now',
          params: z.object({ kind, id: plainText(200) }),
          response: {
            200: z.object({
              changed: z.boolean().meta({ description: 'False: it had not tripped.' }),
              entries: z.number().meta({ description: 'Held entries that go on.' }),
            }),
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
