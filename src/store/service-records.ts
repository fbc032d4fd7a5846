import { type RawBuilder, type Selectable, sql } from 'kysely';
import { recordKey, type ServiceRecord, viewRecord } from '../domain/service/service-record.js';
import type { ProfileId } from '../domain/values/ids.js';
import type { ServiceRecordsTable } from './schema.js';
import { rowsOf } from './write-together.js';

export type ServiceRow = Selectable<ServiceRecordsTable>;

/** Of kind and id. */
const keyOfRow = sql`(kind, id)`;

/** The records with these keys (`recordKey`), locked in the order of their keys: a part of a larger statement. */
export function lockingRecords(keys: readonly string[]): RawBuilder<ServiceRow> {
  return sql<ServiceRow>`select * from service_records where ${isOneOfKeys(keys)} order by kind, id for update`;
}

export function isOneOfKeys(keys: readonly string[]): RawBuilder<unknown> {
  const pairs = keys.map((key) => sql`(${key.slice(0, key.indexOf('/'))}, ${key.slice(key.indexOf('/') + 1)})`);
  return sql`${keyOfRow} in (${sql.join(pairs)})`;
}

export function toServiceRecord(row: ServiceRow): ServiceRecord {
  const { kind, id, profile_id, updated_at: updatedAt, fold } = row;
  return {
    kind,
    id,
    profileId: profile_id as ProfileId,
    updatedAt,
    isStored: true,
    ...(fold as Pick<ServiceRecord, 'first' | 'fields' | 'owner'>),
  };
}

/** A record that another transaction was the first to tell of meanwhile is not touched, and fewer rows are. */
export function writeServiceRecords(records: readonly ServiceRecord[]): RawBuilder<unknown> | null {
  if (records.length === 0) return null;
  const rows = records.map(({ kind, id, profileId, updatedAt, first, fields, owner, isStored }) => {
    const { orderId, productId, state, rating, openedAt, closedAt } = viewRecord({ first, fields });
    return {
      kind,
      id,
      profileId,
      orderId,
      productId,
      state,
      rating,
      openedAt,
      closedAt,
      updatedAt,
      kept: { first, fields, owner },
      isStored,
    };
  });
  const stored = records.filter(({ isStored }) => isStored).map(recordKey);
  return sql`insert into service_records as s (kind, id, profile_id, order_id, product_id, state, rating, opened_at, closed_at, updated_at, fold)
    select kind, id, "profileId", "orderId", "productId", state, rating, "openedAt", "closedAt", "updatedAt", kept
    from ${rowsOf(rows)} as r(kind text, id text, "profileId" text, "orderId" text, "productId" text, state text, rating double precision,
      "openedAt" bigint, "closedAt" bigint, "updatedAt" bigint, kept jsonb)
    on conflict (kind, id) do update set profile_id = excluded.profile_id, order_id = excluded.order_id, product_id = excluded.product_id,
      state = excluded.state, rating = excluded.rating, opened_at = excluded.opened_at, closed_at = excluded.closed_at,
      updated_at = excluded.updated_at, fold = excluded.fold
    where s.kind || '/' || s.id = any(${stored}) returning 1`;
}
