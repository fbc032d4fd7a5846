import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { showMerges, undoMerge } from '../../app/people/undo-merge.js';
import { changes, keyed, nobody, nothing } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { notFound, Problem } from '../problem.js';
import { idParams, instant, maybeInstant, pageOf, pageQuery, plainText, toPageRequest } from '../schemas.js';

const merge = z
  .object({
    id: z.string(),
    fromId: z.string().meta({ description: 'The profile that gave way.' }),
    intoId: z.string(),
    eventId: z.string().nullable(),
    keyId: z.string().nullable().meta({ description: 'The write key that told it.' }),
    at: instant,
    undoneAt: maybeInstant,
  })
  .meta({ id: 'Merge' });

const refusals = {
  'undone-already': 'This merge was undone before.',
  further: 'The person was merged again since: undo that first (`sojourn merge list`).',
  erased: 'One of the two was erased, and nothing is kept of the merge.',
} as const;

/** Two known people who were made one, and apart again. */
export function mergeRoutes({ app }: Pick<ApiDeps, 'app'>): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['profiles'];
    server.get(
      '/merges',
      {
        config: keyed('read', 'merge.list', nothing),
        schema: {
          tags,
          summary: 'Merges of known people, the newest first: when, by which event and key',
          querystring: pageQuery.extend({ profileId: plainText(100).optional() }),
          response: { 200: pageOf(merge) },
        },
      },
      async (request) => showMerges(app, request.query.profileId ?? null, toPageRequest(request.query)),
    );

    server.post(
      '/merges/:id/undo',
      {
        config: keyed('privacy', 'merge.undo', changes(nobody)),
        schema: {
          tags,
          summary: 'Take the two people apart; joined carts and entries that ended for another stay as they are',
          params: idParams,
          response: { 200: z.object({ profileId: z.string(), fromProfileId: z.string() }) },
        },
      },
      async (request) => {
        const result = await undoMerge(app, request.params.id);
        if (result.kind === 'undone') return { profileId: result.profileId, fromProfileId: result.fromProfileId };
        if (result.kind === 'unknown') throw notFound('merge', request.params.id);
        throw new Problem(409, result.kind === 'further' ? 'merged-further' : result.kind, refusals[result.kind]);
      },
    );
  };
}
