import { z } from 'zod';
import { isFirstPurchase, type KnownOrder, paidAtOf } from '../../domain/orders/known-order.js';
import { durationWords } from '../../domain/time/duration.js';
import type { Instant } from '../../domain/time/instant.js';
import { durationText, toLimitMs } from '../../yaml/duration-source.js';
import { bothConditions, oneOf } from '../one-of.js';
import { type AmountTest, amountYaml, describeAmount, toAmountTest } from './amounts.js';
import { type Comparison, compare, describeComparison, toComparison } from './comparison.js';
import type { Truth } from './condition.js';
import { truth } from './kind.js';

/** One thing about one order that a condition compares. */
export type OrderField =
  | { readonly field: 'status'; readonly comparison: Comparison }
  | ({ readonly field: 'total' | 'net' | 'margin' } & AmountTest)
  | { readonly field: ListField; readonly of: ListTest }
  | { readonly field: 'first' | 'delivered' | 'exception' | 'open_return'; readonly is: boolean }
  | { readonly field: SinceField; readonly of: SinceTest };

type ListField = 'products' | 'tags' | 'collections' | 'codes';
type SinceField = 'since' | 'since_delivery';

/** A list that must share something with what there is, have all of it there, or nothing. */
export interface ListTest {
  readonly op: 'any_of' | 'all_of' | 'none_of';
  readonly values: readonly string[];
}

/** Milliseconds. */
interface SinceTest {
  readonly op: 'at_least' | 'more_than' | 'at_most' | 'less_than';
  readonly ms: number;
}

// ── as marketers write it ──

const words = z.array(z.string().min(1)).min(1);
const listOps = ['any_of', 'all_of', 'none_of'] as const;
const list = z
  .strictObject({ any_of: words.optional(), all_of: words.optional(), none_of: words.optional() })
  .superRefine(oneOf(listOps, 'one of any_of, all_of and none_of', bothConditions))
  .meta({ description: 'any_of: at least one of these; all_of: each of them; none_of: none of them.' });
const sinceOps = ['at_least', 'more_than', 'at_most', 'less_than'] as const;
const since = z
  .strictObject({
    at_least: durationText.optional(),
    more_than: durationText.optional(),
    at_most: durationText.optional(),
    less_than: durationText.optional(),
  })
  .superRefine(oneOf(sinceOps, 'one comparison', bothConditions));

const statusText = z
  .strictObject({
    is: z.enum(['created', 'paid', 'cancelled', 'refunded']).optional(),
    is_not: z.enum(['created', 'paid', 'cancelled', 'refunded']).optional(),
  })
  .superRefine(oneOf(['is', 'is_not'], 'one comparison', bothConditions));

/** The fields of an order, to stand beside others; exactly one of them is written (`oneOrderField`). */
export const orderFieldShape = {
  status: statusText.optional().meta({ description: 'created, paid, cancelled, or refunded in full.' }),
  total: amountYaml.optional().meta({ description: 'What it was paid with, with tax and shipping.' }),
  net: amountYaml.optional().meta({ description: 'The total less refunds.' }),
  margin: amountYaml.optional().meta({ description: 'What the shop earns with its goods, where their costs are known.' }),
  products: list.optional().meta({ description: 'Ids of products that the person still has of it.' }),
  tags: list.optional().meta({ description: 'Tags of those products in the catalogue.' }),
  collections: list.optional().meta({ description: 'Collections of those products in the catalogue.' }),
  codes: list.optional().meta({ description: 'Codes that were used, in any case of letters.' }),
  first: z.boolean().optional().meta({ description: 'No purchase of the person that counts came before it.' }),
  delivered: z.boolean().optional().meta({ description: 'Each of its shipments has arrived.' }),
  exception: z.boolean().optional().meta({ description: 'Something is wrong with a shipment that has not arrived.' }),
  open_return: z.boolean().optional().meta({ description: 'Something of it is being sent back.' }),
  since: since.optional().meta({ description: 'How long ago it was paid.' }),
  since_delivery: since.optional().meta({ description: 'How long ago its last shipment arrived.' }),
};
const fieldNames = Object.keys(orderFieldShape) as readonly (keyof typeof orderFieldShape)[];

export const oneOrderField = oneOf(fieldNames, 'one field of the order', bothConditions);
export const orderFieldYaml = z.strictObject(orderFieldShape).superRefine(oneOrderField);
export type OrderFieldSource = z.output<z.ZodObject<typeof orderFieldShape>>;

export const listShape = { products: orderFieldShape.products, tags: orderFieldShape.tags, collections: orderFieldShape.collections };

export function toOrderField(source: OrderFieldSource): OrderField {
  const field = fieldNames.find((name) => source[name] !== undefined);
  switch (field) {
    case 'status':
      return { field, comparison: toComparison(source.status ?? {}) };
    case 'total':
    case 'net':
    case 'margin':
      return { field, ...toAmountTest(source[field] ?? {}) };
    case 'products':
    case 'tags':
    case 'collections':
    case 'codes':
      return { field, of: toListTest(source[field] ?? {}) };
    case 'first':
    case 'delivered':
    case 'exception':
    case 'open_return':
      return { field, is: source[field] ?? true };
    case 'since':
    case 'since_delivery':
      return { field, of: toSinceTest(source[field] ?? {}) };
    case undefined:
      throw new Error('A condition about an order without a field passed the schema.');
  }
}

export function toListTest(source: Readonly<Partial<Record<ListTest['op'], readonly string[] | undefined>>>): ListTest {
  const op = listOps.find((name) => source[name] !== undefined) ?? 'any_of';
  return { op, values: source[op] ?? [] };
}

function toSinceTest(source: z.output<typeof since>): SinceTest {
  const op = sinceOps.find((name) => source[name] !== undefined) ?? 'at_least';
  return { op, ms: toLimitMs(source[op] ?? 'P1D') };
}

// ── judged ──

/** Does this order's lines have to be loaded for it? */
export function asksLines({ field }: OrderField): boolean {
  return field === 'products' || field === 'tags' || field === 'collections';
}

/** What is not known of the order, such as its delivery, or an order that is not there, is unknown. */
export function judgeOrder(test: OrderField, order: KnownOrder | null, own: readonly KnownOrder[], at: Instant): Truth {
  if (order === null) return 'unknown';
  switch (test.field) {
    case 'status':
      return compare(test.comparison, order.status);
    case 'total':
    case 'net':
    case 'margin':
      return compare(test.comparison, test.currency !== undefined && test.currency !== order.currency ? null : order[test.field]);
    case 'products':
    case 'tags':
    case 'collections':
    case 'codes':
      return judgeList(test.of, test.field === 'codes', listOf(test.field, [order]));
    case 'first': {
      const isFirst = isFirstPurchase(order, own);
      return isFirst === null ? 'unknown' : truth(isFirst === test.is);
    }
    case 'delivered':
      return truth((order.deliveredAt !== null) === test.is);
    case 'exception':
      return truth(order.hasException === test.is);
    case 'open_return':
      return truth(order.hasOpenReturn === test.is);
    case 'since':
    case 'since_delivery': {
      const from = sinceWhen(test.field, order);
      return from === null ? 'unknown' : compare({ op: test.of.op, value: test.of.ms }, at - from);
    }
  }
}

/** When it may be judged otherwise although nothing happens. */
export function orderFieldEdges(test: OrderField, order: KnownOrder | null): readonly Instant[] {
  if (order === null || (test.field !== 'since' && test.field !== 'since_delivery')) return [];
  const from = sinceWhen(test.field, order);
  // One millisecond after the edge, "more than" holds, and "at most" no longer.
  return from === null ? [] : [from + test.of.ms, from + test.of.ms + 1];
}

function sinceWhen(field: SinceField, order: KnownOrder): Instant | null {
  return field === 'since' ? paidAtOf(order) : order.deliveredAt;
}

/** All that these orders have of it. */
export function listOf(field: ListField, orders: readonly KnownOrder[]): readonly string[] {
  switch (field) {
    case 'codes':
      return orders.flatMap(({ codes }) => codes);
    case 'products':
      return orders.flatMap(({ lines }) => lines.map(({ productId }) => productId));
    case 'tags':
    case 'collections':
      return orders.flatMap(({ lines }) => lines.flatMap((line) => line[field]));
  }
}

export function judgeList({ op, values }: ListTest, anyCase: boolean, there: readonly string[]): Truth {
  const key = (text: string): string => (anyCase ? text.toLowerCase() : text);
  const known = new Set(there.map(key));
  const has = (value: string): boolean => known.has(key(value));
  switch (op) {
    case 'any_of':
      return truth(values.some(has));
    case 'all_of':
      return truth(values.every(has));
    case 'none_of':
      return truth(!values.some(has));
  }
}

// ── in words ──

const flagWords = {
  first: ['is a first purchase', 'is not a first purchase'],
  delivered: ['is delivered', 'is not delivered'],
  exception: ['has trouble with a shipment', 'has no trouble with a shipment'],
  open_return: ['has an open return', 'has no open return'],
} as const;

/** `is delivered`, to stand behind `the order`. */
export function describeOrderField(test: OrderField, holds: boolean): string {
  switch (test.field) {
    case 'status':
      return `has a status that ${describeComparison(test.comparison, holds)}`;
    case 'total':
    case 'net':
    case 'margin':
      return `has a ${test.field} that ${describeAmount(test, holds)}`;
    case 'products':
    case 'tags':
    case 'collections':
    case 'codes':
      return `${holds ? 'has' : 'does not have'} ${describeList(test.of)} of the ${test.field} ${test.of.values.join(', ')}`;
    case 'first':
    case 'delivered':
    case 'exception':
    case 'open_return':
      return flagWords[test.field][test.is === holds ? 0 : 1];
    case 'since':
    case 'since_delivery': {
      const what = test.field === 'since' ? 'was paid' : 'was delivered';
      return `${what} ${holds ? '' : 'not '}${test.of.op.replace('_', ' ')} ${durationWords(test.of.ms)} ago`;
    }
  }
}

export function describeList({ op, values }: ListTest): string {
  return values.length === 1 && op !== 'none_of' ? 'one' : { any_of: 'any', all_of: 'all', none_of: 'none' }[op];
}
