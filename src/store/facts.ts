import { type RawBuilder, sql } from 'kysely';
import type { Fact } from '../domain/events/fact.js';
import { rowsOf } from './write-together.js';

/** What conditions count: names and instants. Properties stay with the event. */
export function writeFacts(facts: readonly Fact[]): RawBuilder<unknown> | null {
  if (facts.length === 0) return null;
  const rows = facts.map(({ eventId, profileId, name, cartId, at }) => ({ eventId, profileId, name, cartId: cartId ?? null, at }));
  return sql`insert into facts (event_id, profile_id, name, cart_id, at)
    select "eventId", "profileId", name, "cartId", at from ${rowsOf(rows)} as r("eventId" text, "profileId" text, name text, "cartId" text, at bigint) returning 1`;
}
