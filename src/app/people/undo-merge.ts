import { parseEngagement } from '../../domain/engagement/state.js';
import type { Profile } from '../../domain/people/profile.js';
import type { ProfileId } from '../../domain/values/ids.js';
import { contactPoints } from '../../projection/contact-points.js';
import { lockCartsOf } from '../../store/carts.js';
import { lockUnitingEntries } from '../../store/entry-union.js';
import { type KeptMerge, listMerges, type MergeRecord, readMerge, takeApart } from '../../store/merges.js';
import { lockRowsAsTheyAre, toProfile } from '../../store/profiles.js';
import { writeReviews } from '../../store/segments.js';
import { writeTogether } from '../../store/write-together.js';
import type { AppDeps } from '../deps.js';
import { type Page, type PageRequest, readPage } from '../paging.js';

export type UndoMergeResult =
  /** `profileId`: the person who has their own profile again; `fromProfileId`: the one whom they are taken from. */
  | { readonly kind: 'undone'; readonly profileId: string; readonly fromProfileId: string }
  /** `further`: what they became was merged again, which has to be undone first. `erased`: one of them is, and nothing is kept. */
  | { readonly kind: 'unknown' | 'undone-already' | 'further' | 'erased' };

/** Merges of known people, the newest first; of one profile, or of all (null). */
export function showMerges(deps: Pick<AppDeps, 'store'>, profileId: string | null, request: PageRequest): Promise<Page<MergeRecord>> {
  return readPage(
    request,
    ['instant', 'id'],
    (limit, after) => listMerges(deps.store.db, { profileId, limit, after }),
    ({ at, id }) => [at, id],
  );
}

/**
 * Undoes a merge of two people. Each has their earlier ids, traits, events, orders, consents, entries and messages, and what came later
 * under their own ids. Joined carts, and entries that ended because of the other, stay with the remaining person.
 */
export async function undoMerge(deps: Pick<AppDeps, 'store' | 'clock' | 'notifyRelay'>, id: string): Promise<UndoMergeResult> {
  const result = await deps.store.transaction(async (trx): Promise<UndoMergeResult> => {
    const merge = await readMerge(trx, id);
    if (merge === null) return { kind: 'unknown' };
    if (merge.undoneAt !== null) return { kind: 'undone-already' };
    const rows = await lockRowsAsTheyAre(trx, [merge.fromId, merge.intoId]);
    const [from, into] = [merge.fromId, merge.intoId].map((one) => rows.find((row) => row.id === one));
    if (from === undefined || into === undefined) return { kind: 'unknown' };
    if (from.erased_at !== null || into.erased_at !== null || merge.kept.from === undefined) return { kind: 'erased' };
    if (into.merged_into !== null || from.merged_into !== merge.intoId) return { kind: 'further' };
    // Carts before entries, as everywhere.
    await lockCartsOf(trx, merge.intoId as ProfileId);
    await lockUnitingEntries(trx, { profiles: [merge.intoId as ProfileId], carts: [] });
    const now = deps.clock.now();
    await takeApart(trx, merge, withoutOther(toProfile(into), merge), now);
    // Where each of them stands now, the next look says.
    await writeTogether(trx, { reviews: writeReviews([merge.fromId, merge.intoId].map((profileId) => ({ profileId, dueAt: now }))) });
    return { kind: 'undone', profileId: merge.fromId, fromProfileId: merge.intoId };
  });
  if (result.kind === 'undone') deps.notifyRelay();
  return result;
}

/** The one who stayed: each trait that the other had brought is again what it was before. What was said since stands. */
function withoutOther(present: Profile, { kept: { from, into } }: KeptMerge): Profile {
  if (from === undefined || into === undefined) return present;
  const traits = new Map(Object.entries(present.traits));
  const times = new Map(Object.entries(present.traitTimes));
  for (const [name, at] of Object.entries(from.traitTimes)) {
    const own = into.traitTimes[name];
    if (times.get(name) !== at || own === at) continue;
    if (own === undefined) times.delete(name);
    else times.set(name, own);
    if (Object.hasOwn(into.traits, name)) traits.set(name, into.traits[name]);
    else traits.delete(name);
  }
  const restored = Object.fromEntries(traits);
  const { email, phone } = contactPoints(restored);
  const engagement = parseEngagement(into.engagement);
  return { ...present, traits: restored, traitTimes: Object.fromEntries(times), email, phone, engagement };
}
