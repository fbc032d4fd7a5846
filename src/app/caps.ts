import type { CapRule } from '../domain/cap-rule.js';
import { day } from '../domain/instant.js';
import type { Shop } from '../domain/shop.js';

/** The shop's caps as rules, one per channel: `email-7d`, `sms-7d`. */
export function capsOf(shop: Pick<Shop, 'caps'>): readonly CapRule[] {
  return (['email', 'sms'] as const).map((channel) => {
    const { limit, windowMs } = shop.caps[channel];
    return { id: `${channel}-${windowMs / day}d`, channels: [channel], topics: null, limit, windowMs };
  });
}
