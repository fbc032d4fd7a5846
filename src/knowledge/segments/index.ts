import type { KnowledgeSource } from '../source.js';
import { placesInMemory } from './memory.js';
import { selectPlaces } from './store.js';

/** Whether the person belongs, by the ids of segments. Absent: not known, because it is not in force or not filled yet. */
export type SegmentPlaces = Readonly<Record<string, boolean>>;

/** Which segments are asked for; null: all that are in force. */
export type AskedSegments = readonly string[] | null;

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
