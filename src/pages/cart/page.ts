import type { FastifyPluginAsync } from 'fastify';
import { byLink } from '../../api/access.js';
import type { AppDeps } from '../../app/deps.js';
import { restoreCart } from '../../app/ingest/restore-cart.js';
import { readLink } from '../../domain/keys/link-token.js';
import type { CustomerPage } from '../kit/customer-page.js';

export const cartPage: CustomerPage = { letters: ['c'], whenCut: 'gone', routes };

/** `/c/<token>`: leads to the shop's page with the person's cart. The target comes from shop.yaml and the store, never from the link. */
function routes(app: AppDeps): FastifyPluginAsync {
  return async (server) => {
    server.get<{ Params: { token: string } }>('/c/:token', { config: byLink('cart', 'link.cart') }, async (request, reply) => {
      const link = readLink(app.secret, request.params.token);
      const target = link?.purpose === 'cart' ? await restoreCart(app, link.id) : app.shop.siteUrl;
      return reply.header('cache-control', 'no-store').redirect(target, 302);
    });
  };
}
