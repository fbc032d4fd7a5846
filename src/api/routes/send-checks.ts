import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { checkSend } from '../../app/messages/check-send.js';
import { channels, messageClasses } from '../../domain/messages/channel.js';
import { inBody, keyed, reads } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { Problem } from '../problem.js';
import { instant, plainText, recipient, verdictAnswer } from '../schemas.js';

/** The gate's answer to a question; nothing comes of it. */
export function sendCheckRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    server.post(
      '/send-checks',
      {
        config: keyed('send', 'send.check', reads(inBody)),
        schema: {
          tags: ['messages'],
          summary: 'Could this be sent now, and if not, when? Asks the gate without sending or reserving',
          body: z.object({
            to: recipient,
            channel: z.enum(channels),
            topic: plainText(100),
            class: z.enum(messageClasses),
            priority: z.number().int().min(0).max(100).optional().meta({ description: '0–100, higher wins; else that of the class.' }),
            at: instant.optional().meta({ description: 'A future instant to ask about, with the person as they stand now.' }),
          }),
          response: { 200: verdictAnswer },
        },
      },
      async (request) => {
        const { priority, at, ...rest } = request.body;
        const result = await checkSend(app, { ...rest, priority: priority ?? null, at: at ?? null });
        switch (result.kind) {
          case 'answer':
            return result;
          case 'unknown-profile':
            throw new Problem(404, 'unknown-profile', 'There is nobody of that id: send an identify call for them first (docs/events.md).');
          case 'refused':
            throw new Problem(422, result.code, result.reason);
        }
      },
    );
  };
}
