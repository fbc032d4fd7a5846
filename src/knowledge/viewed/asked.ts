import type { Instant } from '../../domain/time/instant.js';

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
