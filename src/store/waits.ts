import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { FactName } from '../domain/events/fact.js';
import { type About, type Subject, subjectId, subjectKinds } from '../domain/events/subject.js';
import { sharersAtMost } from '../domain/people/sharing.js';
import type { EntryId, JourneyId, ProfileId } from '../domain/values/ids.js';
import type { Awaiting } from '../journey/entry.js';
import type { WaitMatch } from '../matching/waits.js';
import type { EntriesTable, WaitsTable } from './schema.js';
import { sharingWith } from './sharing.js';
import { toAbout } from './subjects.js';
import { rowsOf } from './write-together.js';

type WaitRow = Pick<Selectable<WaitsTable>, 'entry_id' | 'event' | 'by_kind' | 'by_value' | 'purpose' | 'hastens'> &
  Pick<Selectable<EntriesTable>, 'journey_id' | 'profile_id' | 'cart_id' | 'subjects' | 'created_at'> & {
    readonly shared_with: string | null;
  };

/** What happens: facts of these names, of these profiles, about these subjects. */
export interface Happens {
  readonly events: readonly FactName[];
  readonly profiles: readonly string[];
  readonly subjects: readonly Subject[];
}

/**
 * Waits of live entries for any of these events, by profile or by what the facts are about; where one of them is an order, also the exits
 * of entries whose people share an address with these profiles.
 */
export function selectWaits(of: Happens): RawBuilder<WaitRow> {
  const shared = of.events.includes('order.paid') ? sql` union all ${sharedExits(of.profiles)}` : sql``;
  return sql<WaitRow>`
    select w.entry_id, w.event, w.by_kind, w.by_value, w.purpose, w.hastens, e.journey_id, e.profile_id, e.cart_id, e.subjects, e.created_at, null as shared_with
    from waits w join entries e on e.id = w.entry_id
    where w.event = any(${of.events})
      and (${isBy('profile', of.profiles)}${sql.join(bySubject(of.subjects), sql``)})
      and e.state = 'open'${shared} order by entry_id`;
}

export function toWait(row: WaitRow): WaitMatch {
  return {
    entryId: row.entry_id as EntryId,
    journeyId: row.journey_id as JourneyId,
    profileId: row.profile_id as ProfileId,
    about: toAbout(row),
    entryCreatedAt: row.created_at,
    event: row.event as FactName,
    by: row.by_kind as Awaiting['by'],
    value: row.by_value,
    purpose: row.purpose as Awaiting['purpose'],
    hastens: row.hastens,
    ...(row.shared_with === null ? {} : { sharedWith: row.shared_with as ProfileId }),
  };
}

function isBy(kind: string, ids: readonly string[]): RawBuilder<unknown> {
  return sql`(w.by_kind = ${sql.lit(kind)} and w.by_value = any(${ids}))`;
}

/** A part for each kind that the facts are about, so that each is a look into the index. */
function bySubject(subjects: readonly Subject[]): readonly RawBuilder<unknown>[] {
  return subjectKinds.flatMap((kind) => {
    const ids = [...new Set(subjects.flatMap((subject) => (subject.kind === kind ? [subject.id] : [])))];
    return ids.length === 0 ? [] : [sql` or ${isBy(kind, ids)}`];
  });
}

/**
 * An account's order ends the series of a guest with its email. Their profile is not locked: an entry that comes to wait meanwhile sees the
 * order at its own next turn, which looks for one (`inboxOrderAt`).
 */
function sharedExits(profiles: readonly string[]): RawBuilder<unknown> {
  return sql`select w.entry_id, w.event, w.by_kind, w.by_value, w.purpose, w.hastens, e.journey_id, e.profile_id, e.cart_id, e.subjects, e.created_at, p.id
    from profiles p
      cross join lateral (select array(${sharingWith(sql`p`)}) as ids) s
      join waits w on w.by_kind = 'profile' and w.by_value = any(s.ids) and w.event = 'order.paid' and w.purpose = 'exit'
      join entries e on e.id = w.entry_id
    where p.id = any(${profiles}) and cardinality(s.ids) <= ${sharersAtMost} and e.state = 'open'`;
}

/** Replaces what an entry waits for. What it is not about it does not wait for. `before`: what it waited for until now. */
export function writeWaits(
  entry: { readonly id: EntryId; readonly profileId: ProfileId; readonly about: About },
  before: readonly unknown[],
  awaiting: readonly Awaiting[],
): Readonly<Record<'waits_gone' | 'waits', RawBuilder<unknown> | null>> {
  const rows = awaiting.flatMap((wait) => {
    const value = wait.by === 'profile' ? entry.profileId : subjectId(entry.about, wait.by);
    return value === null ? [] : [{ event: wait.event, by: wait.by, value, purpose: wait.purpose, hastens: wait.hastens }];
  });
  return {
    waits_gone: before.length === 0 ? null : sql`delete from waits where entry_id = ${entry.id} returning 1`,
    waits:
      rows.length === 0
        ? null
        : sql`insert into waits (entry_id, event, by_kind, by_value, purpose, hastens)
            select ${entry.id}, event, by, value, purpose, hastens
            from ${rowsOf(rows)} as r(event text, by text, value text, purpose text, hastens boolean) returning 1`,
  };
}
