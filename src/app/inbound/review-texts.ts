import { afterAll } from '../../domain/consent/consent.js';
import { actsOfStart } from '../../domain/consent/stop-word.js';
import { suppressionKey } from '../../domain/consent/suppression.js';
import { addressOf, type Channel, normaliseAddress } from '../../domain/messages/channel.js';
import type { Instant } from '../../domain/time/instant.js';
import type { ProfileId } from '../../domain/values/ids.js';
import type { Trx } from '../../store/db.js';
import { hasOtherStop, type InboundMessage, listInboundMessages, noteReviewed, readInboundMessage } from '../../store/inbound-messages.js';
import { lockProfiles } from '../../store/profiles.js';
import { findCanonicalProfile, findProfilesByAddress, readConsents, readProfile, readSuppressions } from '../../store/profiles-read.js';
import { liftSuppression } from '../../store/suppressions.js';
import { writeConsentActs } from '../consent/record-consents.js';
import type { AppDeps } from '../deps.js';
import { type Page, type PageRequest, readPage } from '../paging.js';

/** Texts that came in, the newest first. `review: open`: sentences that were read as STOP, for a person to look at. */
export function showInboundMessages(
  deps: Pick<AppDeps, 'store'>,
  filter: { readonly review: 'open' | 'all'; readonly profileId: string | null },
  request: PageRequest,
): Promise<Page<InboundMessage>> {
  return readPage(
    request,
    ['instant', 'id'],
    (limit, after) => listInboundMessages(deps.store.db, filter, { limit, after }),
    (message) => [message.receivedAt, message.id],
  );
}

/**
 * `not-a-stop`: what the sentence took is back. `changed-since`: the person has stopped, started or changed their number meanwhile; nothing
 * is brought back.
 */
export type ReviewResult =
  | { readonly kind: 'stands' | 'not-a-stop' | 'changed-since' | 'reviewed-already'; readonly message: InboundMessage }
  | { readonly kind: 'unknown' };

/** What a person made of a sentence that was read as STOP: it was one, or it was not ("I can’t stop smiling"). Each is looked at once. */
export async function reviewText(
  deps: Pick<AppDeps, 'store' | 'clock' | 'newId' | 'secret' | 'notifyRelay' | 'policies' | 'segments'>,
  id: string,
  isStop: boolean,
): Promise<ReviewResult> {
  const kind = await deps.store.transaction(async (trx): Promise<ReviewResult['kind']> => {
    const message = await readInboundMessage(trx, id);
    if (message === null) return 'unknown';
    const now = deps.clock.now();
    if (!(await noteReviewed(trx, id, now))) return 'reviewed-already';
    if (isStop) return 'stands';
    return (await undoStop(deps, trx, message, now)) ? 'not-a-stop' : 'changed-since';
  });
  const message = await readInboundMessage(deps.store.db, id);
  if (kind === 'unknown' || message === null) return { kind: 'unknown' };
  if (kind === 'not-a-stop') deps.notifyRelay();
  return { kind, message };
}

/** False: there is nothing that this sentence alone took. */
async function undoStop(
  deps: Pick<AppDeps, 'clock' | 'newId' | 'secret' | 'policies' | 'segments'>,
  trx: Trx,
  message: InboundMessage,
  now: Instant,
): Promise<boolean> {
  const { id, profileId, receivedAt } = message;
  const channel = message.channel as Channel;
  const canonical = profileId === null ? null : await findCanonicalProfile(trx, profileId);
  const profile = canonical === null ? null : await readProfile(trx, canonical);
  const from = profile === null ? null : normaliseAddress(channel, addressOf(profile, channel));
  if (from === null) return false;
  const people = await lockProfiles(trx, (await findProfilesByAddress(trx, channel, from)) as ProfileId[]);
  const key = suppressionKey(deps.secret, channel, from);
  const [stopped] = await readSuppressions(trx, [key]);
  // Another text, or the carrier, had stopped it before; or another did so since. What was meant by those still stands.
  if (stopped === undefined || stopped.at < receivedAt) return false;
  if (await hasOtherStop(trx, { id, profileIds: people.map((person) => person.id), since: receivedAt })) return false;
  if (!(await liftSuppression(trx, { ...key, reason: 'stopped' }))) return false;
  const acts = [];
  for (const person of people) {
    const records = (await readConsents(trx, person.id)).filter((record) => record.channel === channel);
    const at = afterAll(records, now);
    const given = actsOfStart(records, channel, at).map((act) => ({
      ...act,
      source: 'review',
      channel,
      method: 'review',
      evidence: `inbound-message/${id}`,
      at,
    }));
    acts.push({ profileId: person.id as ProfileId, given });
  }
  await writeConsentActs(deps, trx, acts, { eventId: `review/${deps.newId()}`, now });
  return true;
}
