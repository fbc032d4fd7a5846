import { type Channel, channels } from '../domain/channel.js';
import { type ConsentRecord, hasConsent } from '../domain/consent.js';
import type { ProfileId } from '../domain/ids.js';
import type { Instant } from '../domain/instant.js';
import { readMessageRecipient } from '../store/messages-read.js';
import { lockProfiles } from '../store/profiles.js';
import { findCanonicalProfile, readConsents, readProfile } from '../store/profiles-read.js';
import type { AppDeps } from './deps.js';
import { type ConsentGiven, writeConsentActs } from './record-consents.js';

/** What a person may choose, the broad topic first. Each has its words in `src/api/pages/words.ts`. */
export const preferenceTopics = ['marketing', 'cart_reminder'] as const;
export type PreferenceTopic = (typeof preferenceTopics)[number];

/** One box of the page. */
export interface Preference {
  readonly channel: Channel;
  readonly topic: PreferenceTopic;
  readonly wanted: boolean;
}

/** What a link of a message gives to see and change: the channels on which the person can be reached. */
export interface Preferences {
  readonly locale: string | null;
  readonly preferences: readonly Preference[];
}

/** Null: no such message, or the person was erased. */
export async function showPreferences(deps: Pick<AppDeps, 'store'>, messageId: string): Promise<Preferences | null> {
  const { db } = deps.store;
  const recipient = await readMessageRecipient(db, messageId);
  const id = recipient === null ? null : await findCanonicalProfile(db, recipient.profileId);
  const profile = id === null ? null : await readProfile(db, id);
  if (profile === null || profile.erasedAt !== null) return null;
  const records = await readConsents(db, profile.id);
  // The message came over one of them, whatever the profile says by now.
  const reachable = channels.filter(
    (channel) => channel === recipient?.channel || (channel === 'email' ? profile.email : profile.phone) !== null,
  );
  return {
    locale: localeOf(profile.traits),
    preferences: reachable.flatMap((channel) =>
      preferenceTopics.map((topic) => ({ channel, topic, wanted: hasConsent(records, channel, topic) })),
    ),
  };
}

/** Records what differs from what holds now, as acts of consent. `wanted` without a box of the page counts as not wanted. */
export async function savePreferences(
  deps: Pick<AppDeps, 'store' | 'clock' | 'newId' | 'notifyRelay'>,
  messageId: string,
  wanted: readonly Preference[],
  text: (preference: Preference) => string,
): Promise<void> {
  const changed = await deps.store.transaction(async (trx) => {
    const recipient = await readMessageRecipient(trx, messageId);
    const id = recipient === null ? null : await findCanonicalProfile(trx, recipient.profileId);
    if (id === null) return false;
    const [profile] = await lockProfiles(trx, [id as ProfileId]);
    if (profile === undefined || profile.erased_at !== null) return false;
    const records = await readConsents(trx, profile.id);
    const given = changesOf(records, wanted, deps.clock.now()).map((act) => ({
      ...act,
      method: 'preference-page',
      source: `message/${messageId}`,
      text: text({ channel: act.channel, topic: act.topic as PreferenceTopic, wanted: act.state === 'granted' }),
    }));
    await writeConsentActs(deps, trx, [{ profileId: profile.id as ProfileId, given }], `preferences/${deps.newId()}`);
    return given.length > 0;
  });
  if (changed) deps.notifyRelay();
}

/**
 * The acts that make these wishes true. A refusal of all marketing takes every topic with it, so a topic that stays wanted is granted again,
 * a millisecond later: at the same instant the refusal would stand.
 */
export function changesOf(
  records: readonly ConsentRecord[],
  wanted: readonly Preference[],
  now: Instant,
): readonly Pick<ConsentGiven, 'channel' | 'topic' | 'state' | 'at'>[] {
  const known = [...records];
  const changes: Pick<ConsentGiven, 'channel' | 'topic' | 'state' | 'at'>[] = [];
  let at = Math.max(now, ...records.map((record) => record.at + 1));
  for (const topic of preferenceTopics) {
    for (const preference of wanted) {
      if (preference.topic !== topic || hasConsent(known, preference.channel, topic) === preference.wanted) continue;
      const act = { channel: preference.channel, topic, state: preference.wanted ? ('granted' as const) : ('denied' as const), at };
      changes.push(act);
      known.push({ ...act, method: '', source: '' });
    }
    at += 1;
  }
  return changes;
}

/** The language that a profile asks for, as its traits say it. */
export function localeOf(traits: Readonly<Record<string, unknown>>): string | null {
  const said = [traits['locale'], traits['language']].find((value) => typeof value === 'string' && value !== '');
  return typeof said === 'string' ? said : null;
}
