import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { showSuspectIds } from '../../app/ingest/show-suspect-ids.js';
import { keyed, nothing } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { instant } from '../schemas.js';

const suspect = z
  .object({
    value: z.string(),
    why: z
      .enum(['placeholder', 'crowded'])
      .meta({ description: 'It names nobody; or it brought more people within a day than one can be.' }),
    sinceAt: instant,
    seenAt: instant,
  })
  .meta({ id: 'SuspectId' });

/** User ids by which strangers would become one. */
export function suspectIdRoutes({ app }: Pick<ApiDeps, 'app'>): FastifyPluginAsyncZod {
  return async (server) => {
    server.get(
      '/suspect-ids',
      {
        config: keyed('read', 'suspect-id.list', nothing),
        schema: {
          tags: ['profiles'],
          summary: 'User ids of the last seven days that name nobody, or that brought more people within a day than one can be',
          response: { 200: z.object({ items: z.array(suspect).readonly() }) },
        },
      },
      async () => ({ items: await showSuspectIds(app) }),
    );
  };
}
