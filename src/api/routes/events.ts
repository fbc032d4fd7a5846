import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { listEventsOf, showEvent } from '../../app/ingest/show-event.js';
import { inAnswer, keyed, reads } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { notFound, Problem } from '../problem.js';
import { instant, pageOf, pageQuery, plainText, toPageRequest } from '../schemas.js';

const event = z
  .object({
    messageId: z.string(),
    profileId: z.string(),
    type: z.string(),
    name: z.string().nullable(),
    occurredAt: instant,
    receivedAt: instant,
    origin: z.string(),
    keyId: z.string().nullable().meta({ description: 'The write key that told it.' }),
    toldId: z.string().nullable().meta({ description: 'The client’s own id, where another’s event had it already.' }),
  })
  .meta({ id: 'Event' });

const listed = event.extend({ did: z.string().meta({ description: 'What it did, or why it did nothing.' }) }).meta({ id: 'ListedEvent' });

const story = event
  .extend({
    payload: z.record(z.string(), z.unknown()),
    facts: z.array(z.object({ name: z.string(), at: instant, cartId: z.string().nullable() })).readonly(),
    effects: z
      .array(
        z.object({
          fact: z.string(),
          journeyId: z.string().nullable(),
          entryId: z.string().nullable(),
          result: z.string(),
          reason: z.string().nullable(),
          sentence: z.string(),
        }),
      )
      .readonly(),
    others: z
      .array(z.string())
      .readonly()
      .meta({ description: 'Events that came under the same id from another key, or about another person.' }),
  })
  .meta({ id: 'EventStory' });

export function eventRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['events'];
    server.get(
      '/events',
      {
        config: keyed('read', 'event.list', reads(inAnswer)),
        schema: {
          tags,
          summary: 'Events of a profile as they happened, or of everybody as they came; the newest first',
          querystring: pageQuery.extend({ profileId: plainText(100).optional() }),
          response: { 200: pageOf(listed) },
        },
      },
      (request) => listEventsOf(app, request.query.profileId ?? null, toPageRequest(request.query)),
    );

    server.get(
      '/events/:messageId',
      {
        config: keyed('read', 'event.show', reads(inAnswer)),
        schema: {
          tags,
          summary: 'One event by its client’s messageId: its facts, what they matched, and what not and why',
          params: z.object({ messageId: plainText(300) }),
          response: { 200: story },
        },
      },
      async (request) => {
        const { messageId } = request.params;
        const shown = await showEvent(app, messageId);
        switch (shown.kind) {
          case 'stored':
            return shown.event;
          case 'dead-letter':
            throw new Problem(
              404,
              'event-in-dead-letters',
              `The event ${messageId} came and was not taken: ${shown.detail} It is the dead letter ${shown.id}.`,
            );
          case 'unknown':
            throw notFound('event', messageId);
        }
      },
    );
  };
}
