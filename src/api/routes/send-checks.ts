import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { checkSend } from '../../app/messages/check-send.js';
import { inBody, keyed, reads } from '../access.js';
import { sendCheckBody } from '../contract/send-checks.js';
import { verdictAnswer } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { Problem } from '../problem.js';

/** The gate's answer to a question; nothing comes of it. */
export function sendCheckRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    server.post(
      '/send-checks',
      {
        config: keyed('send', 'send.check', reads(inBody)),
        schema: {
          tags: ['messages'],
          summary: 'Could this be sent now, and if not, when? Asks the gate; sends and reserves nothing',
          body: sendCheckBody,
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
            throw new Problem(
              404,
              'unknown-profile',
              'There is no person with that id: send an identify call for them first (docs/events.md).',
            );
          case 'refused':
            throw new Problem(422, result.code, result.reason);
        }
      },
    );
  };
}
