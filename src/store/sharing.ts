import { type RawBuilder, sql } from 'kysely';
import { sharersAtMost } from '../domain/people/sharing.js';

/** Other canonical profiles that have the email or the number of this one now, one more than may share it at most. By index, one look for each address. */
export function selectSharing(of: {
  readonly profileId: string;
  readonly email: string | null;
  readonly phone: string | null;
}): RawBuilder<{ readonly id: string }> {
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
