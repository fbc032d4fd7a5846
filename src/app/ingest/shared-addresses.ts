import { unsubscribeKey } from '../../domain/consent/suppression.js';
import { addressOf, type Channel, normaliseAddress } from '../../domain/messages/channel.js';
import type { Addressed } from '../../domain/messages/channel-kind.js';
import type { Instant } from '../../domain/time/instant.js';
import type { ProfileId } from '../../domain/values/ids.js';
import type { Db, Trx } from '../../store/db.js';
import { findProfilesByAddress } from '../../store/profiles-read.js';
import { keepUnsubscribed } from '../../store/unsubscribes.js';
import type { AppDeps } from '../deps.js';

/** An address or number as a message used it. */
export interface UsedAddress {
  readonly channel: Channel;
  /** Null: nothing was rendered yet, or it is forgotten. */
  readonly address: string | null;
}

/** Is it the address that this profile has now? */
export function isAddressOf(profile: Addressed, used: UsedAddress): boolean {
  const address = normaliseAddress(used.channel, used.address);
  return address !== null && address === normaliseAddress(used.channel, addressOf(profile, used.channel));
}

/** Canonical profiles that have it now: a guest's and an account's may be one mailbox. */
export async function findHolders(db: Db | Trx, { channel, address }: UsedAddress): Promise<readonly ProfileId[]> {
  if (address === null) return [];
  return (await findProfilesByAddress(db, channel, address)) as ProfileId[];
}

/** Stores that the readers of these addresses want no marketing there; it also counts for profiles that get one of them later. */
export async function keepRefusal(
  { secret }: Pick<AppDeps, 'secret'>,
  trx: Trx,
  addresses: readonly UsedAddress[],
  how: { readonly method: string; readonly at: Instant },
): Promise<void> {
  const keys = addresses.flatMap(({ channel, address }) => unsubscribeKey(secret, channel, address) ?? []);
  await keepUnsubscribed(trx, keys, how.method, how.at);
}
