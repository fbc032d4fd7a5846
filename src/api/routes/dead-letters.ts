import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { showDeadLetters } from '../../app/list-dead-letters.js';
import { changes, keyed, nobody, reads } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { notFound, present } from '../problem.js';
import { idParams, instant, maybeInstant, pageOf, pageQuery, toPageRequest } from '../schemas.js';

const letter = z
  .object({
    id: z.string(),
    source: z.string(),
    reason: z.string(),
    detail: z.string(),
    payload: z.unknown(),
    receivedAt: instant,
    retriedAt: maybeInstant,
    resolvedAt: maybeInstant,
  })
  .meta({ id: 'DeadLetter' });

export function deadLetterRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['dead letters'];
    server.get(
      '/dead-letters',
      {
        config: keyed('events', 'dead-letter.list', reads(nobody)),
        schema: {
          tags,
          summary: 'What could not be taken, and why; the newest first',
          querystring: pageQuery.extend({ state: z.enum(['open', 'all']).default('open') }),
          response: { 200: pageOf(letter) },
        },
      },
      (request) => showDeadLetters(deps.app, request.query.state, toPageRequest(request.query)),
    );

    server.post(
      '/dead-letters/:id/retry',
      {
        config: keyed('events', 'dead-letter.retry', changes(nobody)),
        schema: {
          tags,
          summary: 'Put it through ingest again',
          params: idParams,
          response: { 200: z.object({ id: z.string(), resolved: z.boolean(), reason: z.string().nullable() }) },
        },
      },
      async (request) => {
        const { id } = request.params;
        const result = await present(deps.retryDeadLetter, 'retry dead letters')(id);
        if (result.kind === 'unknown') throw notFound('dead letter', id);
        return { id, resolved: result.kind === 'resolved', reason: result.kind === 'failed' ? result.reason : null };
      },
    );
  };
}
