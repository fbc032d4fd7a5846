import type { Instant } from '../../domain/time/instant.js';

export interface PoolQuestion {
  readonly at: Instant;
  readonly collections: readonly string[];
}
