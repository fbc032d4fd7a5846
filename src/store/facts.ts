import { type RawBuilder, sql } from 'kysely';
import type { Fact } from '../domain/events/fact.js';
import { storedAbout } from './subjects.js';
import { rowsOf } from './write-together.js';

/** What conditions count and, after a merge, read. */
export function writeFacts(facts: readonly Fact[]): RawBuilder<unknown> | null {
  if (facts.length === 0) return null;
  const rows = facts.map(({ eventId, profileId, name, about = [], at, properties }) => ({
    eventId,
    profileId,
    name,
    ...storedAbout(about),
    at,
    properties,
  }));
  return sql`insert into facts (event_id, profile_id, name, cart_id, subjects, at, properties)
    select "eventId", "profileId", name, "cartId", subjects, at, properties from ${rowsOf(rows)} as r("eventId" text, "profileId" text, name text, "cartId" text, subjects jsonb, at bigint, properties jsonb) returning 1`;
}
