import type { Profile } from '../../domain/people/profile.js';
import type { EngagementPolicy } from '../../domain/policy/engagement-policy.js';
import type { Instant } from '../../domain/time/instant.js';
import { placeOfPerson } from '../../matching/unite.js';
import { mergedProfile } from '../../projection/merge-people.js';
import { lockCartsOf } from '../../store/carts.js';
import type { Trx } from '../../store/db.js';
import { lockUnitingEntries, shareFacts } from '../../store/entry-union.js';
import { writeMerge } from '../../store/merges.js';
import { repointProfile } from '../../store/profiles.js';
import { uniteEntries } from '../entries/unite-entries.js';

/** Which event says that two known people are one, under which id it is kept, and which key told it (null: Sojourn itself). */
export interface MergeCause {
  readonly id: string;
  readonly eventId: string;
  readonly keyId: string | null;
}

/**
 * Makes two profiles one, inside the caller's transaction, which has locked both (canonical, ascending). Everything of `from` moves to
 * `into`, which keeps the newest value of each trait. `from` stays as a row with a pointer to it. Returns `into` as it is now. `cause`:
 * recorded, so that the merge can be undone; null: not recorded. Statements: 3 when neither has a live entry, 5 when they have, 7 when two
 * of them meet.
 */
export async function mergeProfiles(
  trx: Trx,
  from: Profile,
  into: Profile,
  at: Instant,
  policy: EngagementPolicy,
  cause: MergeCause | null = null,
  shopCountry: string | null = null,
): Promise<Profile> {
  if (from.id === into.id) return into;
  const merged = mergedProfile(from, into, at, policy, shopCountry);
  // Carts before entries, as everywhere; facts are shared while they still say whose they were.
  await lockCartsOf(trx, from.id);
  const entries = await lockUnitingEntries(trx, { profiles: [from.id, into.id], carts: [] });
  const heard = entries.some((entry) => entry.state === 'open') ? await shareFacts(trx, [from.id, into.id], at) : new Set<never>();
  const alone = new Set(await uniteEntries(trx, entries, placeOfPerson(into.id), { at, heard }));
  // Moved already, so that the log would not find them with whom they were.
  const live = entries.flatMap(({ id, profileId }) => (profileId === from.id && alone.has(id) ? [id] : []));
  const log = cause === null ? null : writeMerge({ ...cause, from, into, at, live });
  await repointProfile(trx, from.id, merged, log);
  return merged;
}
