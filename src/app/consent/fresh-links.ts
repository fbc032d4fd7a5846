import { normaliseEmail } from '../../channels/email/address.js';
import { spellingsOf, suppressionKeys } from '../../domain/consent/suppression.js';
import { dataLinkId, readDataLinkId } from '../../domain/keys/data-link.js';
import { addressOf, type Channel, channelKind } from '../../domain/messages/channel.js';
import { localeOf } from '../../domain/people/own-words.js';
import { hour, type Instant } from '../../domain/time/instant.js';
import type { ProfileId } from '../../domain/values/ids.js';
import { claimLinkRequest, forgetLinkRequests, type LinkRequestKind } from '../../store/link-requests.js';
import { readMessageRecipient } from '../../store/messages-read.js';
import { lockCanonical } from '../../store/profiles.js';
import { findCanonicalProfile, type ProfileRecord, readProfile } from '../../store/profiles-read.js';
import { readTemplateHead } from '../../store/templates.js';
import type { AppDeps } from '../deps.js';
import { findHolders, isAddressOf } from '../ingest/shared-addresses.js';
import { linkOf } from '../messages/render-message.js';
import { askForMessage } from '../messages/send-message.js';

/** How long a link opens what is kept of a person. */
export const dataLinkMs = hour;
/** An address gets no second link of a kind before this time is over, for any caller. */
const askAgainAfterMs: Readonly<Record<LinkRequestKind, number>> = { unsubscribe: hour, data: hour / 6 };

type Deps = Pick<AppDeps, 'store' | 'clock' | 'secret' | 'newId' | 'policies' | 'publicUrl' | 'notifyRelay' | 'log'>;

/**
 * For a person with an incomplete link: mails the links to unsubscribe and to the preferences to this address, if a person here has it,
 * once an hour. Returns nothing, because the caller must not learn whether the address is known.
 */
export async function mailFreshLinks(deps: Deps, typed: string): Promise<void> {
  const address = normaliseEmail(typed);
  if (address === null) return;
  const now = deps.clock.now();
  await forgetLinkRequests(deps.store.db, now - Math.max(...Object.values(askAgainAfterMs)));
  for (const id of await findHolders(deps.store.db, { channel: 'email', address })) {
    const profile = await readProfile(deps.store.db, id);
    // One mailbox, one mail: its links act for everyone with the address.
    if (profile !== null && profile.erasedAt === null) return void (await ask(deps, 'unsubscribe', profile, 'email', now));
  }
}

/**
 * `asked`: a link is on its way, or one went out a moment ago. `other-address`: the message went to an address that is not the person's
 * now.
 */
export type DataLinkAnswer = 'asked' | 'other-address' | 'unknown';

/**
 * Sends a link to the data of the person of this message, valid for an hour. It goes to the address of the message, which the caller's link
 * proves, and only while that is the person's address.
 */
export async function sendDataLink(deps: Deps, messageId: string): Promise<DataLinkAnswer> {
  const { db } = deps.store;
  const recipient = await readMessageRecipient(db, messageId);
  const id = recipient === null ? null : await findCanonicalProfile(db, recipient.profileId);
  const profile = id === null ? null : await readProfile(db, id);
  if (recipient === null || profile === null || profile.erasedAt !== null) return 'unknown';
  if (!isAddressOf(profile, recipient)) return 'other-address';
  return ask(deps, 'data', profile, recipient.channel, deps.clock.now());
}

async function ask(
  deps: Deps,
  kind: LinkRequestKind,
  seen: Pick<ProfileRecord, 'id' | 'email' | 'phone' | 'traits'>,
  channel: Channel,
  now: Instant,
): Promise<DataLinkAnswer> {
  const template = templateOf(kind, channel);
  if (template === null || (await readTemplateHead(deps.store.db, template)) === null) {
    deps.log.error({ template }, 'Somebody asked for a fresh link, and the template that carries it is not published.');
    return 'asked';
  }
  const answer = await deps.store.transaction(async (trx): Promise<DataLinkAnswer> => {
    const { profiles, canonical } = await lockCanonical(trx, [seen.id as ProfileId]);
    const profile = profiles.find((one) => one.id === canonical.get(seen.id as ProfileId));
    const address = profile === undefined ? null : addressOf(profile, channel);
    // Another address since it was read: who asked may not be who has it now.
    if (profile === undefined || address === null || address !== addressOf(seen, channel)) return 'other-address';
    const key = suppressionKeys(deps.secret, profile).find((one) => one.channel === channel);
    if (key === undefined) return 'other-address';
    if (!(await claimLinkRequest(trx, { kind, ...key }, { at: now, since: now - askAgainAfterMs[kind] }))) return 'asked';
    const dataLink = dataLinkId({ profileId: profile.id, madeAt: now, hash: key.hash });
    const data = (messageId: string): Readonly<Record<string, unknown>> =>
      kind === 'data'
        ? { url: linkOf(deps, 'data', dataLink) }
        : { unsubscribeUrl: linkOf(deps, 'unsubscribe', messageId), preferencesUrl: linkOf(deps, 'preferences', messageId) };
    await askForMessage(deps, trx, { profileId: profile.id, template, data, topic: null, priority: null, deadline: null });
    return 'asked';
  });
  deps.notifyRelay();
  return answer;
}

/** What carries a fresh link. Null: nothing does on this channel. */
function templateOf(kind: LinkRequestKind, channel: Channel): string | null {
  const { freshLinks, dataLink } = channelKind(channel).templates;
  return { unsubscribe: freshLinks, data: dataLink }[kind];
}

/** What a link to somebody's data opens now. */
export type DataLink =
  | { readonly kind: 'open'; readonly profileId: string; readonly locale: string | null }
  | { readonly kind: 'too-late'; readonly locale: string | null }
  | { readonly kind: 'unknown' };

/** `id`: what the signed link says. It opens for an hour, and while the person has the address that it was sent to. */
export async function openDataLink(deps: Pick<AppDeps, 'store' | 'clock' | 'secret'>, id: string): Promise<DataLink> {
  const link = readDataLinkId(id);
  if (link === null) return { kind: 'unknown' };
  const canonical = await findCanonicalProfile(deps.store.db, link.profileId);
  const profile = canonical === null ? null : await readProfile(deps.store.db, canonical);
  if (profile === null || profile.erasedAt !== null) return { kind: 'unknown' };
  const locale = localeOf(profile.traits);
  const isInTime = deps.clock.now() < link.madeAt + dataLinkMs;
  const isTheirs = suppressionKeys(deps.secret, profile).some((key) => spellingsOf(key).some((hash) => hash.startsWith(link.mark)));
  return isInTime && isTheirs ? { kind: 'open', profileId: profile.id, locale } : { kind: 'too-late', locale };
}
