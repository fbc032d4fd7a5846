import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { showModels } from '../../app/recommendations/show-models.js';
import { keyed, nothing } from '../access.js';
import { recommendationModel } from '../contract/recommendations.js';
import { pageOf, pageQuery } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { toPageRequest } from '../from-contract.js';

export function recommendationRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    server.get(
      '/recommendation-models',
      {
        config: keyed('read', 'recommendation-model.list', nothing),
        schema: {
          tags: ['products'],
          summary: 'What was learnt from orders, the newest version first, and how well it finds what was hidden from it',
          querystring: pageQuery,
          response: { 200: pageOf(recommendationModel) },
        },
      },
      (request) => showModels(app, toPageRequest(request.query)),
    );
  };
}
