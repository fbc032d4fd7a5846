import { sql } from 'kysely';
import { type AddressKey, spellingsOf } from '../domain/consent/suppression.js';
import type { Channel } from '../domain/messages/channel.js';
import type { Db } from './db.js';

/** A person whom lines of a file may name, by an id by which events name them. */
export interface NamedPerson {
  readonly profileId: string;
  readonly kind: 'user' | 'anonymous';
  readonly value: string;
}

/**
 * Who has these ids and addresses. Emails in lower case, numbers in E.164. Of a person with several ids one of the shop's counts, the
 * first by its letters. Two statements.
 */
export async function findNamed(
  db: Db,
  by: { readonly userIds: readonly string[]; readonly emails: readonly string[]; readonly phones: readonly string[] },
): Promise<{
  readonly byUserId: ReadonlyMap<string, string>;
  readonly byEmail: ReadonlyMap<string, readonly NamedPerson[]>;
  readonly byPhone: ReadonlyMap<string, readonly NamedPerson[]>;
}> {
  const { rows } = await sql<{ readonly value: string; readonly profileId: string }>`
    select value, profile_id as "profileId" from identities where kind = 'user' and value = any(${by.userIds}::text[])`.execute(db);
  const found = await sql<NamedPerson & { readonly email: string | null; readonly phone: string | null }>`
    select p.id as "profileId", lower(p.email) as email, p.phone, i.kind, i.value
    from profiles p cross join lateral (
      select kind, value from identities where profile_id = p.id order by kind = 'user' desc, value limit 1) as i
    where p.merged_into is null and (lower(p.email) = any(${by.emails}::text[]) or p.phone = any(${by.phones}::text[]))`.execute(db);
  return {
    byUserId: new Map(rows.map(({ value, profileId }) => [value, profileId])),
    byEmail: grouped(found.rows, 'email'),
    byPhone: grouped(found.rows, 'phone'),
  };
}

function grouped<Key extends 'email' | 'phone'>(
  rows: readonly (NamedPerson & Readonly<Record<Key, string | null>>)[],
  key: Key,
): ReadonlyMap<string, readonly NamedPerson[]> {
  const map = new Map<string, NamedPerson[]>();
  for (const row of rows) {
    const value = row[key];
    if (value !== null) map.set(value, [...(map.get(value) ?? []), row]);
  }
  return map;
}

/** Refusals that these people gave to us themselves, and not to a system from which they were imported. */
export async function readOwnRefusals(
  db: Db,
  profileIds: readonly string[],
): Promise<readonly { readonly profileId: string; readonly channel: Channel; readonly topic: string }[]> {
  if (profileIds.length === 0) return [];
  const { rows } = await sql<{ readonly profileId: string; readonly channel: Channel; readonly topic: string }>`
    select distinct profile_id as "profileId", channel, topic from consents
    where profile_id = any(${profileIds}::text[]) and state in ('denied', 'withdrawn') and method <> 'import'`.execute(db);
  return rows;
}

/** Which of these addresses somebody had who was erased. */
export async function readErased(db: Db, keys: readonly AddressKey[]): Promise<ReadonlySet<string>> {
  if (keys.length === 0) return new Set();
  const spelled = new Map(keys.flatMap((key) => spellingsOf(key).map((hash) => [hash, key.hash] as const)));
  const { rows } = await sql<{ readonly hash: string }>`
    select hash from suppressions where hash = any(${[...spelled.keys()]}::text[])
      and (reason = 'erased' or detail like '%over:erased%')`.execute(db);
  return new Set(rows.flatMap(({ hash }) => spelled.get(hash) ?? []));
}
