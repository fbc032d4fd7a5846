import { type RawBuilder, sql } from 'kysely';
import { sharersAtMost } from '../domain/people/sharing.js';
import type { Instant } from '../domain/time/instant.js';
import type { ProfileId } from '../domain/values/ids.js';

/** A value, or a column that holds one. */
export type Term<T> = T | RawBuilder<T>;

/** Whom a part of a statement is about. */
export interface PersonTerms {
  readonly profileId: Term<ProfileId>;
  readonly email: Term<string | null>;
  readonly phone: Term<string | null>;
  /** The instant of the turn, and the person's newest engagement before it. */
  readonly at: Term<Instant>;
  readonly engagedAt: Term<Instant | null>;
}

/**
 * Other canonical profiles that have the email or the number of this one now, one more than may share it at most. By index, one look for
 * each address.
 */
export function selectSharing(of: Pick<PersonTerms, 'profileId' | 'email' | 'phone'>): RawBuilder<{ readonly id: string }> {
  const others = sql`merged_into is null and erased_at is null and id <> ${of.profileId}`;
  return sql`select id from (
    select id from profiles where ${of.email}::text is not null and lower(email) = lower(${of.email}) and ${others}
    union select id from profiles where ${of.phone}::text is not null and phone = ${of.phone} and ${others}) sharing limit ${sharersAtMost + 1}`;
}

/** The same for a row of profiles that a statement has at hand. */
export function sharingWith(profile: RawBuilder<unknown>): RawBuilder<unknown> {
  const others = sql`o.merged_into is null and o.erased_at is null and o.id <> ${profile}.id`;
  return sql`select id from (
    select o.id from profiles o where lower(o.email) = lower(${profile}.email) and ${others}
    union select o.id from profiles o where o.phone = ${profile}.phone and ${others}) sharing limit ${sharersAtMost + 1}`;
}
