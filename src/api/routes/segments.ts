import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { explainSegments, showMembers, showSegmentSizes, showSizeHistory } from '../../app/segments/show-segments.js';
import { inAnswer, inPath, keyed, nothing, reads } from '../access.js';
import { profileSegments, segmentHistory, segmentHistoryQuery, segmentMember, segmentSizes } from '../contract/segments.js';
import { idParams, pageOf, pageQuery } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { toPageRequest } from '../from-contract.js';
import { found } from '../problem.js';

/** Who belongs to which segment; the definitions themselves: `definitions.ts`. */
export function segmentPlaceRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    server.get(
      '/profiles/:id/segments',
      {
        config: keyed('read', 'profile-segment.list', reads(inPath)),
        schema: {
          tags: ['segments'],
          summary: 'Where a person stands in each segment, and why',
          params: idParams,
          response: { 200: profileSegments },
        },
      },
      async (request) => found(await explainSegments(app, request.params.id), 'profile', request.params.id),
    );

    server.get(
      '/segments/:id/members',
      {
        config: keyed('read', 'segment-member.list', reads(inAnswer)),
        schema: {
          tags: ['segments'],
          summary: 'Who belongs to a segment, since when and why',
          params: idParams,
          querystring: pageQuery,
          response: { 200: pageOf(segmentMember) },
        },
      },
      (request) => showMembers(app, request.params.id, toPageRequest(request.query)),
    );

    server.get(
      '/segments/:id/sizes',
      {
        config: keyed('read', 'segment-history.list', nothing),
        schema: {
          tags: ['segments'],
          summary: 'How large a segment was, day by day',
          params: idParams,
          querystring: segmentHistoryQuery,
          response: { 200: segmentHistory },
        },
      },
      async (request) => ({
        items: found(await showSizeHistory(app, request.params.id, request.query.days), 'segment', request.params.id),
      }),
    );

    server.get(
      '/segment-sizes',
      {
        config: keyed('read', 'segment-size.list', nothing),
        schema: { tags: ['segments'], summary: 'How large segments are and were', response: { 200: segmentSizes } },
      },
      async () => ({ items: await showSegmentSizes(app) }),
    );
  };
}
