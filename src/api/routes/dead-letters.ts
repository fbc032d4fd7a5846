import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { discardDeadLetters, resolveDeadLetters, showDeadLetter, showDeadLetters } from '../../app/dead-letters/list-dead-letters.js';
import { changes, keyed, nobody, reads } from '../access.js';
import {
  chosenDeadLetters,
  deadLetter,
  deadLetterChoice,
  deadLetterListQuery,
  deadLetterRetryAnswer,
  wholeDeadLetter,
} from '../contract/dead-letters.js';
import { idParams, pageOf } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { toPageRequest } from '../from-contract.js';
import { found, notFound, present } from '../problem.js';

export function deadLetterRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['dead letters'];
    server.get(
      '/dead-letters',
      {
        config: keyed('events', 'dead-letter.list', reads(nobody)),
        schema: {
          tags,
          summary: 'Events and mails that could not be accepted, and why; the newest first',
          querystring: deadLetterListQuery,
          response: { 200: pageOf(deadLetter) },
        },
      },
      ({ query }) => showDeadLetters(deps.app, query, toPageRequest(query)),
    );

    server.get(
      '/dead-letters/:id',
      {
        config: keyed('read', 'dead-letter.show', reads(nobody)),
        schema: { tags, summary: 'One of them, with its content', params: idParams, response: { 200: wholeDeadLetter } },
      },
      async ({ params: { id } }) => found(await showDeadLetter(deps.app, id), 'dead letter', id),
    );

    server.post(
      '/dead-letters/discard',
      {
        config: keyed('events', 'dead-letter.discard', changes(nobody)),
        schema: {
          tags,
          summary: 'Delete letters with their content: the named ones, or all open ones of a source or with a reason',
          body: deadLetterChoice,
          response: { 200: chosenDeadLetters },
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
          summary: 'Mark them as done: mostly returned mails',
          body: deadLetterChoice,
          response: { 200: chosenDeadLetters },
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
          summary: 'Process it again',
          params: idParams,
          response: { 200: deadLetterRetryAnswer },
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
