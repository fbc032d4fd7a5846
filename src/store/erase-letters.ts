import { type RawBuilder, sql } from 'kysely';
import type { ErasedPerson } from './person-table.js';

/** Shorter ids, such as `1`, stand in any text. They count where they are named as an id. */
const tellingId = 6;

/**
 * Letters with an id or an address of the person anywhere in them: mails, bodies that could not be read, events with the address in a
 * property. Numbers are found however they are spaced. Reads the person's identities, so it runs before they are deleted.
 */
export function eraseLetters({ ids, addresses: { emails, phones } }: ErasedPerson): readonly RawBuilder<unknown>[] {
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
