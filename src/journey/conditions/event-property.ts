import { z } from 'zod';
import { factProperties } from '../../domain/events/fact-properties.js';
import { readPath } from '../../domain/values/read-path.js';
import { type AmountTest, currencyText, describeAmount, toAmountTest } from './amounts.js';
import { compare, comparisonShape, oneComparison } from './comparison.js';
import { type ConditionKind, plain } from './kind.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly event_property: EventProperty;
  }
}

interface EventProperty extends AmountTest {
  readonly kind: 'event_property';
  readonly path: string;
}

const known = Object.entries(factProperties).flatMap(([fact, properties]) => properties.map(({ name }) => ({ fact, name })));
const propertyPath = z
  .string()
  .min(1)
  .meta({
    description: `A property of the event; dots lead inside. Facts have: ${[...new Set(known.map(({ fact, name }) => `${fact} ${name}`))].join(', ')}. A track call has what it carries.`,
    examples: [...new Set(known.map(({ name }) => name))],
  });
const yaml = z.strictObject({ path: propertyPath, currency: currencyText.optional(), ...comparisonShape }).superRefine(oneComparison);

/**
 * A property of the event in question: the one being matched, else the one that started the entry. An amount of another currency than the
 * named one is unknown.
 */
export const eventProperty: ConditionKind<EventProperty, z.output<typeof yaml>> = {
  ...plain,
  yaml: () => yaml,
  compile: (source) => ({ kind: 'event_property', path: source.path, ...toAmountTest(source) }),
  notMet: () => 'event-property-not-met',
  about: 'event',
  evaluate: ({ comparison, path, currency }, facts) => {
    const isOther = currency !== undefined && currencyOf(facts.event) !== currency;
    return compare(comparison, isOther ? null : readPath(facts.event, path));
  },
  describe: ({ path, ...amount }, holds) => `the event's ${path} ${describeAmount(amount, holds)}`,
};

/** Facts of carts say it of the whole cart, and what the shop sends of the event. */
function currencyOf(event: Readonly<Record<string, unknown>>): unknown {
  return event['cart_currency'] ?? event['currency'];
}
