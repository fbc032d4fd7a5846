import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { reviewText, showInboundMessages } from '../../app/inbound/review-texts.js';
import { changes, inAnswer, keyed, reads, theirText } from '../access.js';
import {
  inboundMessage,
  inboundMessageListQuery,
  inboundMessageReviewAnswer,
  inboundMessageReviewBody,
} from '../contract/inbound-messages.js';
import { idParams, pageOf } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { toPageRequest } from '../from-contract.js';
import { notFound } from '../problem.js';

export function inboundMessageRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['inbound messages'];
    server.get(
      '/inbound-messages',
      {
        config: keyed('read', 'inbound-message.list', reads(inAnswer)),
        schema: {
          tags,
          summary: 'Inbound texts, the newest first; `review=open`: sentences that were read as STOP, for a person to review',
          querystring: inboundMessageListQuery,
          response: { 200: pageOf(inboundMessage) },
        },
      },
      ({ query }) => showInboundMessages(app, { review: query.review, profileId: query.profileId ?? null }, toPageRequest(query)),
    );

    server.post(
      '/inbound-messages/:id/review',
      {
        config: keyed('consent', 'inbound-message.review', changes(theirText)),
        schema: {
          tags,
          summary: 'Say whether a sentence that was read as STOP was one; if not, the consent that it stopped is restored',
          params: idParams,
          body: inboundMessageReviewBody,
          response: {
            200: inboundMessageReviewAnswer,
          },
        },
      },
      async (request) => {
        const { id } = request.params;
        const result = await reviewText(app, id, request.body.isStop);
        if (result.kind === 'unknown') throw notFound('inbound message', id);
        return { result: result.kind, message: result.message };
      },
    );
  };
}
