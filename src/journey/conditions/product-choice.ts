import type { z } from 'zod';
import { bothConditions } from '../one-of.js';
import type { Truth } from './condition.js';
import { truth } from './kind.js';
import { describeList, judgeList, type ListTest, listShape, toListTest } from './order-field.js';

/** By what products are chosen. */
export const choiceWays = ['products', 'tags', 'collections'] as const;
export type ChoiceWay = (typeof choiceWays)[number];

/** Which products a condition speaks of; null: any. */
export type ProductChoice = { readonly by: ChoiceWay; readonly of: ListTest } | null;

/** The keys of a condition that chooses products; one of them at most. */
export const productChoiceShape = listShape;

type Source = Readonly<Partial<Record<ChoiceWay, Parameters<typeof toListTest>[0] | undefined>>>;

/** Refuses two of them. */
export function oneChoice(source: Source, context: z.RefinementCtx): void {
  const named = choiceWays.filter((by) => source[by] !== undefined);
  if (named.length < 2) return;
  const message = `has ${named.join(' and ')}, and takes one of products, tags and collections`;
  context.addIssue({ code: 'custom', message, params: { suggestion: bothConditions } });
}

export function toChoice(source: Source): ProductChoice {
  const by = choiceWays.find((one) => source[one] !== undefined);
  return by === undefined ? null : { by, of: toListTest(source[by] ?? {}) };
}

/** What a choice looks at. */
interface ChosenProduct {
  /** Null: a list of products. */
  readonly productId: string | null;
  readonly tags: readonly string[];
  readonly collections: readonly string[];
}

/** Are there such products among these? */
export function judgeChoice(choice: ProductChoice, there: readonly ChosenProduct[]): Truth {
  const products = there.flatMap(({ productId }) => productId ?? []);
  if (choice === null) return truth(products.length > 0);
  // Tags and collections are kept in small letters; ids are the shop's own.
  if (choice.by === 'products') return judgeList(choice.of, false, products);
  const { by, of } = choice;
  return judgeList(
    of,
    true,
    there.flatMap((one) => one[by]),
  );
}

/** `one of the tags skin:dry`. */
export function choiceWords(choice: ProductChoice): string {
  return choice === null ? 'a product' : `${describeList(choice.of)} of the ${choice.by} ${choice.of.values.join(', ')}`;
}
