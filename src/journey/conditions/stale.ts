import { z } from 'zod';
import { bothConditions, oneOf } from '../one-of.js';
import { type Comparison, comparisonOperators, comparisonShape, toComparison } from './comparison.js';

/** Compares what is known, or asks whether nothing is known that still counts, so that it may be asked. */
export type ComparisonOrStale = Comparison | { readonly op: 'stale'; readonly value: boolean };

/** Of something that has a name. `description`: what `stale: true` means of it. */
export function namedOrStale(description: string) {
  return z
    .strictObject({ name: z.string().min(1), stale: z.boolean().optional().meta({ description }), ...comparisonShape })
    .superRefine(oneOf([...comparisonOperators, 'stale'], 'one comparison', bothConditions));
}

export function toComparisonOrStale(source: z.output<ReturnType<typeof namedOrStale>>): ComparisonOrStale {
  return source.stale === undefined ? toComparison(source) : { op: 'stale', value: source.stale };
}
