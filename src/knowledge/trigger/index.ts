import { sql } from 'kysely';
import { plainWords } from '../../domain/people/plain-words.js';
import { isRecord } from '../../domain/values/is-record.js';
import type { KnowledgeSource } from '../source.js';

/** The properties of the fact that began the entry. */
export type TriggerProperties = Readonly<Record<string, unknown>>;

interface TriggerNeed {}

declare module '../../journey/knowledge.js' {
  interface Questions {
    readonly trigger: TriggerNeed;
  }
  interface Answers {
    readonly trigger: TriggerProperties;
  }
}

/**
 * What messages show of the event that began the entry: `trigger.quiz`, `trigger.rating`. Anybody can send an event, so its texts are words
 * alone, without addresses. Which properties there are only the shop knows: a sample of the template says them (`known.trigger`).
 */
export const triggerKnown: KnowledgeSource<TriggerNeed, null, TriggerProperties> = {
  question: () => null,
  fromStore: (_question, { entryId }) => sql`(select e.data -> 'trigger' from entries e where e.id = ${entryId})`,
  read: (json) => (isRecord(json) ? json : {}),
  fromMemory: (_question, { tables, entryId }) => (entryId === null ? {} : tables.entry(entryId).data.trigger),
  template: { need: {}, example: null, show: (properties) => plainWords(properties) },
};
