import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { showMerges, undoMerge } from '../../app/people/undo-merge.js';
import { changes, keyed, nobody, nothing } from '../access.js';
import { merge, mergeListQuery, mergeUndoAnswer } from '../contract/merges.js';
import { idParams, pageOf } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { toPageRequest } from '../from-contract.js';
import { notFound, Problem } from '../problem.js';

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
          querystring: mergeListQuery,
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
          summary: 'Separate the two people; joined carts, and entries that ended because of another, stay as they are',
          params: idParams,
          response: { 200: mergeUndoAnswer },
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
