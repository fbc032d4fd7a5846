import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Headers } from '../source.js';

/** What the headers of a webhook say. */
export interface ShopifyDelivery {
  /** Such as `orders/create`, in small letters. */
  readonly topic: string;
  /** One for each delivery, the same when it is tried again. */
  readonly webhookId: string;
  /** When it happened at Shopify, as written; null: not said. */
  readonly triggeredAt: string | null;
  /** The shop's name at Shopify, such as `beans.myshopify.com`. */
  readonly shop: string | null;
}

/** Headers of classic webhooks begin with the first, those of Events with the second. */
const families = ['x-shopify-', 'shopify-'] as const;

/**
 * Is the body signed by one of these secrets? HMAC-SHA256 over the bytes as they came, in base64, compared in constant time. Several
 * secrets hold at once: while one is rotated, and because webhooks made in the shop's admin are signed by a secret of the shop.
 */
export function isSigned(bytes: Buffer, headers: Headers, secrets: readonly string[]): boolean {
  const family = familyOf(headers);
  const signature = family === null ? null : one(headers, `${family}hmac-sha256`);
  if (signature === null) return false;
  const offered = Buffer.from(signature, 'base64');
  return secrets.map((secret) => isBy(secret, bytes, offered)).includes(true);
}

function isBy(secret: string, bytes: Buffer, offered: Buffer): boolean {
  const ours = createHmac('sha256', secret).update(bytes).digest();
  return offered.length === ours.length && timingSafeEqual(ours, offered);
}

/** Null: it does not say what it is about. */
export function readDelivery(headers: Headers): ShopifyDelivery | null {
  const family = familyOf(headers);
  if (family === null) return null;
  const topic = one(headers, `${family}topic`)?.toLowerCase() ?? '';
  const webhookId = one(headers, `${family}webhook-id`) ?? '';
  if (!/^[a-z0-9_./]{1,100}$/.test(topic) || !/^[\w-]{1,100}$/.test(webhookId)) return null;
  return {
    topic,
    webhookId,
    triggeredAt: one(headers, `${family}triggered-at`),
    shop: one(headers, `${family}shop-domain`)?.toLowerCase() ?? null,
  };
}

/** The prefix of the signature says which. */
function familyOf(headers: Headers): (typeof families)[number] | null {
  return families.find((family) => one(headers, `${family}hmac-sha256`) !== null) ?? null;
}

function one(headers: Headers, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}
