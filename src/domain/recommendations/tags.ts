import { day, type Instant } from '../time/instant.js';

/** Weights by tag, such as `skin:dry` or `category:serum`. What stands before the colon is the tag's dimension. */
export type TagVector = Readonly<Record<string, number>>;

/** Something that tells what a person likes. */
export interface TasteSignal {
  readonly kind: 'declared' | 'bought' | 'browsed';
  readonly tag: string;
  readonly at: Instant;
}

/** How much a signal weighs when it is new, and after how many days half of that is left. */
const signalWeights = {
  declared: { weight: 3, halfLifeDays: 180 },
  bought: { weight: 2, halfLifeDays: 90 },
  browsed: { weight: 0.5, halfLifeDays: 14 },
} as const;

/**
 * What a person likes at an instant. What they declared beats what was inferred: who says "dry skin" is not shown what their purchases say
 * of oily skin. Signals of the future count as new.
 */
export function tasteOf(signals: readonly TasteSignal[], at: Instant): TagVector {
  const declared = new Set(signals.filter(({ kind }) => kind === 'declared').map(({ tag }) => dimensionOf(tag)));
  const weights = new Map<string, number>();
  for (const { kind, tag, at: told } of signals) {
    if (kind !== 'declared' && declared.has(dimensionOf(tag))) continue;
    const { weight, halfLifeDays } = signalWeights[kind];
    const left = weight * 0.5 ** (Math.max(0, at - told) / (halfLifeDays * day));
    weights.set(tag, (weights.get(tag) ?? 0) + left);
  }
  return Object.fromEntries(weights);
}

/** The cosine of two vectors, from 0 to 1 where no weight is negative; 0 where one of them is empty. */
export function cosine(a: TagVector, b: TagVector): number {
  const product = Object.entries(a).reduce((sum, [tag, weight]) => sum + weight * (Object.hasOwn(b, tag) ? (b[tag] ?? 0) : 0), 0);
  const lengths = lengthOf(a) * lengthOf(b);
  return lengths === 0 ? 0 : product / lengths;
}

function lengthOf(vector: TagVector): number {
  return Math.sqrt(Object.values(vector).reduce((sum, weight) => sum + weight * weight, 0));
}

/** Tags without a colon are each a dimension of their own. */
function dimensionOf(tag: string): string {
  return tag.includes(':') ? tag.slice(0, tag.indexOf(':')) : tag;
}
