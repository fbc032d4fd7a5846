import type { Instant } from '../time/instant.js';
import { type Companions, scoreCompanions } from './companions.js';
import { pickDiverse, type Ranked } from './diversity.js';
import { type CatalogueItem, type Exclusion, type Experience, exclusionOf } from './exclusions.js';
import { cosine, type TagVector, type TasteSignal, tasteOf } from './tags.js';

/** What the shop knows, learnt in the background. */
export interface Models {
  readonly companions: Companions;
  /** Purchases of each item in the last 28 days by people like this one. */
  readonly popularity: ReadonlyMap<string, number>;
}

export interface PersonKnown extends Experience {
  readonly signals: readonly TasteSignal[];
  /** Items that they bought, by the id of the model. */
  readonly held: readonly string[];
  /** Tags that they have in common with many, such as `country:gb`: no reason to say that they told so. Absent: none. */
  readonly groups?: readonly string[];
}

/** An item with why it was chosen. `parts` are from 0 to 1 before they are weighed; they are kept with the message. */
export interface Recommended {
  readonly itemId: string;
  readonly score: number;
  readonly parts: { readonly content: number; readonly itemToItem: number; readonly popularity: number };
  readonly reason: Reason;
}

/** What the words of a block say: "because you told us …", "often bought with …". */
export type Reason =
  | { readonly kind: 'declared' | 'liked'; readonly tag: string }
  | { readonly kind: 'due' }
  | { readonly kind: 'bought-with'; readonly itemId: string }
  | { readonly kind: 'popular' };

export interface Recommendations {
  /** Empty: nothing may be shown, and the block falls back as its template says. */
  readonly items: readonly Recommended[];
  readonly excluded: ReadonlyMap<string, Exclusion>;
  /** How much each part counts for this person; together 1. */
  readonly weights: Recommended['parts'];
}

/** With so many purchases and answers content counts as much as what others bought. */
const contentEvents = 5;
/** Of what content leaves, so much goes to what is bought with what, and the rest to what is popular. */
const itemToItemShare = 0.8;
const perCategory = 2;

/**
 * The items to show a person: content, item-to-item and popularity, weighed by how much is known of them (`α = 5/(5 + purchases)`), without
 * excluded items, and with variety. A method without data has no weight; its weight goes to popularity: new people see popular items.
 */
export function recommend(
  catalogue: readonly CatalogueItem[],
  person: PersonKnown,
  models: Models,
  { at, count }: { readonly at: Instant; readonly count: number },
): Recommendations {
  const excluded = new Map<string, Exclusion>();
  const allowed = catalogue.filter((item) => {
    const why = exclusionOf(item, person, at);
    if (why !== null) excluded.set(item.itemId, why);
    return why === null;
  });
  const taste = tasteOf(person.signals, at);
  const parts = partsOf(allowed, taste, person, models);
  const weights = weightsOf(taste, person, models);
  const ranked = allowed.map((item): Ranked => ({ ...item, relevance: weigh(parts.get(item.itemId), weights) }));
  ranked.sort((a, b) => b.relevance - a.relevance || (a.itemId < b.itemId ? -1 : 1));
  const byId = new Map(allowed.map((item) => [item.itemId, item]));
  const items = pickDiverse(ranked, { count, perCategory }).map(({ itemId, relevance }): Recommended => {
    const of = parts.get(itemId) ?? nothing;
    return {
      itemId,
      score: relevance,
      parts: of,
      reason: reasonOf(byId.get(itemId) as CatalogueItem, of, { taste, person, models, weights }),
    };
  });
  return { items, excluded, weights };
}

type Parts = Recommended['parts'];
const nothing: Parts = { content: 0, itemToItem: 0, popularity: 0 };

function partsOf(
  items: readonly CatalogueItem[],
  taste: TagVector,
  person: PersonKnown,
  { companions, popularity }: Models,
): ReadonlyMap<string, Parts> {
  const scores = scoreCompanions(companions, person.held);
  const bestScore = Math.max(0, ...items.map(({ itemId }) => scores.get(itemId) ?? 0));
  const mostBought = Math.max(0, ...items.map(({ itemId }) => popularity.get(itemId) ?? 0));
  const share = (value: number, most: number) => (most > 0 ? Math.max(0, value) / most : 0);
  return new Map(
    items.map(({ itemId, tags }) => [
      itemId,
      {
        content: cosine(taste, tags),
        itemToItem: share(scores.get(itemId) ?? 0, bestScore),
        popularity: share(popularity.get(itemId) ?? 0, mostBought),
      },
    ]),
  );
}

function weightsOf(taste: TagVector, { held }: PersonKnown, { companions }: Models): Parts {
  const isKnown = held.some((item) => companions.has(item));
  const alpha = contentEvents / (contentEvents + held.length);
  const content = Object.keys(taste).length === 0 ? 0 : alpha;
  const shared = isKnown ? itemToItemShare * (1 - alpha) : 0;
  return { content, itemToItem: shared, popularity: 1 - content - shared };
}

function weigh(parts: Parts = nothing, weights: Parts): number {
  return weights.content * parts.content + weights.itemToItem * parts.itemToItem + weights.popularity * parts.popularity;
}

/** What spoke for it most. What they can be told is said before what was only inferred. */
function reasonOf(
  item: CatalogueItem,
  parts: Parts,
  of: { readonly taste: TagVector; readonly person: PersonKnown; readonly models: Models; readonly weights: Parts },
): Reason {
  const { person, taste, models, weights } = of;
  if (person.bought.some(({ family }) => family === item.family)) return { kind: 'due' };
  const content = weights.content * parts.content;
  const shared = weights.itemToItem * parts.itemToItem;
  if (content > 0 && content >= shared) {
    const tag = heaviest(Object.keys(taste), (one) => (taste[one] ?? 0) * (item.tags[one] ?? 0));
    if (tag !== null) return { kind: person.declared.includes(tag) && person.groups?.includes(tag) !== true ? 'declared' : 'liked', tag };
  }
  const companion = shared > 0 ? heaviest(person.held, (held) => models.companions.get(held)?.get(item.itemId) ?? 0) : null;
  return companion === null ? { kind: 'popular' } : { kind: 'bought-with', itemId: companion };
}

/** The one with the largest worth above nothing, of equals the first; null: none has any. */
function heaviest(names: readonly string[], worth: (name: string) => number): string | null {
  return names.reduce<string | null>((best, name) => (worth(name) > (best === null ? 0 : worth(best)) ? name : best), null);
}
