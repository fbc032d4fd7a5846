import { z } from 'zod';

export const shopifyConnection = z
  .object({
    shop: z.string().nullable().meta({ description: 'SHOPIFY_SHOP; null: no shop is connected.' }),
    webhookUrl: z.string().meta({ description: 'Where Shopify posts its webhooks. `<shop>` in it where none is connected.' }),
    apiVersion: z.string().meta({ description: 'The version of Shopify’s API whose webhooks are read as documented.' }),
    topics: z.array(z.string()).readonly(),
    complianceTopics: z.array(z.string()).readonly().meta({ description: 'About people’s data; every app must have them.' }),
    scopes: z.array(z.string()).readonly().meta({ description: 'What the app must be allowed, so that Shopify sends these topics.' }),
  })
  .meta({ id: 'ShopifyConnection' });
export type ShopifyConnection = z.input<typeof shopifyConnection>;
