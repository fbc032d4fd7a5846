import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { discardDeadLetters, resolveDeadLetters, showDeadLetter, showDeadLetters } from '../../app/dead-letters/list-dead-letters.js';
import { changes, keyed, nobody, reads } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { found, notFound, present } from '../problem.js';
import { idParams, instant, maybeInstant, pageOf, pageQuery, plainText, toPageRequest } from '../schemas.js';

const letter = z
  .object({
    id: z.string(),
    source: z.string(),
    reason: z.string(),
    detail: z.string(),
    receivedAt: instant,
    retriedAt: maybeInstant,
    resolvedAt: maybeInstant,
  })
  .meta({ id: 'DeadLetter' });

const wholeLetter = letter.extend({ payload: z.unknown().meta({ description: 'What came, as it came.' }) }).meta({ id: 'WholeDeadLetter' });

/** Named one by one, or all that wait of a source, or with a reason. Both are said, also as null: an empty body must not mean all. */
const choice = z.union([
  z.strictObject({ ids: z.array(plainText(100)).min(1).max(1_000) }),
  z.strictObject({ source: plainText(100).nullable(), reason: plainText(100).nullable() }),
]);
const chosen = z.object({ ids: z.array(z.string()).readonly() });

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
          querystring: pageQuery.extend({
            state: z.enum(['open', 'all']).default('open'),
            source: plainText(100).optional().meta({ description: '`email`: mails that came back and could not be read.' }),
            reason: plainText(100).optional(),
          }),
          response: { 200: pageOf(letter) },
        },
      },
      ({ query }) => showDeadLetters(deps.app, query, toPageRequest(query)),
    );

    server.get(
      '/dead-letters/:id',
      {
        config: keyed('read', 'dead-letter.show', reads(nobody)),
        schema: { tags, summary: 'One of them, with what it holds', params: idParams, response: { 200: wholeLetter } },
      },
      async ({ params: { id } }) => found(await showDeadLetter(deps.app, id), 'dead letter', id),
    );

    server.post(
      '/dead-letters/discard',
      {
        config: keyed('events', 'dead-letter.discard', changes(nobody)),
        schema: {
          tags,
          summary: 'Throw letters away, with what they hold: those named, or all that wait of a source, or with a reason',
          body: choice,
          response: { 200: chosen },
        },
      },
      async ({ body }) => ({ ids: await discardDeadLetters(deps.app, body) }),
    );

    server.post(
      '/dead-letters/resolve',
      {
        config: keyed('events', 'dead-letter.resolve', changes(nobody)),
        schema: {
          tags,
          summary: 'Say that somebody has seen to them: mails that came back, for the most part',
          body: choice,
          response: { 200: chosen },
        },
      },
      async ({ body }) => ({ ids: await resolveDeadLetters(deps.app, body) }),
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
