import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { explainMessage, listMessagesBy } from '../../app/messages/explain-message.js';
import { sendMessage } from '../../app/messages/send-message.js';
import { type EntryId, entryWorkflowId, type JourneyId } from '../../domain/values/ids.js';
import { changes, inAnswer, inBody, keyed, reads } from '../access.js';
import { message, messageListQuery, messageSendBody, messageSendHeaders, messageStory, requestedMessage } from '../contract/messages.js';
import { idParams, pageOf } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { toDeadline, toPageRequest } from '../from-contract.js';
import { found, notFound, Problem } from '../problem.js';

export function messageRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  const { app } = deps;
  return async (server) => {
    const tags = ['messages'];
    server.get(
      '/messages',
      {
        config: keyed('read', 'message.list', reads(inAnswer)),
        schema: {
          tags,
          summary: 'Messages, the newest first',
          querystring: messageListQuery,
          response: { 200: pageOf(message) },
        },
      },
      (request) => listMessagesBy(app, request.query, toPageRequest(request.query)),
    );

    server.post(
      '/messages',
      {
        config: keyed('send', 'message.send', changes(inBody)),
        schema: {
          tags,
          summary: 'Send a transactional or service message of the shop’s own, through the gate',
          description:
            'The same `Idempotency-Key` with the same body gives the same answer and no second message, for 30 days; with another body 409. ' +
            'The verdict is the decision of the gate now; a waiting message is sent automatically.',
          headers: messageSendHeaders,
          body: messageSendBody,
          response: { 202: requestedMessage },
        },
      },
      async (request, reply) => {
        const { topic, priority, deadline, ...rest } = request.body;
        const result = await sendMessage(
          app,
          {
            ...rest,
            topic: topic ?? null,
            priority: priority ?? null,
            deadline: deadline === undefined ? null : toDeadline(deadline),
          },
          request.headers['idempotency-key'],
        );
        switch (result.kind) {
          case 'asked':
            return reply.status(202).send({ message: result.message, verdict: result.verdict });
          case 'unknown-profile':
            throw new Problem(
              404,
              'unknown-profile',
              'There is no person with that id: send an identify call for them first (docs/events.md).',
            );
          case 'unknown-template':
            throw notFound('template', rest.template);
          case 'other-request':
            throw new Problem(
              409,
              'idempotency-key-used',
              'This Idempotency-Key was used for another request: take a new key for each message.',
            );
          case 'refused':
            throw new Problem(422, result.code, result.reason);
        }
      },
    );

    server.get(
      '/messages/:id',
      {
        config: keyed('read', 'message.show', reads(inAnswer)),
        schema: {
          tags,
          summary: 'One message: every verdict with its reason and sentence, attempts, receipts',
          params: idParams,
          response: { 200: messageStory },
        },
      },
      async (request) => {
        const told = found(await explainMessage(app, request.params.id), 'message', request.params.id);
        return {
          ...told,
          temporalUrl: told.journeyId === null || told.entryId === null ? null : entryUrl(deps, told.journeyId, told.entryId),
        };
      },
    );
  };
}

/** Where the entry's workflow can be looked at; null where Temporal's UI is not known. */
export function entryUrl(deps: Pick<ApiDeps, 'temporalUi'>, journeyId: string, entryId: string): string | null {
  if (deps.temporalUi === null || deps.temporalUi.url === '') return null;
  const workflow = encodeURIComponent(entryWorkflowId(journeyId as JourneyId, entryId as EntryId));
  return `${deps.temporalUi.url.replace(/\/$/, '')}/namespaces/${encodeURIComponent(deps.temporalUi.namespace)}/workflows/${workflow}`;
}
