import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { explainMessage, listMessagesBy } from '../../app/messages/explain-message.js';
import { sendMessage } from '../../app/messages/send-message.js';
import { channels } from '../../domain/messages/channel.js';
import { messageStates } from '../../domain/messages/message.js';
import { type EntryId, entryWorkflowId, type JourneyId } from '../../domain/values/ids.js';
import { changes, inAnswer, inBody, keyed, reads } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { found, notFound, Problem } from '../problem.js';
import {
  idParams,
  instant,
  instantOrDuration,
  maybeInstant,
  pageOf,
  pageQuery,
  plainText,
  recipient,
  toDeadline,
  toPageRequest,
  verdictAnswer,
} from '../schemas.js';

/** A row of the ledger, without its content. */
export const message = z
  .object({
    id: z.string(),
    origin: z.enum(['journey', 'test', 'api', 'broadcast']),
    entryId: z.string().nullable(),
    journeyId: z.string().nullable(),
    version: z.number().nullable(),
    step: z.string().nullable(),
    visit: z.number().nullable(),
    profileId: z.string(),
    to: z.string().nullable().meta({ description: 'The address or number that it went to, or would go to now.' }),
    channel: z.string(),
    class: z.string(),
    topic: z.string(),
    priority: z.number(),
    template: z.string(),
    templateVersion: z.number().nullable(),
    state: z.string(),
    reason: z.string().nullable(),
    slotAt: instant,
    deadlineAt: instant,
    attempts: z.number(),
    segments: z.number().nullable(),
    provider: z.string().nullable(),
    providerId: z.string().nullable(),
    submittedAt: maybeInstant,
    acceptedAt: maybeInstant,
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Message' });

const story = message
  .extend({
    sentence: z.string().meta({ description: 'The last word on it, for people.' }),
    verdicts: z
      .array(
        z.object({
          at: instant,
          decision: z.string(),
          reason: z.string().nullable(),
          detail: z.record(z.string(), z.unknown()),
          untilAt: maybeInstant,
          sentence: z.string(),
        }),
      )
      .readonly(),
    attemptsMade: z
      .array(
        z.object({
          n: z.number(),
          startedAt: instant,
          finishedAt: maybeInstant,
          outcome: z.string().nullable(),
          code: z.string().nullable(),
          host: z.string().nullable().meta({ description: 'Where the provider is.' }),
          reply: z.string().nullable().meta({ description: 'What it said, without what names a person.' }),
        }),
      )
      .readonly(),
    receipts: z.array(z.object({ at: instant, status: z.string(), code: z.string().nullable(), provider: z.string() })).readonly(),
    interactions: z
      .array(
        z.object({
          at: instant,
          kind: z.enum(['open', 'click', 'reply']),
          link: z.number().nullable().meta({ description: 'The number of the link; 0 is the one that nobody sees.' }),
          address: z.string().nullable(),
          verdict: z.enum(['pending', 'human', 'machine']).meta({ description: 'Whether a person did it; `pending` for two seconds.' }),
          reason: z.string().nullable().meta({ description: 'Why it is a machine’s.' }),
        }),
      )
      .readonly(),
    temporalUrl: z.string().nullable(),
  })
  .meta({ id: 'MessageStory' });

const requested = z
  .object({ message, verdict: verdictAnswer.meta({ description: 'What the gate said first.' }) })
  .meta({ id: 'RequestedMessage' });

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
          querystring: pageQuery.extend({
            profileId: plainText(100).optional(),
            journeyId: plainText(200).optional(),
            entryId: plainText(100).optional(),
            state: z.enum(messageStates).optional(),
            channel: z.enum(channels).optional(),
            origin: message.shape.origin.optional(),
          }),
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
            'The verdict is what the gate says now; a message that waits leaves by itself.',
          headers: z.object({
            'idempotency-key': z.string('Send an Idempotency-Key header, such as shipped-W-10482.').min(1).max(255),
          }),
          body: z.object({
            to: recipient,
            template: plainText(100),
            data: z.record(z.string(), z.unknown()).default({}).meta({ description: 'What the template reads as `data`.' }),
            topic: plainText(100).optional().meta({ description: 'The template’s own topic, should it be named.' }),
            priority: z.number().int().min(0).max(100).optional().meta({ description: '0–100, higher wins; else that of the class.' }),
            deadline: instantOrDuration.optional().meta({ description: 'The last instant at which it may leave; else a day from now.' }),
          }),
          response: { 202: requested },
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
            throw new Problem(404, 'unknown-profile', 'There is nobody of that id: send an identify call for them first (docs/events.md).');
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
          response: { 200: story },
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
