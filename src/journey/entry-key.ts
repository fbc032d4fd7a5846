import type { Fact } from '../domain/events/fact.js';
import { readPath } from './conditions/comparison.js';
import type { EntryRules } from './definition.js';

/** What tells two entries of one person apart, as the fact says it; null where it does not. */
export function entryKey({ key }: EntryRules, fact: Pick<Fact, 'cartId' | 'properties'>): string | null {
  switch (key.kind) {
    case 'profile':
      return 'profile';
    case 'cart':
      return fact.cartId ?? null;
    case 'event': {
      const value = readPath(fact.properties, key.path);
      return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
    }
  }
}
