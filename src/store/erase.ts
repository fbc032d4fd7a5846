import { sql } from 'kysely';
import type { Instant } from '../domain/instant.js';
import type { Trx } from './db.js';

/**
 * Every address that these profiles (one person) have or had, as it was said: of their rows, of what they told, of messages to them. Without what another
 * person has by now. Personal data.
 */
export async function findEveryAddress(
  trx: Trx,
  profileIds: readonly string[],
): Promise<readonly { readonly email: string | null; readonly phone: string | null }[]> {
  const ids = sql`any(${profileIds}::text[])`;
  const isAnother = sql`o.merged_into is null and o.id <> all(${profileIds}::text[])`;
  const { rows } = await sql<{ email: string | null; phone: string | null }>`
    with said as (
      select email, phone from profiles where id = ${ids}
      union select payload->'traits'->>'email', payload->'traits'->>'phone' from events where profile_id = ${ids} and type = 'identify'
      union select payload->'context'->'traits'->>'email', payload->'context'->'traits'->>'phone' from events where profile_id = ${ids}
      union select case channel when 'email' then content->'to'->>'address' end, case channel when 'sms' then content->>'to' end
        from messages where profile_id = ${ids}
    )
    select distinct
      case when not exists (select from profiles o where lower(o.email) = lower(trim(s.email)) and ${isAnother}) then s.email end as email,
      case when not exists (select from profiles o where o.phone = s.phone and ${isAnother}) then s.phone end as phone
    from said s where s.email is not null or s.phone is not null`.execute(trx);
  return rows;
}

/**
 * Takes everything personal out of the rows of these profiles (one person: the canonical profile and all that was merged into it). What counts
 * stays: that an event came, that a message was sent, what an order was worth, what was consented to and withdrawn.
 * The caller holds the locks of the profiles, and adds the exits first. `emails`: what they were known by.
 */
export async function erasePersonalData(trx: Trx, profileIds: readonly string[], emails: readonly string[], at: Instant): Promise<void> {
  const ids = sql`any(${profileIds}::text[])`;
  const statements = [
    // Dead letters are found by the ids that the person was known by, so before those go.
    sql`delete from dead_letters d using identities i
      where i.profile_id = ${ids} and (d.payload->>'userId' = i.value or d.payload->>'anonymousId' = i.value or d.payload->>'previousId' = i.value)`,
    sql`delete from dead_letters where payload->>'profileId' = ${ids}`,
    // A mail that came back and named nobody may still hold the address.
    sql`delete from dead_letters d using unnest(${emails}::text[]) as known(email)
      where d.source = 'email' and position(lower(known.email) in lower(d.payload->>'mail')) > 0`,
    sql`delete from identities where profile_id = ${ids}`,
    sql`update events set payload = '{}' where profile_id = ${ids}`,
    sql`delete from cart_tokens where cart_id in (select id from carts where profile_id = ${ids})`,
    sql`update carts set lines = '[]', fold = '{}', token = '', value = 0 where profile_id = ${ids}`,
    sql`update orders set order_id = 'erased/' || gen_random_uuid() where profile_id = ${ids}`,
    sql`update messages set content = null, links = null where profile_id = ${ids}`,
    sql`update attempts set reply = null where message_id in (select id from messages where profile_id = ${ids})`,
    sql`delete from interactions where profile_id = ${ids}`,
    sql`delete from claims where profile_id = ${ids}`,
    sql`update key_acts set kept = '{}' where profile_id = ${ids}`,
    sql`update merges set kept = '{}' where from_id = ${ids} or into_id = ${ids}`,
    sql`update inbound_messages set body = null where profile_id = ${ids}`,
    // That and when somebody agreed or refused, and to which words, stays as proof; whom and where from does not.
    sql`update consents set ip = null, user_agent = null, source_url = null, actor = null, evidence = null,
      source = case when method in ('keyword', 'one-click', 'preference-centre', 'unsubscribe-page', 'list-unsubscribe-mail', 'feedback-loop') then source else '' end,
      state = case when state = 'pending' then 'expired' else state end
      where profile_id = ${ids}`,
    sql`update entry_inputs set input = jsonb_set(input, '{properties}', '{}')
      where input ? 'properties' and entry_id in (select id from entries where profile_id = ${ids})`,
    // The key may be a number of the shop's own, such as an order's; the entry's id is as unique.
    sql`update entries set data = jsonb_set(data, '{trigger}', '{}'), entry_key = id where profile_id = ${ids}`,
    sql`update profiles set traits = '{}', trait_times = '{}', engagement = '{}', email = null, phone = null, erased_at = ${at}, updated_at = ${at} where id = ${ids}`,
  ];
  for (const statement of statements) await statement.execute(trx);
}
