import { normaliseEmail } from '../../channels/email/address.js';
import { normalisePhone } from '../../channels/sms/address.js';
import { type ConsentRecord, isRefusal, newestByTopic } from '../../domain/consent/consent.js';
import { suppressionKeys } from '../../domain/consent/suppression.js';
import type { Channel } from '../../domain/messages/channel.js';
import type { ProfileId } from '../../domain/values/ids.js';
import { lockCartsOf } from '../../store/carts.js';
import { erasePersonalData, findEveryAddress } from '../../store/erase.js';
import { addExitToEntries } from '../../store/held-entries.js';
import type { KnownAddresses } from '../../store/person-table.js';
import { lockProfiles } from '../../store/profiles.js';
import { findCanonicalProfile, findMergedProfiles, readConsents } from '../../store/profiles-read.js';
import { keepErased } from '../../store/suppressions.js';
import type { AppDeps } from '../deps.js';

export type EraseResult =
  | { readonly kind: 'erased'; readonly profileId: string; readonly entries: number }
  | { readonly kind: 'erased-already' }
  | { readonly kind: 'unknown' };

/**
 * Erases a person: their entries leave with the reason `erased`, their data is deleted, their ids are free again, and every address they
 * have or had stays suppressed by a keyed hash, so that no later import writes to it. A message that is at a provider at this moment may
 * still arrive. Backups keep their content; the operator decides how long to keep them.
 */
export async function eraseProfile(
  deps: Pick<AppDeps, 'store' | 'clock' | 'secret' | 'notifyRelay'>,
  profileId: string,
): Promise<EraseResult> {
  const result = await deps.store.transaction(async (trx): Promise<EraseResult> => {
    const canonical = await findCanonicalProfile(trx, profileId);
    if (canonical === null) return { kind: 'unknown' };
    const family = await findMergedProfiles(trx, canonical);
    const rows = await lockProfiles(trx, family as ProfileId[]);
    const person = rows.find((row) => row.id === canonical);
    // Merged into another meanwhile: the other one is asked for by its own id.
    if (person === undefined) return { kind: 'unknown' };
    if (person.erased_at !== null) return { kind: 'erased-already' };
    // Carts before entries, as everywhere.
    await lockCartsOf(trx, canonical as ProfileId);
    const at = deps.clock.now();
    const records = await readConsents(trx, canonical);
    const addresses = [person, ...(await findEveryAddress(trx, family))];
    const keys = new Map(addresses.flatMap((address) => suppressionKeys(deps.secret, address)).map((key) => [key.hash, key]));
    await keepErased(
      trx,
      [...keys.values()].map((key) => ({ ...key, detail: refusalOf(records, key.channel) })),
      at,
    );
    const entries = await addExitToEntries(trx, { of: { profileIds: family }, reason: 'erased', at });
    await erasePersonalData(trx, family, knownAddresses(addresses), at);
    return { kind: 'erased', profileId: canonical, entries };
  });
  if (result.kind === 'erased') deps.notifyRelay();
  return result;
}

/** Of what was said to be an address, what is one. */
function knownAddresses(said: readonly { readonly email: string | null; readonly phone: string | null }[]): KnownAddresses {
  return {
    emails: said.flatMap(({ email }) => (email === null || normaliseEmail(email) === null ? [] : [email.trim()])),
    phones: said.flatMap(({ phone }) => (phone === null ? [] : (normalisePhone(phone) ?? []))),
  };
}

/** The proof that marketing was refused, without the person: beside the hash of the address stands when it was. Null: it was not. */
function refusalOf(records: readonly ConsentRecord[], channel: Channel): string | null {
  const newest = newestByTopic(records, channel).get('marketing');
  return newest !== undefined && isRefusal(newest.state) ? `${newest.state} ${new Date(newest.at).toISOString()}` : null;
}
