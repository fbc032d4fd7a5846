import type { Channel } from '../domain/channel.js';
import { type ConsentRecord, hasConsent } from '../domain/consent.js';
import type { ProfileId } from '../domain/ids.js';
import type { Instant } from '../domain/instant.js';
import { readMessageRecipient } from '../store/messages-read.js';
import { lockProfiles } from '../store/profiles.js';
import { findCanonicalProfile, findProfilesByEmail, readConsents } from '../store/profiles-read.js';
import type { AppDeps } from './deps.js';
import { writeConsentActs } from './record-consents.js';

export type UnsubscribeResult = 'stopped' | 'stopped-already' | 'unknown';

/**
 * Stops all marketing on the channel of this message, for its person and for whoever else has the address it went to: who clicked is the
 * owner of a mailbox. Committed, journeys told and waiting entries due for a poke when it answers. Any number of times.
 */
export async function unsubscribe(
  deps: Pick<AppDeps, 'store' | 'clock' | 'newId' | 'notifyRelay'>,
  messageId: string,
  how: { readonly method: string; readonly text: string | null },
): Promise<UnsubscribeResult> {
  const result = await deps.store.transaction(async (trx): Promise<UnsubscribeResult> => {
    const recipient = await readMessageRecipient(trx, messageId);
    if (recipient === null) return 'unknown';
    const channel = recipient.channel as Channel;
    const own = await findCanonicalProfile(trx, recipient.profileId);
    const sharing = recipient.emailAddress === null ? [] : await findProfilesByEmail(trx, [recipient.emailAddress]);
    const profiles = await lockProfiles(trx, [...(own === null ? [] : [own]), ...sharing] as ProfileId[]);
    const acts = [];
    for (const { id } of profiles) {
      const records = await readConsents(trx, id);
      if (!mayReceiveMarketing(records, channel)) continue;
      const at = notBefore(deps.clock.now(), records, channel);
      acts.push({
        profileId: id as ProfileId,
        given: [
          { channel, topic: 'marketing', state: 'denied' as const, method: how.method, source: `message/${messageId}`, text: how.text, at },
        ],
      });
    }
    await writeConsentActs(deps, trx, acts, `unsubscribe/${messageId}`);
    return acts.length > 0 ? 'stopped' : 'stopped-already';
  });
  if (result === 'stopped') deps.notifyRelay();
  return result;
}

/** Without a record of a refusal there is something to record, even where nothing was ever granted. */
function mayReceiveMarketing(records: readonly ConsentRecord[], channel: Channel): boolean {
  const topics = new Set(records.filter((record) => record.channel === channel).map((record) => record.topic));
  const refused = records.some((record) => record.channel === channel && record.topic === 'marketing' && record.state === 'denied');
  return !refused || hasConsent(records, channel, 'marketing') || [...topics].some((topic) => hasConsent(records, channel, topic));
}

/** An opt-out stands over everything said before it, even where a client's clock put that into the future. */
function notBefore(now: Instant, records: readonly ConsentRecord[], channel: Channel): Instant {
  return Math.max(now, ...records.filter((record) => record.channel === channel).map((record) => record.at));
}
