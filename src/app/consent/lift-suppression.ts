import { type AddressKey, liftedByOperator, suppressionKeys, unsubscribeKeys } from '../../domain/consent/suppression.js';
import type { Channel } from '../../domain/messages/channel.js';
import type { ProfileId } from '../../domain/values/ids.js';
import type { Trx } from '../../store/db.js';
import { writeEvents } from '../../store/events.js';
import { lockCanonical } from '../../store/profiles.js';
import { readSuppressions } from '../../store/profiles-read.js';
import { liftComplaints } from '../../store/receipts.js';
import { liftSuppression } from '../../store/suppressions.js';
import { readUnsubscribes } from '../../store/unsubscribes.js';
import { writeTogether } from '../../store/write-together.js';
import type { AppDeps } from '../deps.js';

export type LiftResult =
  /** `stands`: what it stood over, and what now holds. `eventId`: where it is kept who did it, and why. */
  | { readonly kind: 'lifted'; readonly reason: string; readonly stands: string | null; readonly eventId: string }
  /** For a reason that no operator lifts. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Nothing is suppressed there. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown' };

/**
 * Lifts the suppression of an address that a provider called dead by mistake, or that has a wrong complaint. Nobody can lift a person's own
 * decision. A lifted complaint does not count for breakers any more. Messages skipped meanwhile are not sent. Recorded as an event of the
 * person with origin `operator`, which an erase deletes.
 */
export async function liftDeadAddress(
  deps: Pick<AppDeps, 'store' | 'clock' | 'secret' | 'newId' | 'log'>,
  profileId: string,
  of: { readonly channel: Channel; readonly why: string; readonly actor: string | null },
): Promise<LiftResult> {
  const { channel, why, actor } = of;
  const ofChannel = (keys: readonly AddressKey[]) => keys.filter((key) => key.channel === channel);
  const result = await deps.store.transaction(async (trx): Promise<LiftResult> => {
    const { profiles, canonical } = await lockCanonical(trx, [profileId as ProfileId]);
    const profile = profiles.find((one) => one.id === canonical.get(profileId as ProfileId));
    if (profile === undefined) return { kind: 'unknown' };
    const keys = ofChannel(suppressionKeys(deps.secret, profile));
    const reason = await liftFirst(trx, keys);
    const stands = await reasonLeft(trx, keys, ofChannel(unsubscribeKeys(deps.secret, profile)));
    if (reason === null) return stands === null ? { kind: 'none' } : { kind: 'refused', reason: stands };
    if (reason === 'complained') await liftComplaints(trx, profile.id);
    const at = deps.clock.now();
    const eventId = `suppression/${deps.newId()}`;
    const event = { type: 'track' as const, name: 'Suppression Lifted', origin: 'operator', occurredAt: at, receivedAt: at, matched: [] };
    const payload = { channel, reason, why, actor };
    await writeTogether(trx, { events: writeEvents([{ ...event, messageId: eventId, profileId: profile.id as ProfileId, payload }]) });
    return { kind: 'lifted', reason, stands, eventId };
  });
  // Why is in the event alone: people write names into such fields.
  if (result.kind === 'lifted') deps.log.info({ profileId, channel, reason: result.reason }, 'An operator lifted a suppression.');
  return result;
}

async function liftFirst(trx: Trx, keys: readonly AddressKey[]): Promise<string | null> {
  for (const key of keys) for (const reason of liftedByOperator) if (await liftSuppression(trx, { ...key, reason })) return reason;
  return null;
}

/** Why the address gets nothing, or no marketing, all the same. */
async function reasonLeft(trx: Trx, keys: readonly AddressKey[], unsubscribed: readonly AddressKey[]): Promise<string | null> {
  const [standing] = await readSuppressions(trx, keys);
  if (standing !== undefined) return standing.reason;
  return (await readUnsubscribes(trx, unsubscribed)).length > 0 ? 'unsubscribed' : null;
}
