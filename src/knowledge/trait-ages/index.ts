import type { Instant } from '../../domain/time/instant.js';
import type { KnowledgeSource } from '../source.js';
import { agesInMemory } from './memory.js';
import { selectAges } from './store.js';

/** When a trait was said last, and for how long it counts. */
export interface TraitAge {
  readonly saidAt: Instant;
  /** Milliseconds, as `fields.yaml` says; null: it does not. */
  readonly validMs: number | null;
}

interface AgeNeed {
  /** The trait. */
  readonly name: string;
}

export type TraitAges = Readonly<Partial<Record<string, TraitAge>>>;

declare module '../../journey/knowledge.js' {
  interface Questions {
    readonly trait_ages: AgeNeed;
  }
  interface Answers {
    readonly trait_ages: TraitAges;
  }
}

/** How old traits are, for who may ask again. */
export const traitAges: KnowledgeSource<AgeNeed, readonly string[], TraitAges> = {
  question: (needs) => [...new Set(needs.map(({ name }) => name))],
  fromStore: selectAges,
  read: (json) => (json ?? {}) as TraitAges,
  fromMemory: agesInMemory,
};
