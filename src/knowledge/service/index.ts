import { type RawBuilder, sql } from 'kysely';
import type { ServiceKind } from '../../domain/service/service-record.js';
import { viewRecord } from '../../domain/service/service-record.js';
import type { Instant } from '../../domain/time/instant.js';
import type { About, KnowledgeSource, MemoryLook } from '../source.js';

/** A ticket that is open, feedback, or a review. */
export interface KnownRecord {
  readonly kind: ServiceKind;
  readonly orderId: string | null;
  readonly rating: number | null;
  readonly openedAt: Instant;
}

type ServiceNeed = Readonly<Record<never, never>>;

declare module '../../journey/knowledge.js' {
  interface Questions {
    readonly service: ServiceNeed;
  }
  interface Answers {
    readonly service: readonly KnownRecord[];
  }
}

/** A person's open tickets, and what they rated; the newest hundred. */
export const serviceKnown: KnowledgeSource<ServiceNeed, ServiceNeed, readonly KnownRecord[]> = {
  question: () => ({}),
  fromStore: selectRecords,
  read: (json) => (json ?? []) as readonly KnownRecord[],
  fromMemory: recordsInMemory,
};

const atMost = 100;

function selectRecords(_question: ServiceNeed, { profileId }: About): RawBuilder<unknown> {
  return sql`(select json_agg(json_build_object('kind', kind, 'orderId', order_id, 'rating', rating, 'openedAt', opened_at) order by opened_at desc, kind, id)
    from (select * from service_records where profile_id = ${profileId} and (kind <> 'ticket' or state = 'open')
      order by opened_at desc, kind, id limit ${atMost}) s)`;
}

function recordsInMemory(_question: ServiceNeed, { tables, profileId }: MemoryLook): readonly KnownRecord[] {
  return tables.serviceRecords
    .where('profile', profileId)
    .map((record) => ({ ...record, ...viewRecord(record) }))
    .filter(({ kind, state }) => kind !== 'ticket' || state === 'open')
    .sort((a, b) => b.openedAt - a.openedAt || (`${a.kind}/${a.id}` < `${b.kind}/${b.id}` ? -1 : 1))
    .slice(0, atMost)
    .map(({ kind, orderId, rating, openedAt }) => ({ kind, orderId, rating, openedAt }));
}
