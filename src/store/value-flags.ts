import { sql } from 'kysely';
import type { ValueFault } from '../domain/answers/check-value.js';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';
import { rowsOf, type Write } from './write-together.js';

/** A value of a person that seems wrong. */
export interface ValueFlag {
  readonly profileId: string;
  readonly kind: 'trait' | 'answer';
  readonly field: string;
  readonly code: ValueFault;
  readonly at: Instant;
}

export function writeFlags(flags: readonly ValueFlag[]): Write {
  if (flags.length === 0) return null;
  return sql`insert into value_flags (profile_id, kind, field, code, at)
    select "profileId", kind, field, code, at from ${rowsOf(flags)} as r("profileId" text, kind text, field text, code text, at bigint)
    on conflict (profile_id, kind, field) do update set code = excluded.code, at = excluded.at returning 1`;
}

/** What was looked at and is right by now. `standing`: flags that are written in the same statement. */
export function removeFlags(looked: readonly Pick<ValueFlag, 'profileId' | 'kind' | 'field'>[], standing: readonly ValueFlag[]): Write {
  const isStanding = (one: Pick<ValueFlag, 'profileId' | 'kind' | 'field'>): boolean =>
    standing.some(({ profileId, kind, field }) => profileId === one.profileId && kind === one.kind && field === one.field);
  const right = looked.filter((one) => !isStanding(one));
  if (right.length === 0) return null;
  return sql`delete from value_flags f using ${rowsOf(right)} as r("profileId" text, kind text, field text)
    where f.profile_id = r."profileId" and f.kind = r.kind and f.field = r.field and f.profile_id = any(${right.map(({ profileId }) => profileId)}) returning 1`;
}

export async function countFlags(db: Db | Trx): Promise<number> {
  const { rows } = await sql<{ people: number }>`select count(distinct profile_id) as people from value_flags`.execute(db);
  return rows[0]?.people ?? 0;
}
