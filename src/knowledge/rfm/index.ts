import { sql } from 'kysely';
import type { RfmBounds } from '../../domain/orders/rfm.js';
import type { KnowledgeSource } from '../source.js';

declare module '../../journey/knowledge.js' {
  interface Questions {
    readonly rfm: object;
  }
  interface Answers {
    readonly rfm: RfmBounds | null;
  }
}

/** What parts all buyers into fifths, as it was worked out last. It is of everybody: in memory, where few people are, it is not known. */
export const rfmKnown: KnowledgeSource<object, null, RfmBounds | null> = {
  question: () => null,
  fromStore: () => sql`(select json_build_object('version', version, 'madeAt', made_at, 'people', people, 'currency', currency,
    'recency', recency, 'frequency', frequency, 'monetary', monetary) from rfm_bounds order by version desc limit 1)`,
  read: (json) => json as RfmBounds | null,
  fromMemory: (_question, { tables }) => tables.rfm,
};
