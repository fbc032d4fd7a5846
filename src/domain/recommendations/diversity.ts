import { cosine, type TagVector } from './tags.js';

/** An item with how well it fits, from 0 to 1. */
export interface Ranked {
  readonly itemId: string;
  readonly relevance: number;
  readonly tags: TagVector;
  /** Null: in none. */
  readonly category: string | null;
}

/**
 * Picks items that fit and do not resemble each other: maximal marginal relevance, `λ·relevance − (1−λ)·(likeness to what is picked)`
 * (Carbonell and Goldstein 1998). `lambda` 1: by fit alone. Of equals the one that comes first. At most `perCategory` of one category,
 * while others are left.
 */
export function pickDiverse(
  items: readonly Ranked[],
  { count, lambda = 0.7, perCategory = Infinity }: { readonly count: number; readonly lambda?: number; readonly perCategory?: number },
): readonly Ranked[] {
  const picked: Ranked[] = [];
  const left = [...items];
  while (picked.length < count && left.length > 0) {
    const allowed = left.filter(({ category }) => category === null || timesIn(picked, category) < perCategory);
    const next = best(allowed.length > 0 ? allowed : left, (item) => lambda * item.relevance - (1 - lambda) * likeness(item, picked));
    picked.push(next);
    left.splice(left.indexOf(next), 1);
  }
  return picked;
}

function likeness({ tags }: Ranked, picked: readonly Ranked[]): number {
  return picked.reduce((most, one) => Math.max(most, cosine(tags, one.tags)), 0);
}

function timesIn(picked: readonly Ranked[], category: string): number {
  return picked.filter((one) => one.category === category).length;
}

function best(items: readonly Ranked[], worth: (item: Ranked) => number): Ranked {
  return items.reduce((most, item) => (worth(item) > worth(most) ? item : most));
}
