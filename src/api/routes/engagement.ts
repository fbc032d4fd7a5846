import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { showEngagement } from '../../app/people/show-engagement.js';
import { inPath, keyed, reads } from '../access.js';
import { profileEngagement } from '../contract/engagement.js';
import { idParams } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { found } from '../problem.js';

export function engagementRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    server.get(
      '/profiles/:id/engagement',
      {
        config: keyed('read', 'engagement.show', reads(inPath)),
        schema: {
          tags: ['profiles'],
          summary: 'How engaged a person is: tier, score by kind of signal, topics and fatigue, each with its reason',
          params: idParams,
          response: { 200: profileEngagement },
        },
      },
      async (request) => found(await showEngagement(app, request.params.id), 'profile', request.params.id),
    );
  };
}
