import { z } from 'zod';
import type { Comparison, Condition } from '../domain/conditions/condition.js';
import type { FactName } from '../domain/events/fact.js';
import { factProperties } from '../domain/events/fact-properties.js';
import { channels } from '../domain/messages/channel.js';
import { durationText, toLimitMs } from '../yaml/duration-source.js';
import { topicText } from '../yaml/topic-text.js';
import type { Reference } from './finding.js';

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** One comparison: exactly one operator. */
const comparisonShape = {
  is: scalar.optional(),
  is_not: scalar.optional(),
  in: z.array(scalar).min(1).optional(),
  not_in: z.array(scalar).min(1).optional(),
  at_least: z.number().optional(),
  at_most: z.number().optional(),
  more_than: z.number().optional(),
  less_than: z.number().optional(),
  contains: z.string().min(1).optional(),
  exists: z.boolean().optional(),
};
type ComparisonSource = z.output<z.ZodObject<typeof comparisonShape>>;
const operators = Object.keys(comparisonShape) as readonly (keyof typeof comparisonShape)[];

/** How to mend a condition that says two things at once. */
export const bothConditions = 'For both, put two conditions under "all".';

const comparison = z.strictObject(comparisonShape).superRefine(oneOf(operators, 'one comparison', bothConditions));

/** ISO 4217. */
const currencyText = z
  .string()
  .regex(/^[A-Z]{3}$/, 'Must be a currency of three letters')
  .meta({ examples: ['GBP'] });

const messageStatuses = ['sent', 'delivered', 'opened', 'clicked', 'bounced', 'failed', 'skipped'] as const;

const known = Object.entries(factProperties).flatMap(([fact, properties]) =>
  properties.map(({ name, meaning }) => ({ fact, name, meaning })),
);
const propertyPath = z
  .string()
  .min(1)
  .meta({
    description: `A property of the event; dots lead inside. Facts have: ${[...new Set(known.map(({ fact, name }) => `${fact} ${name}`))].join(', ')}. A track call has what it carries.`,
    examples: [...new Set(known.map(({ name }) => name))],
  });

/** The keys of a condition; exactly one of them says its kind. */
export const conditionShape = {
  get all(): z.ZodOptional<z.ZodArray<typeof conditionSource>> {
    return z.array(conditionSource).min(1).optional();
  },
  get any(): z.ZodOptional<z.ZodArray<typeof conditionSource>> {
    return z.array(conditionSource).min(1).optional();
  },
  get not(): z.ZodOptional<typeof conditionSource> {
    return conditionSource.optional();
  },
  identified: z.boolean().optional(),
  trait: z
    .strictObject({ name: z.string().min(1), ...comparisonShape })
    .superRefine(oneOf(operators, 'one comparison', bothConditions))
    .optional(),
  event_property: z
    .strictObject({ path: propertyPath, currency: currencyText.optional(), ...comparisonShape })
    .superRefine(oneOf(operators, 'one comparison', bothConditions))
    .optional(),
  event_count: z
    .strictObject({ name: z.string().min(1), within: durationText.optional(), ...comparisonShape })
    .superRefine(oneOf(operators, 'one comparison', bothConditions))
    .optional(),
  cart: z
    .strictObject({
      value: z
        .strictObject({ ...comparisonShape, currency: currencyText.optional() })
        .superRefine(oneOf(operators, 'one comparison', bothConditions))
        .optional(),
      lines: comparison.optional(),
      currency: comparison.optional(),
      state: comparison.optional(),
    })
    .superRefine(oneOf(['value', 'lines', 'currency', 'state'], 'one field of the cart', bothConditions))
    .optional(),
  consent: z
    .strictObject({ channel: z.enum(channels), topic: topicText.default('marketing'), granted: z.boolean().default(true) })
    .optional(),
  message: z.strictObject({ step: z.string().min(1), status: z.enum(messageStatuses) }).optional(),
};

export const conditionKinds = [
  'all',
  'any',
  'not',
  'identified',
  'trait',
  'event_property',
  'event_count',
  'cart',
  'consent',
  'message',
] as const;

/** A condition as marketers write it. */
export const conditionSource = z
  .strictObject(conditionShape)
  .superRefine(oneOf(conditionKinds, 'one kind of condition', bothConditions))
  .meta({ id: 'Condition' });
export type ConditionSource = z.output<typeof conditionSource>;

/** The condition that the engine judges; what it names is handed to `note`. */
export function compileCondition(source: ConditionSource, path: readonly PropertyKey[], note: (named: Reference) => void): Condition {
  const inside = (part: ConditionSource, ...keys: PropertyKey[]): Condition => compileCondition(part, [...path, ...keys], note);
  if (source.all) return { kind: 'all', of: source.all.map((part, index) => inside(part, 'all', index)) };
  if (source.any) return { kind: 'any', of: source.any.map((part, index) => inside(part, 'any', index)) };
  if (source.not) return { kind: 'not', of: inside(source.not, 'not') };
  if (source.identified !== undefined) return { kind: 'identified', is: source.identified };
  if (source.trait) return { kind: 'trait', name: source.trait.name, comparison: toComparison(source.trait) };
  if (source.event_property)
    return {
      kind: 'event_property',
      path: source.event_property.path,
      comparison: toComparison(source.event_property),
      ...inCurrency(source.event_property),
    };
  if (source.event_count) {
    note({ kind: 'event', name: source.event_count.name, path: [...path, 'event_count', 'name'] });
    return {
      kind: 'event_count',
      name: source.event_count.name as FactName,
      windowMs: source.event_count.within === undefined ? null : toLimitMs(source.event_count.within),
      comparison: toComparison(source.event_count),
    };
  }
  if (source.cart) {
    const [field, of] = Object.entries(source.cart).find(([, value]) => value !== undefined) as [
      'value',
      ComparisonSource & { readonly currency?: string },
    ];
    return { kind: 'cart', field, comparison: toComparison(of), ...inCurrency(of) };
  }
  if (source.consent) {
    note({ kind: 'topic', name: source.consent.topic, path: [...path, 'consent', 'topic'] });
    return { kind: 'consent', channel: source.consent.channel, topic: source.consent.topic, granted: source.consent.granted };
  }
  if (source.message) {
    note({ kind: 'step', name: source.message.step, for: 'message', path: [...path, 'message', 'step'] });
    return { kind: 'message', step: source.message.step, status: source.message.status };
  }
  throw new Error('A condition without a kind passed the schema.');
}

function inCurrency({ currency }: { readonly currency?: string | undefined }): { readonly currency?: string } {
  return currency === undefined ? {} : { currency };
}

function toComparison(source: ComparisonSource): Comparison {
  const op = operators.find((name) => source[name] !== undefined);
  if (op === undefined) throw new Error('A comparison without an operator passed the schema.');
  return { op, value: source[op] } as Comparison;
}

/** Refuses an object in which none of `keys`, or more than one, is written. `mend` says what to do with two. */
export function oneOf(keys: readonly string[], what: string, mend: string) {
  return (value: object, context: z.RefinementCtx): void => {
    const written = keys.filter((key) => (value as Readonly<Record<string, unknown>>)[key] !== undefined);
    if (written.length === 1) return;
    if (written.length === 0)
      context.addIssue({
        code: 'custom',
        message: `needs ${what}`,
        params: { kind: 'choice', suggestion: `Choices: ${keys.join(', ')}.` },
      });
    else context.addIssue({ code: 'custom', message: `has ${written.join(' and ')}, and takes ${what}`, params: { suggestion: mend } });
  };
}
