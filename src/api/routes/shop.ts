import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { keyed, nothing } from '../access.js';
import type { ApiDeps } from '../deps.js';

const shop = z
  .object({ name: z.string(), brand: z.string(), timeZone: z.string(), country: z.string(), locale: z.string(), currency: z.string() })
  .meta({ id: 'Shop' });

/** Who the shop is, for clients that show instants and amounts as its people read them. */
export function shopRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    server.get(
      '/shop',
      { config: keyed('read', 'shop.show', nothing), schema: { tags: ['shop'], summary: 'Who the shop is', response: { 200: shop } } },
      async () => app.shop,
    );
  };
}
