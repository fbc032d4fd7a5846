import { type ConsentRecord, hasConsent, isRefusal, newestByTopic } from '../../domain/consent/consent.js';
import { openRequests } from '../../domain/consent/double-opt-in.js';
import { isTakenByStop } from '../../domain/consent/stop-word.js';
import type { Channel } from '../../domain/messages/channel.js';
import type { TopicPolicy } from '../../domain/policy/topic-policy.js';
import type { Instant } from '../../domain/time/instant.js';
import type { ProfileId } from '../../domain/values/ids.js';
import { readMessageRecipient } from '../../store/messages-read.js';
import { lockProfiles } from '../../store/profiles.js';
import { findCanonicalProfile, readConsents } from '../../store/profiles-read.js';
import type { AppDeps } from '../deps.js';
import { watchMessage } from '../inbound/breakers.js';
import { findHolders, keepRefusal } from '../ingest/shared-addresses.js';
import { writeConsentActs } from './record-consents.js';

export type UnsubscribeResult = 'stopped' | 'stopped-already' | 'unknown';

/**
 * Stops all marketing on the channel of this message, for its person and for everyone else who has the address that it went to, now or
 * later: the person who clicked owns the mailbox. When it returns, all is committed, journeys have the facts and waiting entries are due
 * for a poke. Can be repeated.
 */
export async function unsubscribe(
  deps: Pick<AppDeps, 'store' | 'clock' | 'newId' | 'log' | 'metrics' | 'notifyRelay' | 'policies' | 'secret' | 'segments'>,
  messageId: string,
  how: { readonly method: string; readonly text: string | null },
): Promise<UnsubscribeResult> {
  const result = await deps.store.transaction(async (trx): Promise<UnsubscribeResult> => {
    const recipient = await readMessageRecipient(trx, messageId);
    if (recipient === null) return 'unknown';
    const { channel } = recipient;
    const own = await findCanonicalProfile(trx, recipient.profileId);
    const profiles = await lockProfiles(trx, [...(own === null ? [] : [own as ProfileId]), ...(await findHolders(trx, recipient))]);
    const now = deps.clock.now();
    const acts = [];
    for (const { id } of profiles) {
      const records = await readConsents(trx, id);
      const given = refusalsOf(records, channel, now, deps.policies.current().topics).map((refusal) => ({
        ...refusal,
        method: how.method,
        source: `message/${messageId}`,
        text: how.text,
      }));
      if (given.length > 0) acts.push({ profileId: id as ProfileId, given });
    }
    await writeConsentActs(deps, trx, acts, { eventId: `unsubscribe/${messageId}`, now });
    await keepRefusal(deps, trx, [recipient], { method: how.method, at: now });
    return acts.length > 0 ? 'stopped' : 'stopped-already';
  });
  if (result === 'stopped') {
    deps.notifyRelay();
    await watchMessage(deps, messageId);
  }
  return result;
}

/**
 * The acts that refuse all marketing on a channel: one for `marketing`, which cancels every older yes, and one for each topic that START
 * would restore, because START checks each topic. Empty if everything is already refused.
 */
export function refusalsOf(records: readonly ConsentRecord[], channel: Channel, now: Instant, topics: TopicPolicy): readonly Refusal[] {
  const newest = newestByTopic(records, channel);
  const broad = newest.get('marketing');
  const taken = [...newest.values()].filter(isTakenByStop).map(({ topic }) => topic);
  const isRefused = broad !== undefined && isRefusal(broad.state) && !mayStillCome(records, channel, now, topics);
  // An opt-out stands over everything said before it, even where a client's clock put that into the future.
  const at = Math.max(now, ...records.filter((record) => record.channel === channel).map((record) => record.at));
  const named = isRefused ? taken : ['marketing', ...taken];
  return [...new Set(named)].map((topic) => ({ channel, topic, state: 'withdrawn', at }));
}

type Refusal = Pick<ConsentRecord, 'channel' | 'topic' | 'at'> & { readonly state: 'withdrawn' };

/** Is there a topic that was granted after marketing was refused, or a yes that waits for its confirmation? */
function mayStillCome(records: readonly ConsentRecord[], channel: Channel, at: Instant, topics: TopicPolicy): boolean {
  const named = new Set(records.filter((record) => record.channel === channel).map((record) => record.topic));
  return (
    [...named].some((topic) => hasConsent(records, channel, topic, at, topics)) ||
    openRequests(records).some((record) => record.channel === channel)
  );
}
