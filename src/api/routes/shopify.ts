import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { ShopAdmin } from '../../app/ports.js';
import { makeShopCodes } from '../../app/shopify/make-codes.js';
import { AdminFault } from '../../app/shopify/paged.js';
import { showAsked } from '../../app/shopify/show-asked.js';
import { checkSubscriptions, register } from '../../app/shopify/subscriptions.js';
import { apiVersion, complianceTopics, scopes, subscribedTopics } from '../../sources/shopify/subscriptions.js';
import { changes, keyed, nobody, nothing } from '../access.js';
import { shopifyCodesBody, shopifyCodesMade, shopifyConnection, shopifySubscriptions } from '../contract/shopify.js';
import type { ApiDeps } from '../deps.js';
import { notFound, Problem } from '../problem.js';

const tags = ['shop'];

export function shopifyRoutes({ app, signers }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    server.get(
      '/shopify',
      {
        config: keyed('read', 'shopify.show', nothing),
        schema: { tags, summary: 'What to register at Shopify, and where; what came of asking it', response: { 200: shopifyConnection } },
      },
      async () => {
        const shop = signers?.['shopify']?.account ?? app.shopAdmin?.shop ?? null;
        const webhookUrl = `${app.publicUrl}/v1/shopify/${shop ?? '<shop>'}/webhooks`;
        const asked = shop === null ? null : await showAsked(app, shop);
        const hasApi = app.shopAdmin !== undefined;
        return { shop, webhookUrl, apiVersion, topics: subscribedTopics, complianceTopics, scopes, hasApi, asked };
      },
    );

    server.post(
      '/shopify/subscriptions',
      {
        config: keyed('publish', 'shopify.register', changes(nobody)),
        schema: {
          tags,
          summary: 'Set up the webhooks at Shopify that are missing, and keep them up from now on',
          response: { 200: shopifySubscriptions },
        },
      },
      async () => ({ ...(await asking((admin) => register(app, reachable(admin)))), isOurs: true }),
    );

    server.post(
      '/shopify/checks',
      {
        config: keyed('publish', 'shopify.check', changes(nobody)),
        schema: {
          tags,
          summary: 'Compare the webhooks at Shopify with what Sojourn reads, and set up again what Shopify dropped',
          response: { 200: shopifySubscriptions },
        },
      },
      () => asking((admin) => checkSubscriptions(app, reachable(admin))),
    );

    server.post(
      '/shopify/codes',
      {
        config: keyed('publish', 'shopify.make-codes', changes(nobody)),
        schema: {
          tags,
          summary: 'Make codes of a discount at Shopify for an offer, 250 at most',
          body: shopifyCodesBody,
          response: { 200: shopifyCodesMade },
        },
      },
      async ({ body }) => {
        const made = await asking((admin) => makeShopCodes(app, admin, body));
        if (made.kind === 'made') return made;
        if (made.kind === 'unknown-offer') throw notFound('offer', body.offer);
        if (made.kind === 'unfit') throw new Problem(422, 'unfit-discount', made.sentence);
        throw new Problem(
          409,
          'makes-codes',
          `The offer ${body.offer} makes its codes itself. Write codes: { imported: true } and publish it.`,
        );
      },
    );
  };

  /** What Shopify refuses is 502: not the caller, and not we. */
  async function asking<T>(ask: (admin: ShopAdmin) => Promise<T>): Promise<T> {
    if (app.shopAdmin === undefined)
      throw new Problem(409, 'no-admin-api', 'Sojourn may not ask Shopify: set SHOPIFY_SHOP, and SHOPIFY_TOKEN or SHOPIFY_CLIENT_ID.');
    try {
      return await ask(app.shopAdmin);
    } catch (fault) {
      if (fault instanceof AdminFault) throw new Problem(502, `shopify-${fault.failure.code}`, fault.message);
      throw fault;
    }
  }

  function reachable(admin: ShopAdmin): ShopAdmin {
    if (app.publicUrl.startsWith('https://')) return admin;
    throw new Problem(409, 'not-reachable', 'Shopify needs an address with https that it can reach: set PUBLIC_URL.');
  }
}
