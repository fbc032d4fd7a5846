import type { KnowledgeSource } from '../source.js';
import { type TraitAges } from './asked.js';
import { agesInMemory } from './memory.js';
import { selectAges } from './store.js';

interface AgeNeed {
  /** The trait. */
  readonly name: string;
}

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
