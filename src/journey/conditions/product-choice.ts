import { z } from 'zod';
import { bothConditions, oneOf } from '../one-of.js';

/** Which products a condition speaks of: by id, tag or collection; null: any. */
export interface ProductChoice {
  readonly by: 'product' | 'tag' | 'collection';
  readonly of: 'any' | 'all';
  readonly values: readonly string[];
}

const text = z.string().min(1).max(200);
const list = z.array(text).min(1).max(100);
const choice = z
  .union(
    [
      text,
      z
        .strictObject({ any_of: list.optional(), all_of: list.optional() })
        .superRefine(oneOf(['any_of', 'all_of'], 'one of any_of and all_of', bothConditions)),
    ],
    'Write one, such as mug, or any_of or all_of with a list.',
  )
  .meta({ examples: ['day-cream', { any_of: ['skin:dry', 'skin:normal'] }] });

const bys = ['product', 'tag', 'collection'] as const;

/** The keys of a condition that chooses products; one of them at most. */
export const productChoiceShape = { product: choice.optional(), tag: choice.optional(), collection: choice.optional() };

type Source = Readonly<Partial<Record<(typeof bys)[number], z.output<typeof choice> | undefined>>>;

/** Refuses two of them. */
export function oneChoice(source: Source, context: z.RefinementCtx): void {
  const named = bys.filter((by) => source[by] !== undefined);
  if (named.length > 1)
    context.addIssue({
      code: 'custom',
      message: `has ${named.join(' and ')}, and takes one of product, tag and collection`,
      params: { suggestion: bothConditions },
    });
}

export function toChoice(source: Source): ProductChoice | null {
  const by = bys.find((one) => source[one] !== undefined);
  const said = by === undefined ? undefined : source[by];
  if (by === undefined || said === undefined) return null;
  // Tags and collections are kept in small letters; ids are the shop's own.
  const plain = (values: readonly string[]) => (by === 'product' ? values : values.map((value) => value.trim().toLowerCase()));
  if (typeof said === 'string') return { by, of: 'any', values: plain([said]) };
  return said.all_of === undefined ? { by, of: 'any', values: plain(said.any_of ?? []) } : { by, of: 'all', values: plain(said.all_of) };
}

/** What a choice looks at. */
export interface ChosenProduct {
  readonly productId: string | null;
  readonly tags: readonly string[];
  readonly collections: readonly string[];
}

/** Are there such products among these? With `all_of`: one for each value. */
export function isChosen(choice: ProductChoice | null, products: readonly ChosenProduct[]): boolean {
  if (choice === null) return products.some(({ productId }) => productId !== null);
  const has = (value: string): boolean => products.some((product) => valuesOf(choice.by, product).includes(value));
  return choice.of === 'any' ? choice.values.some(has) : choice.values.every(has);
}

function valuesOf(by: ProductChoice['by'], { productId, tags, collections }: ChosenProduct): readonly string[] {
  switch (by) {
    case 'product':
      return productId === null ? [] : [productId];
    case 'tag':
      return tags;
    case 'collection':
      return collections;
  }
}

/** `a product of the collections winter or gifts`. */
export function choiceWords(choice: ProductChoice | null): string {
  if (choice === null) return 'a product';
  const values = choice.values.join(choice.of === 'any' ? ' or ' : ' and ');
  if (choice.by === 'product') return `the product ${values}`;
  return `a product of the ${choice.by} ${values}`;
}
