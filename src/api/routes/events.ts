import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { listEventsOf, showEvent } from '../../app/ingest/show-event.js';
import { inAnswer, keyed, reads } from '../access.js';
import { eventListQuery, eventShowParams, eventStory, listedEvent } from '../contract/events.js';
import { pageOf } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { toPageRequest } from '../from-contract.js';
import { notFound, Problem } from '../problem.js';

export function eventRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['events'];
    server.get(
      '/events',
      {
        config: keyed('read', 'event.list', reads(inAnswer)),
        schema: {
          tags,
          summary: 'Events of a profile as they happened, or of all people in order of arrival; the newest first',
          querystring: eventListQuery,
          response: { 200: pageOf(listedEvent) },
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
          summary: 'One event by its client’s messageId: its facts, what they matched, what they did not match and why',
          params: eventShowParams,
          response: { 200: eventStory },
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
              `The event ${messageId} came and was not accepted: ${shown.detail} It is the dead letter ${shown.id}.`,
            );
          case 'unknown':
            throw notFound('event', messageId);
        }
      },
    );
  };
}
