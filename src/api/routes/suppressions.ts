import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { liftDeadAddress } from '../../app/consent/lift-suppression.js';
import { suppressionSentence } from '../../domain/consent/suppression-words.js';
import { channelKind, type channels } from '../../domain/messages/channel.js';
import { changes, inPath, keyed } from '../access.js';
import { suppressionLiftAnswer, suppressionLiftBody, suppressionLiftParams } from '../contract/suppressions.js';
import type { ApiDeps } from '../deps.js';
import { notFound, Problem } from '../problem.js';

export function suppressionRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    server.delete(
      '/profiles/:id/suppressions/:channel',
      {
        config: keyed('consent', 'suppression.lift', changes(inPath)),
        schema: {
          tags: ['profiles'],
          summary:
            'Lift the suppression of an address that a provider called dead by mistake (`bounced`, `invalid-address`); no other address',
          params: suppressionLiftParams,
          body: suppressionLiftBody,
          response: {
            200: suppressionLiftAnswer,
          },
        },
      },
      async (request) => {
        const { id, channel } = request.params;
        const { reason: why, actor } = request.body;
        const result = await liftDeadAddress(app, id, { channel, why, actor });
        switch (result.kind) {
          case 'unknown':
            throw notFound('profile', id);
          case 'none':
            throw new Problem(404, 'not-suppressed', `${nameOf(channel)} of profile ${id} is not suppressed.`);
          case 'refused':
            throw new Problem(409, 'suppression-stands', suppressionSentence(result.reason, channel));
          case 'lifted': {
            const { reason: lifted, stands, eventId } = result;
            const sentence =
              stands === null
                ? `${nameOf(channel)} gets messages again that consent and caps allow; what was left out meanwhile is not sent.`
                : `It was suppressed for another reason too, which holds: ${suppressionSentence(stands, channel)}`;
            return { profileId: id, channel, lifted, stands, sentence, eventId };
          }
        }
      },
    );
  };
}

function nameOf(channel: (typeof channels)[number]): string {
  return `The ${channelKind(channel).words.ownAddress}`;
}
