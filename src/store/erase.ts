import { sql } from 'kysely';
import type { Instant } from '../domain/instant.js';
import type { Trx } from './db.js';

/**
 * Takes everything personal out of the rows of these profiles (one person: the canonical profile and all that was merged into it). What counts
 * stays: that an event came, that a message was sent, what an order was worth, what was consented to and withdrawn.
 * The caller holds the locks of the profiles, and adds the exits first.
 */
export async function erasePersonalData(trx: Trx, profileIds: readonly string[], at: Instant): Promise<void> {
  const ids = sql`any(${profileIds}::text[])`;
  const statements = [
    // Dead letters are found by the ids that the person was known by, so before those go.
    sql`delete from dead_letters d using identities i
      where i.profile_id = ${ids} and (d.payload->>'userId' = i.value or d.payload->>'anonymousId' = i.value or d.payload->>'previousId' = i.value)`,
    sql`delete from dead_letters where payload->>'profileId' = ${ids}`,
    // A mail that came back and named nobody may still hold the address.
    sql`delete from dead_letters d using profiles p
      where p.id = ${ids} and p.email is not null and d.source = 'email' and position(lower(p.email) in lower(d.payload->>'mail')) > 0`,
    sql`delete from identities where profile_id = ${ids}`,
    sql`update events set payload = '{}' where profile_id = ${ids}`,
    sql`delete from cart_tokens where cart_id in (select id from carts where profile_id = ${ids})`,
    sql`update carts set lines = '[]', fold = '{}', token = '', value = 0 where profile_id = ${ids}`,
    sql`update orders set order_id = 'erased/' || gen_random_uuid() where profile_id = ${ids}`,
    sql`update messages set content = null, links = null where profile_id = ${ids}`,
    sql`delete from interactions where profile_id = ${ids}`,
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
