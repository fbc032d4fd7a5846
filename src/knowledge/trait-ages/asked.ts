import type { Instant } from '../../domain/time/instant.js';

/** When a trait was said last, and for how long it counts. */
export interface TraitAge {
  readonly saidAt: Instant;
  /** Milliseconds, as `fields.yaml` says; null: it does not. */
  readonly validMs: number | null;
}

export type TraitAges = Readonly<Partial<Record<string, TraitAge>>>;
