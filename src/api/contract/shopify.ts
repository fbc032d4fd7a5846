import { z } from 'zod';
import { maybeInstant } from './shared.js';

const found = z.object({ orders: z.number(), checkouts: z.number() });

const asked = z
  .object({
    lastAt: maybeInstant.meta({ description: 'When it was last asked for all that changed; null: never yet.' }),
    ordersTo: maybeInstant.meta({ description: 'All orders that changed before are known.' }),
    found: found.meta({ description: 'What no webhook had told, in all.' }),
    foundLast: found.meta({ description: 'The last time.' }),
    failingSince: maybeInstant,
    failure: z.string().nullable().meta({ description: 'Why it fails now; null: it does not.' }),
    registeredAt: maybeInstant.meta({ description: 'Since when Sojourn sets up the webhooks; null: they stand in the app’s file.' }),
    restored: z
      .array(z.string())
      .readonly()
      .nullable()
      .meta({ description: 'Topics that Shopify had dropped and that were set up again.' }),
    restoredAt: maybeInstant,
  })
  .meta({ id: 'ShopifyAsked' });

export const shopifyConnection = z
  .object({
    shop: z.string().nullable().meta({ description: 'SHOPIFY_SHOP; null: no shop is connected.' }),
    webhookUrl: z.string().meta({ description: 'Where Shopify posts its webhooks. `<shop>` in it where none is connected.' }),
    apiVersion: z.string().meta({ description: 'The version of Shopify’s API whose webhooks are read as documented.' }),
    topics: z.array(z.string()).readonly(),
    complianceTopics: z.array(z.string()).readonly().meta({ description: 'About people’s data; every app must have them.' }),
    scopes: z.array(z.string()).readonly().meta({ description: 'What the app must be allowed, so that Shopify sends these topics.' }),
    hasApi: z.boolean().meta({ description: 'Sojourn may ask the Admin API (SHOPIFY_TOKEN or SHOPIFY_CLIENT_ID).' }),
    asked: asked.nullable().meta({ description: 'What came of asking the shop every 15 minutes; null: it was never asked.' }),
  })
  .meta({ id: 'ShopifyConnection' });
export type ShopifyConnection = z.input<typeof shopifyConnection>;

export const shopifySubscriptions = z
  .object({
    isOurs: z.boolean().meta({ description: 'False: nobody set up webhooks over the API. Those of the app’s file are not listed there.' }),
    present: z.array(z.string()).readonly().meta({ description: 'Topics that came to Sojourn whole, before anything was added now.' }),
    narrowed: z.array(z.string()).readonly().meta({ description: 'Topics that come only in part: by a filter, or without some fields.' }),
    missing: z.array(z.string()).readonly(),
    added: z.array(z.string()).readonly(),
    refused: z.array(z.object({ topic: z.string(), why: z.string() })).readonly(),
  })
  .meta({ id: 'ShopifySubscriptions' });
export type ShopifySubscriptions = z.input<typeof shopifySubscriptions>;

export const shopifyCodesBody = z.strictObject({
  offer: z.string().max(100).meta({ description: 'With codes: { imported: true }.' }),
  discount: z
    .string()
    .regex(/^\d{1,30}$/)
    .meta({ description: 'The number of the discount at Shopify, as the address of its page ends.' }),
  count: z.number().int().min(1).max(250),
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9-]{0,20}$/)
    .default('')
    .meta({ description: 'Before the ten random letters and digits.' }),
});

export const shopifyCodesMade = z.object({ added: z.number(), refused: z.number() }).meta({ id: 'ShopifyCodesMade' });
export type ShopifyCodesMade = z.input<typeof shopifyCodesMade>;
