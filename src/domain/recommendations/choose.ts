import { mayProfile } from '../engagement/facts.js';
import type { PoolProduct, RecommendationBlock, RecommendationPool } from './block.js';
import type { CatalogueItem, Exclusion, Experience } from './exclusions.js';
import { groupsOf } from './groups.js';
import { popularityAmong } from './popularity.js';
import { type Models, type PersonKnown, type Reason, type Recommended, recommend } from './recommend.js';
import type { TasteSignal } from './tags.js';
import { tagsOfTraits, tagsOfValue } from './trait-tags.js';

/** A product that a message shows, and why. */
export interface Chosen extends Omit<Recommended, 'reason'> {
  /** `fallback`: nothing was recommended, and it is what the template states instead. */
  readonly reason: Reason | { readonly kind: 'fallback' };
}

/** What a block shows to a person. Empty: it is left out. */
export interface Choice {
  readonly items: readonly Chosen[];
  readonly weights: Recommended['parts'];
  readonly isFallback: boolean;
  readonly modelVersion: number | null;
}

/**
 * The products for a block, by what is known of the person. What nothing speaks for is not shown; where nothing is left, the fallback of
 * the template. What a person must not have, has, or gave back is never shown, not as a fallback either.
 */
export function chooseProducts(pool: RecommendationPool, { count, fallback }: Pick<RecommendationBlock, 'count' | 'fallback'>): Choice {
  const person = personOf(pool);
  const items = pool.products.flatMap(itemOf);
  const models = modelsOf(pool, person.groups);
  const { items: found, weights, excluded } = recommend(items, person, models, { at: pool.at, count });
  const told = found.filter(({ score }) => score > 0);
  const modelVersion = pool.model?.version ?? null;
  if (told.length > 0) return { items: told, weights, isFallback: false, modelVersion };
  const allowed = items.filter(({ itemId }) => (excluded.get(itemId) ?? soft) === soft);
  const instead = fallbackItems(pool, allowed, fallback, models).slice(0, count);
  return { items: instead, weights, isFallback: instead.length > 0, modelVersion };
}

/** The only reason against a product that a fallback passes over. */
const soft: Exclusion = 'shown-enough';

function fallbackItems(
  { products }: RecommendationPool,
  allowed: readonly CatalogueItem[],
  fallback: RecommendationBlock['fallback'],
  { popularity }: Models,
): readonly Chosen[] {
  if (fallback.kind === 'leave-out') return [];
  const inCollection = new Set(
    products.flatMap(({ productId, collections }) =>
      fallback.kind === 'collection' && collections.includes(fallback.collection) ? [productId] : [],
    ),
  );
  const bought = (itemId: string): number => popularity.get(itemId) ?? 0;
  return allowed
    .filter(({ itemId }) => (fallback.kind === 'popular' ? bought(itemId) > 0 : inCollection.has(itemId)))
    .toSorted((a, b) => bought(b.itemId) - bought(a.itemId) || (a.itemId < b.itemId ? -1 : 1))
    .map(({ itemId }) => ({
      itemId,
      score: 0,
      parts: { content: 0, itemToItem: 0, popularity: bought(itemId) },
      reason: { kind: 'fallback' },
    }));
}

function itemOf({ productId, family, tags, isInStock, product }: PoolProduct): readonly CatalogueItem[] {
  if (product === null) return [];
  const { category, notFor, consumptionDays } = product;
  const lasting = consumptionDays === null ? null : { medianDays: consumptionDays };
  return [{ itemId: productId, family, category, tags: Object.fromEntries(tags.map((tag) => [tag, 1])), isInStock, lasting, notFor }];
}

interface PersonInGroups extends PersonKnown {
  readonly groups: readonly string[];
}

/** Of who may not be profiled only what must not be shown to them is looked at. */
function personOf(pool: RecommendationPool): PersonInGroups {
  const familyOf = new Map(pool.products.map(({ productId, family }) => [productId, family]));
  const family = (productId: string): string => familyOf.get(productId) ?? productId;
  const { declared, special } = declaredOf(pool);
  const groups = groupsOf(pool.traits, pool.at);
  const kept = pool.purchases.filter(({ quantity }) => quantity > 0);
  const experience: Experience = {
    bought: kept.map(({ productId, at, quantity }) => ({ family: family(productId), at, quantity })),
    returned: pool.purchases.filter(({ bought, quantity }) => quantity < bought).map(({ productId }) => family(productId)),
    ratings: pool.ratings.map(({ productId, stars }) => ({ family: family(productId), stars })),
    shown: pool.shown.map(({ productId, at, isClicked }) => ({ family: family(productId), at, isClicked })),
    inCart: pool.inCart.map(family),
    declared: [...declared.map(({ tag }) => tag), ...special, ...groups],
  };
  if (!mayProfile(pool.traits)) return { ...experience, signals: [], held: [], groups: [] };
  // Traits that no product speaks of, such as an address, say nothing of taste.
  const spoken = new Set(pool.products.flatMap(({ tags }) => tags));
  const inGroups = groups.map((tag): TasteSignal => ({ kind: 'declared', tag, at: pool.at }));
  return {
    ...experience,
    signals: [...declared, ...inGroups, ...signalsOf(pool, kept)].filter(({ tag }) => spoken.has(tag)),
    held: kept.map(({ productId }) => productId),
    groups,
  };
}

/** An answer counts before a trait of its name. */
function declaredOf({ traits, traitTimes, answers }: RecommendationPool) {
  const answered = new Set(answers.map(({ name }) => name));
  const tagsOf = (isSpecial: boolean): readonly TasteSignal[] =>
    answers.flatMap((one) => (one.isSpecial === isSpecial ? tagsOfValue(one.name, one.value, one.answeredAt) : []));
  const others = Object.fromEntries(Object.entries(traits).filter(([name]) => !answered.has(name)));
  return { declared: [...tagsOf(false), ...tagsOfTraits(others, traitTimes)], special: tagsOf(true).map(({ tag }) => tag) };
}

function signalsOf({ products, viewed }: RecommendationPool, kept: RecommendationPool['purchases']): readonly TasteSignal[] {
  const tagsOf = new Map(products.map(({ productId, tags }) => [productId, tags]));
  const signals = (kind: TasteSignal['kind'], all: readonly { readonly productId: string; readonly at: number }[]) =>
    all.flatMap(({ productId, at }) => (tagsOf.get(productId) ?? []).map((tag): TasteSignal => ({ kind, tag, at })));
  return [...signals('bought', kept), ...signals('browsed', viewed)];
}

function modelsOf({ products, companions, model }: RecommendationPool, groups: readonly string[]): Models {
  const bought = new Map(products.map((one) => [one.productId, one.bought]));
  const known = model?.isUsed === true ? Object.entries(companions) : [];
  return {
    companions: new Map(known.map(([item, others]) => [item, new Map(Object.entries(others))])),
    popularity: popularityAmong(bought, groups),
  };
}
