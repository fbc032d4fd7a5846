import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { apiVersion, complianceTopics, scopes, subscribedTopics } from '../../sources/shopify/subscriptions.js';
import { keyed, nothing } from '../access.js';
import { shopifyConnection } from '../contract/shopify.js';
import type { ApiDeps } from '../deps.js';

export function shopifyRoutes({ app, signers }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    server.get(
      '/shopify',
      {
        config: keyed('read', 'shopify.show', nothing),
        schema: { tags: ['shop'], summary: 'What to register at Shopify, and where', response: { 200: shopifyConnection } },
      },
      async () => {
        const shop = signers?.['shopify']?.account ?? null;
        const webhookUrl = `${app.publicUrl}/v1/shopify/${shop ?? '<shop>'}/webhooks`;
        return { shop, webhookUrl, apiVersion, topics: subscribedTopics, complianceTopics, scopes };
      },
    );
  };
}
