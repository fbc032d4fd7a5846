import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { liftDeadAddress } from '../../app/consent/lift-suppression.js';
import { suppressionSentence } from '../../domain/consent/suppression-words.js';
import { channels } from '../../domain/messages/channel.js';
import { changes, inPath, keyed } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { notFound, Problem } from '../problem.js';
import { plainText } from '../schemas.js';

export function suppressionRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    server.delete(
      '/profiles/:id/suppressions/:channel',
      {
        config: keyed('consent', 'suppression.lift', changes(inPath)),
        schema: {
          tags: ['profiles'],
          summary: 'Let an address be written to again that a provider called dead by mistake (`bounced`, `invalid-address`), and no other',
          params: z.object({ id: plainText(200), channel: z.enum(channels) }),
          body: z.strictObject({
            reason: plainText(1000).meta({ description: 'Why it was a mistake. Kept as an event of the person, by origin `operator`.' }),
            actor: plainText(200).nullable().default(null).meta({ description: 'Who lifts it: an id, no name.' }),
          }),
          response: {
            200: z.object({
              profileId: z.string(),
              channel: z.enum(channels),
              lifted: z.string().meta({ description: 'The reason for which it was suppressed.' }),
              stands: z.string().nullable().meta({ description: 'A reason that stood under it and holds now; null: none.' }),
              sentence: z.string(),
              eventId: z.string().meta({ description: 'The event that keeps who did it and why.' }),
            }),
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
  return channel === 'email' ? 'The email address' : 'The phone number';
}
