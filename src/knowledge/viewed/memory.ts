import { type Fact, listViewed } from '../../domain/events/fact.js';
import type { MemoryLook } from '../source.js';
import type { Viewed, ViewedQuestion } from './asked.js';

/** As the store tells it. The world in memory has no products, so nothing is known of their tags and collections. */
export function viewedInMemory({ since, at }: ViewedQuestion, { tables, profileId }: MemoryLook): readonly Viewed[] {
  const seen = new Map<string, Fact[]>();
  for (const fact of tables.facts.where('profile', profileId)) {
    const key = fact.at < since ? null : keyOf(fact);
    if (key !== null) seen.set(key, [...(seen.get(key) ?? []), fact]);
  }
  return [...seen.values()].map((facts) => viewedOf(facts, at));
}

function keyOf(fact: Fact): string | null {
  if (fact.name === 'product.viewed') return textOf(fact, 'product_id');
  return fact.name === listViewed && listsOf(fact).length > 0 ? `list ${JSON.stringify(listsOf(fact))}` : null;
}

function viewedOf(facts: readonly Fact[], now: number): Viewed {
  const [first] = facts as readonly [Fact];
  const isList = first.name === listViewed;
  const past = facts.filter(({ at }) => at <= now).map(({ at }) => at);
  const ahead = facts.filter(({ at }) => at > now).map(({ at }) => at);
  return {
    productId: isList ? null : textOf(first, 'product_id'),
    at: past.length === 0 ? null : Math.max(...past),
    next: ahead.length === 0 ? null : Math.min(...ahead),
    times: facts.length,
    tags: [],
    collections: isList ? listsOf(first) : [],
  };
}

function listsOf(fact: Fact): readonly string[] {
  return ['category', 'list_id'].flatMap((name) => textOf(fact, name)?.toLowerCase() ?? []);
}

function textOf({ properties }: Fact, name: string): string | null {
  const value = properties[name];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : null;
}
