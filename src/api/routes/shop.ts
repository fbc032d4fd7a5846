import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { changes, keyed, nobody, nothing } from '../access.js';
import { shop, shopPublishAnswer, shopPublishBody } from '../contract/shop.js';
import type { ApiDeps } from '../deps.js';
import { Problem, present } from '../problem.js';

/** Who the shop is, for clients that show instants and amounts as its people read them. */
export function shopRoutes({ app, publishShop }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    server.get(
      '/shop',
      { config: keyed('read', 'shop.show', nothing), schema: { tags: ['shop'], summary: 'The shop’s own data', response: { 200: shop } } },
      async () => app.shop,
    );

    server.post(
      '/shop-publications',
      {
        config: keyed('publish', 'shop.publish', changes(nobody)),
        schema: {
          tags: ['shop'],
          summary: 'Read shop.yaml of the project again: sender, address, look, test addresses',
          body: shopPublishBody,
          response: { 200: shopPublishAnswer },
        },
      },
      async (request) => {
        const read = await present(publishShop, 'read shop.yaml again')(request.body);
        if (read.kind === 'invalid') throw new Problem(422, 'shop-not-valid', read.reason);
        return { differs: read.differs, published: read.published };
      },
    );
  };
}
