import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { showSuspectIds } from '../../app/ingest/show-suspect-ids.js';
import { keyed, nothing } from '../access.js';
import { suspectIdListAnswer } from '../contract/suspect-ids.js';
import type { ApiDeps } from '../deps.js';

/** User ids by which strangers would become one. */
export function suspectIdRoutes({ app }: Pick<ApiDeps, 'app'>): FastifyPluginAsyncZod {
  return async (server) => {
    server.get(
      '/suspect-ids',
      {
        config: keyed('read', 'suspect-id.list', nothing),
        schema: {
          tags: ['profiles'],
          summary:
            'User ids of the last seven days that are placeholders, or that brought more browsers or addresses within a day than one person has',
          response: { 200: suspectIdListAnswer },
        },
      },
      async () => ({ items: await showSuspectIds(app) }),
    );
  };
}
