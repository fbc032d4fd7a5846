import type { ProfileId } from '../../domain/values/ids.js';
import type { Trx } from '../../store/db.js';
import { lockProfiles, type ProfileRow } from '../../store/profiles.js';
import { findCanonicalProfile } from '../../store/profiles-read.js';
import type { AppDeps } from '../deps.js';

/**
 * Does something with a person, locked, in a transaction of its own, and lets the relay look. `profileId`: also one that was merged into
 * another. False: there is no such person, or they were erased.
 */
export async function withPerson(
  { store, notifyRelay }: Pick<AppDeps, 'store' | 'notifyRelay'>,
  profileId: string,
  work: (trx: Trx, profile: ProfileRow) => Promise<unknown>,
): Promise<boolean> {
  const isThere = await store.transaction(async (trx) => {
    const canonical = await findCanonicalProfile(trx, profileId);
    if (canonical === null) return false;
    const [profile] = await lockProfiles(trx, [canonical as ProfileId]);
    if (profile === undefined || profile.erased_at !== null) return false;
    await work(trx, profile);
    return true;
  });
  if (isThere) notifyRelay();
  return isThere;
}
