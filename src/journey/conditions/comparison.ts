import { z } from 'zod';
import { bothConditions, oneOf } from '../one-of.js';
import type { Truth } from './condition.js';
import { truth } from './kind.js';

/** A comparison with one operator. A missing value gives `unknown`, except for `exists`. */
export type Comparison =
  | { readonly op: 'is' | 'is_not'; readonly value: string | number | boolean }
  | { readonly op: 'in' | 'not_in'; readonly value: readonly (string | number | boolean)[] }
  | { readonly op: 'at_least' | 'at_most' | 'more_than' | 'less_than'; readonly value: number }
  | { readonly op: 'contains'; readonly value: string }
  | { readonly op: 'exists'; readonly value: boolean };

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** The keys of a comparison, to stand beside others; exactly one of them is written (`oneComparison`). */
export const comparisonShape = {
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
export type ComparisonSource = z.output<z.ZodObject<typeof comparisonShape>>;
export const comparisonOperators = Object.keys(comparisonShape) as readonly (keyof typeof comparisonShape)[];

export const oneComparison = oneOf(comparisonOperators, 'one comparison', bothConditions);

export function toComparison(source: ComparisonSource): Comparison {
  const op = comparisonOperators.find((name) => source[name] !== undefined);
  if (op === undefined) throw new Error('A comparison without an operator passed the schema.');
  return { op, value: source[op] } as Comparison;
}

/** A missing value is `unknown` except to `exists`; so is one of a type that the operator cannot compare. */
export function compare(comparison: Comparison, value: unknown): Truth {
  const missing = value === undefined || value === null;
  if (comparison.op === 'exists') return truth(missing !== comparison.value);
  if (missing) return 'unknown';
  switch (comparison.op) {
    case 'is':
      return truth(isSame(value, comparison.value));
    case 'is_not':
      return truth(!isSame(value, comparison.value));
    case 'in':
      return truth((comparison.value as readonly unknown[]).some((one) => isSame(value, one)));
    case 'not_in':
      return truth(!(comparison.value as readonly unknown[]).some((one) => isSame(value, one)));
    case 'contains':
      return contains(value, comparison.value);
    case 'at_least':
      return ordered(value, (number) => number >= comparison.value);
    case 'at_most':
      return ordered(value, (number) => number <= comparison.value);
    case 'more_than':
      return ordered(value, (number) => number > comparison.value);
    case 'less_than':
      return ordered(value, (number) => number < comparison.value);
    default:
      return unknownOperator(comparison);
  }
}

/** `is at least 20`, or `is not at least 20`. */
export function describeComparison(comparison: Comparison, holds: boolean): string {
  switch (comparison.op) {
    case 'is':
      return `${be(holds)} ${comparison.value}`;
    case 'is_not':
      return `${be(!holds)} ${comparison.value}`;
    case 'in':
      return `${be(holds)} one of ${comparison.value.join(', ')}`;
    case 'not_in':
      return `${be(!holds)} one of ${comparison.value.join(', ')}`;
    case 'contains':
      return holds ? `contains ${comparison.value}` : `does not contain ${comparison.value}`;
    case 'exists':
      return comparison.value === holds ? 'is known' : 'is not known';
    case 'at_least':
    case 'at_most':
    case 'more_than':
    case 'less_than':
      return `${be(holds)} ${comparison.op.replace('_', ' ')} ${comparison.value}`;
    default:
      return unknownOperator(comparison);
  }
}

function be(positive: boolean): string {
  return positive ? 'is' : 'is not';
}

function ordered(value: unknown, holds: (number: number) => boolean): Truth {
  const number = asNumber(value);
  return number === null ? 'unknown' : truth(holds(number));
}

/**
 * Clients send numbers and flags as text: `"59.90"` is 59.9, `"true"` is true. Text is compared with text letter by letter: `00123` is not
 * `123`.
 */
function isSame(value: unknown, wanted: unknown): boolean {
  if (value === wanted) return true;
  if (typeof wanted === 'number' && typeof value === 'string') return asNumber(value) === wanted;
  if (typeof wanted === 'string' && typeof value === 'number') return String(value) === wanted.trim();
  if (typeof wanted === 'boolean' && typeof value === 'string') return flagOf(value) === wanted;
  return typeof wanted === 'string' && typeof value === 'boolean' && flagOf(wanted) === value;
}

function asNumber(value: unknown): number | null {
  const number = typeof value === 'string' && isPlainNumber.test(value.trim()) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

const isPlainNumber = /^[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d{1,3})?$/i;

function flagOf(text: string): boolean | null {
  const word = text.trim().toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : null;
}

function contains(value: unknown, wanted: string): Truth {
  if (typeof value === 'string') return truth(value.includes(wanted));
  return Array.isArray(value) ? truth(value.includes(wanted)) : 'unknown';
}

function unknownOperator(comparison: never): never {
  throw new Error(`A condition compares with ${JSON.stringify(comparison)}, which this version does not know.`);
}
