import { type RawBuilder, sql } from 'kysely';
import { commerceEventNames } from '../domain/carts/commerce-events.js';
import type { Addressed } from '../domain/messages/channel-kind.js';
import type { Instant } from '../domain/time/instant.js';
import { addressKeptIn, addressTraits } from './channel-sql.js';
import type { Trx } from './db.js';

/**
 * Every address that these profiles (one person) have or had, as it was said: of their rows, of what they told, of messages to them. Without what another
 * person has by now. Personal data.
 */
export async function findEveryAddress(trx: Trx, profileIds: readonly string[]): Promise<readonly Addressed[]> {
  const ids = sql`any(${profileIds}::text[])`;
  const isAnother = sql`o.merged_into is null and o.id <> all(${profileIds}::text[])`;
  const { rows } = await sql<{ email: string | null; phone: string | null; traits: Readonly<Record<string, unknown>> | null }>`
    with said as (
      select email, phone, ${addressTraits(sql`traits`)} as traits from profiles where id = ${ids}
      union select payload->'traits'->>'email', payload->'traits'->>'phone', ${addressTraits(sql`payload->'traits'`)} from events where profile_id = ${ids} and type = 'identify'
      union select payload->'context'->'traits'->>'email', payload->'context'->'traits'->>'phone', ${addressTraits(sql`payload->'context'->'traits'`)} from events where profile_id = ${ids}
      union select ${addressKeptIn('email', 'messages')}, ${addressKeptIn('phone', 'messages')}, null::jsonb
        from messages where profile_id = ${ids}
    )
    select distinct
      case when not exists (select from profiles o where lower(o.email) = lower(trim(s.email)) and ${isAnother}) then s.email end as email,
      case when not exists (select from profiles o where o.phone = s.phone and ${isAnother}) then s.phone end as phone, s.traits
    from said s where s.email is not null or s.phone is not null or s.traits is not null`.execute(trx);
  return rows.map((row) => ({ ...row, traits: row.traits ?? {} }));
}

/** Addresses that a person has or had, as they were said. */
export interface KnownAddresses {
  readonly emails: readonly string[];
  readonly phones: readonly string[];
}

/** Names of events that say nothing of a person. */
const knownNames: readonly string[] = [...commerceEventNames, 'consent granted', 'consent denied', 'consent revoked', 'consent withdrawn'];

/** Shorter ids, such as `1`, stand in any text. They count where they are named as an id. */
const tellingId = 6;

/**
 * Letters that hold an id or an address of the person, wherever in them: mails, bodies that could not be read, events with the address in a property.
 * Numbers are found however they are spaced.
 */
function eraseLetters(profileIds: readonly string[], { emails, phones }: KnownAddresses): readonly RawBuilder<unknown>[] {
  const ids = sql`any(${profileIds}::text[])`;
  const asText = sql`lower(coalesce(d.payload #>> '{}', ''))`;
  return [
    sql`delete from dead_letters where payload->>'profileId' = ${ids}`,
    sql`delete from dead_letters d using identities i where i.profile_id = ${ids} and (
      i.value in (d.payload->>'userId', d.payload->>'anonymousId', d.payload->>'previousId')
      or (length(i.value) >= ${tellingId} and position(lower(i.value) in ${asText}) > 0)
      or exists (select from unnest(array['userid', 'anonymousid', 'previousid']) as field where
        position('"' || field || '":' || lower(to_jsonb(i.value)::text) in regexp_replace(${asText}, '\\s', '', 'g')) > 0
        or position('"' || field || '":' || lower(i.value) || ',' in regexp_replace(${asText}, '\\s', '', 'g')) > 0))`,
    sql`delete from dead_letters d using unnest(${emails}::text[]) as known(email) where position(lower(known.email) in ${asText}) > 0`,
    sql`delete from dead_letters d using unnest(${phones}::text[]) as known(phone)
      where position(known.phone in regexp_replace(${asText}, '[\\s().\\-/]', '', 'g')) > 0`,
  ];
}

/**
 * Takes everything personal out of the rows of these profiles (one person: the canonical profile and all that was merged into it). What counts
 * stays: that an event came, that a message was sent, what an order was worth, what was consented to and withdrawn.
 * The caller holds the locks of the profiles, and adds the exits first. `addresses`: what they were known by.
 */
export async function erasePersonalData(trx: Trx, profileIds: readonly string[], addresses: KnownAddresses, at: Instant): Promise<void> {
  const ids = sql`any(${profileIds}::text[])`;
  const statements = [
    // By the ids that the person was known by, so before those go.
    ...eraseLetters(profileIds, addresses),
    sql`delete from suspect_ids where value in (select value from identities where profile_id = ${ids})`,
    sql`delete from identities where profile_id = ${ids}`,
    // A name that the shop's own code makes up may say anything: "ada@example.com saw the page".
    sql`update events set payload = '{}', matched = case when lower(name) = any(${knownNames}::text[]) then matched else '[]' end,
      name = case when lower(name) = any(${knownNames}::text[]) then name end where profile_id = ${ids}`,
    sql`update facts set properties = null, name = case when name like 'event:%' then 'event:erased' else name end where profile_id = ${ids}`,
    sql`delete from cart_tokens where cart_id in (select id from carts where profile_id = ${ids})`,
    sql`update carts set lines = '[]', fold = '{}', token = '', value = 0 where profile_id = ${ids}`,
    sql`update orders set order_id = 'erased/' || gen_random_uuid() where profile_id = ${ids}`,
    sql`update messages set content = null, links = null, address_hash = null where profile_id = ${ids}`,
    sql`update attempts set reply = null where message_id in (select id from messages where profile_id = ${ids})`,
    sql`delete from interactions where profile_id = ${ids}`,
    sql`update broadcast_recipients set data = null where profile_id = ${ids}`,
    sql`delete from claims where profile_id = ${ids}`,
    sql`update key_acts set kept = '{}' where profile_id = ${ids}`,
    sql`update merges set kept = '{}' where from_id = ${ids} or into_id = ${ids}`,
    sql`update inbound_messages set body = null where profile_id = ${ids}`,
    // That and when somebody agreed or refused stays as proof, and to which words, by their hash; whom and where from does not.
    sql`update consents set text = null, text_hash = coalesce(text_hash, encode(sha256(convert_to(text, 'UTF8')), 'hex')), ip = null, user_agent = null, source_url = null, actor = null, evidence = null,
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
