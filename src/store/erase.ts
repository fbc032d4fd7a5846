import { sql } from 'kysely';
import type { Addressed } from '../domain/messages/channel-kind.js';
import type { Instant } from '../domain/time/instant.js';
import type { Trx } from './db.js';
import type { KnownAddresses } from './person-table.js';
import { everyAddressOf, tablesOfPeople } from './person-tables.js';

/**
 * Every address that these profiles (one person) have or had, as it was said: of their rows, of what they told, of messages to them.
 * Without what another person has by now. Personal data.
 */
export async function findEveryAddress(trx: Trx, profileIds: readonly string[]): Promise<readonly Addressed[]> {
  const isAnother = sql`o.merged_into is null and o.id <> all(${profileIds}::text[])`;
  const { rows } = await sql<{ email: string | null; phone: string | null; traits: Readonly<Record<string, unknown>> | null }>`
    with said (email, phone, traits) as (${everyAddressOf(sql`any(${profileIds}::text[])`)})
    select distinct
      case when not exists (select from profiles o where lower(o.email) = lower(trim(s.email)) and ${isAnother}) then s.email end as email,
      case when not exists (select from profiles o where o.phone = s.phone and ${isAnother}) then s.phone end as phone, s.traits
    from said s where s.email is not null or s.phone is not null or s.traits is not null`.execute(trx);
  return rows.map((row) => ({ ...row, traits: row.traits ?? {} }));
}

/**
 * Removes all personal data from the rows of these profiles (one person: the canonical profile and all that was merged into it), by the
 * rules of
 * `personTables`. Facts without personal data stay: an event came, a message was sent, the value of an order, consents and withdrawals. The
 * caller holds the locks of the profiles, and adds the exits first. `addresses`: all their addresses.
 */
export async function erasePersonalData(trx: Trx, profileIds: readonly string[], addresses: KnownAddresses, at: Instant): Promise<void> {
  const person = { ids: sql`any(${profileIds}::text[])`, addresses, at };
  for (const [, { erase }] of tablesOfPeople()) for (const statement of erase(person)) await statement.execute(trx);
}
