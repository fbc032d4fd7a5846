import type { KnowledgeSource } from '../source.js';
import { type AskedSegments, type SegmentPlaces } from './asked.js';
import { placesInMemory } from './memory.js';
import { selectPlaces } from './store.js';

/** Null: all of them. */
interface SegmentNeed {
  readonly id: string | null;
}

declare module '../../journey/knowledge.js' {
  interface Questions {
    readonly segments: SegmentNeed;
  }
  interface Answers {
    readonly segments: SegmentPlaces;
  }
}

/** To which segments a person belongs, as it is kept. Templates read it as the list of their ids. */
export const segmentsKnown: KnowledgeSource<SegmentNeed, AskedSegments, SegmentPlaces> = {
  template: { need: { id: null }, example: ['recent_buyers'], show: (places) => Object.keys(places).filter((id) => places[id] === true) },
  question(needs) {
    const ids = needs.map(({ id }) => id);
    return ids.includes(null) ? null : [...new Set(ids.filter((id) => id !== null))].sort();
  },
  fromStore: selectPlaces,
  read: (json) => (json ?? {}) as SegmentPlaces,
  fromMemory: placesInMemory,
};
