import { topics } from './topics.js';

/** The version whose bodies are read as documented. Older and newer ones are read as far as they say the same. */
export const apiVersion = '2026-07';

/** Shopify sets these up apart from the others. */
export const complianceTopics = ['customers/data_request', 'customers/redact', 'shop/redact'] as const;

/** Those that tell something. What a topic would say again is not asked for. */
export const subscribedTopics: readonly string[] = [...topics]
  .filter(([name, topic]) => topic.kind !== 'silent' && !complianceTopics.some((one) => one === name))
  .map(([name]) => name);

/** Carts, checkouts and refunds come with `read_orders`. */
export const scopes = [
  'read_orders',
  'read_customers',
  'read_customer_merge',
  'read_products',
  'read_fulfillments',
  'read_returns',
  // To make codes of discounts.
  'read_discounts',
  'write_discounts',
] as const;
