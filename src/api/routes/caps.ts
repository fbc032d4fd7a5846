import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { showCaps } from '../../app/people/show-caps.js';
import { inPath, keyed, reads } from '../access.js';
import { personCaps } from '../contract/caps.js';
import { idParams } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { found } from '../problem.js';

export function capRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    server.get(
      '/profiles/:id/caps',
      {
        config: keyed('read', 'caps.show', reads(inPath)),
        schema: {
          tags: ['profiles'],
          summary: 'How many messages a person may get: each cap with its use, its next free instant and its reason, and promised slots',
          params: idParams,
          response: { 200: personCaps },
        },
      },
      async (request) => found(await showCaps(app, request.params.id), 'profile', request.params.id),
    );
  };
}
