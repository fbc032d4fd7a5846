import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { exitAllEntries } from '../../app/entries/exit-entry.js';
import { sendAgain } from '../../app/messages/send-again.js';
import { showSupportPage } from '../../app/people/support-page.js';
import { changes, inPath, keyed, reads, theirMessage } from '../access.js';
import { idParams } from '../contract/shared.js';
import { messageAgainAnswer, profileExitAnswer, profileExitBody, supportPage } from '../contract/support.js';
import type { ApiDeps } from '../deps.js';
import { found, notFound, Problem } from '../problem.js';

/** What support wants to see of a person, and taking them out of all journeys. */
export function supportRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['profiles'];
    server.get(
      '/profiles/:id/support',
      {
        config: keyed('read', 'profile.support', reads(inPath)),
        schema: {
          tags,
          summary: 'Holds, tasks, tickets, shipments, answers, messages and why, what comes next and what would stop it',
          params: idParams,
          response: { 200: supportPage },
        },
      },
      async (request) => found(await showSupportPage(app, request.params.id, request.apiKey?.scopes ?? []), 'profile', request.params.id),
    );

    server.post(
      '/messages/:id/again',
      {
        config: keyed('send', 'message.again', changes(theirMessage)),
        schema: {
          tags: ['messages'],
          summary: 'Send a message again that left before, with the words that it had, to the person’s present address',
          params: idParams,
          response: { 202: messageAgainAnswer },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const result = await sendAgain(app, id);
        if (result.kind === 'unknown') throw notFound('message', id);
        if (result.kind === 'refused') throw new Problem(409, result.code, result.reason);
        return reply.status(202).send({ messageId: result.messageId });
      },
    );

    server.post(
      '/profiles/:id/exit',
      {
        config: keyed('send', 'profile.exit', changes(inPath)),
        schema: {
          tags,
          summary: 'Take a person out of all journeys, before the next message of each',
          params: idParams,
          body: profileExitBody,
          response: { 202: profileExitAnswer },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const entries = found(await exitAllEntries(app, id, request.body.reason), 'profile', id);
        return reply.status(202).send({ profileId: id, entries });
      },
    );
  };
}
