import { sql } from 'kysely';
import { plainWords } from '../../domain/people/plain-words.js';
import { isRecord } from '../../domain/values/is-record.js';
import type { EntryState } from '../../journey/entry.js';
import type { KnowledgeSource } from '../source.js';

/** What the waits of an entry heard, by their steps. */
export type HeardByStep = NonNullable<EntryState['told']>;

interface HeardNeed {}

declare module '../../journey/knowledge.js' {
  interface Questions {
    readonly heard: HeardNeed;
  }
  interface Answers {
    readonly heard: HeardByStep;
  }
}

/**
 * What messages show of the event that a wait heard: `heard.rating.comment`, of the step `rating`. Texts are words alone. A sample of the
 * template says what there is (`known.heard`).
 */
export const heardKnown: KnowledgeSource<HeardNeed, null, HeardByStep> = {
  question: () => null,
  fromStore: (_question, { entryId }) => sql`(select e.data -> 'told' from entries e where e.id = ${entryId})`,
  read: (json) => (isRecord(json) ? (json as HeardByStep) : {}),
  fromMemory: (_question, { tables, entryId }) => (entryId === null ? {} : (tables.entry(entryId).data.told ?? {})),
  template: {
    need: {},
    example: null,
    show: (told) => Object.fromEntries(Object.entries(told).map(([step, { properties }]) => [step, plainWords(properties)])),
  },
};
