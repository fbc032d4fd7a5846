import type { Instant } from '../../domain/time/instant.js';
import type { KnowledgeSource } from '../source.js';
import { viewedInMemory } from './memory.js';
import { selectViewed } from './store.js';

/** Something that the person looked at: a product with what the shop says of it, or a list of products. */
export interface Viewed {
  /** Null: a list. */
  readonly productId: string | null;
  /** The newest look up to now; null: only later ones, by a clock that is ahead. */
  readonly at: Instant | null;
  /** The first look after now; null: none. */
  readonly next: Instant | null;
  readonly times: number;
  readonly tags: readonly string[];
  /** Of the product; of a list its own names. */
  readonly collections: readonly string[];
}

/** `since`: the oldest look that is asked for. */
export interface ViewedQuestion {
  readonly since: Instant;
  readonly at: Instant;
}

/** `windowMs`: milliseconds back from the instant of the turn; null: ever. */
interface ViewedNeed {
  readonly windowMs: number | null;
}

declare module '../../journey/knowledge.js' {
  interface Questions {
    readonly viewed: ViewedNeed;
  }
  interface Answers {
    readonly viewed: readonly Viewed[];
  }
}

/** The fact of a list of products that was looked at: Segment has a name for it, and it is the shop's own event to everything else. */
export const listViewed = 'event:Product List Viewed';

/** What the person looked at, each product and list once, as the facts tell it. */
export const viewedKnown: KnowledgeSource<ViewedNeed, ViewedQuestion, readonly Viewed[]> = {
  question(needs, at) {
    const widest = needs.reduce<number | null>(
      (most, { windowMs }) => (most === null || windowMs === null ? null : Math.max(most, windowMs)),
      0,
    );
    return { since: widest === null ? 0 : at - widest, at };
  },
  fromStore: selectViewed,
  read: (json) => (json ?? []) as readonly Viewed[],
  fromMemory: viewedInMemory,
};
