import { compare, describeComparison, readPath } from './comparison.js';
import type { ConditionKind, ConditionOf } from './kind.js';

/** A property of the event in question: the one being matched, else the one that started the entry. An amount of another currency than the named one is unknown. */
export const eventProperty: ConditionKind<ConditionOf<'event_property'>> = {
  evaluate: ({ comparison, path, currency }, facts) => {
    const isOther = currency !== undefined && currencyOf(facts.event) !== currency;
    return compare(comparison, isOther ? null : readPath(facts.event, path));
  },
  describe: ({ comparison, path, currency }, holds) =>
    `the event's ${path} ${describeComparison(comparison, holds)}${currency === undefined ? '' : ` ${currency}`}`,
};

/** Facts of carts say it of the whole cart, and what the shop sends of the event. */
function currencyOf(event: Readonly<Record<string, unknown>>): unknown {
  return event['cart_currency'] ?? event['currency'];
}
