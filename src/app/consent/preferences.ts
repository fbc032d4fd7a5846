import { heldTo } from '../../domain/consent/address-refusal.js';
import { afterAll, type ConsentRecord, hasConsent, newestByTopic } from '../../domain/consent/consent.js';
import { admitConsent, type Consenting, openRequests } from '../../domain/consent/double-opt-in.js';
import { isTakenByStop } from '../../domain/consent/stop-word.js';
import { suppressionKeys, unsubscribeKeys } from '../../domain/consent/suppression.js';
import { mayProfile } from '../../domain/engagement/facts.js';
import { recordFatigue } from '../../domain/engagement/state.js';
import {
  chosenFrequency,
  type FrequencyLevel,
  type FrequencyPreference,
  frequencyTrait,
  pauseMs,
} from '../../domain/gate/frequency-preference.js';
import { addressOf, type Channel, channelKind, channels } from '../../domain/messages/channel.js';
import type { Addressed } from '../../domain/messages/channel-kind.js';
import { type Birthday, birthdayOf, localeOf, nameOf } from '../../domain/people/own-words.js';
import { mergeTraits, type Profile } from '../../domain/people/profile.js';
import type { Topic, TopicPolicy } from '../../domain/policy/topic-policy.js';
import { day, type Instant } from '../../domain/time/instant.js';
import { mayTrack } from '../../domain/tracking/tracking.js';
import type { ProfileId } from '../../domain/values/ids.js';
import type { Db, Trx } from '../../store/db.js';
import { readMessage, readMessageRecipient } from '../../store/messages-read.js';
import { lockCanonical, writeEngagement } from '../../store/profiles.js';
import { findCanonicalProfile, readConsents, readProfile, readSuppressions } from '../../store/profiles-read.js';
import { readUnsubscribes } from '../../store/unsubscribes.js';
import { writeTogether } from '../../store/write-together.js';
import type { AppDeps } from '../deps.js';
import { findHolders, isAddressOf, keepRefusal, type UsedAddress } from '../ingest/shared-addresses.js';
import { tellFacts } from '../ingest/tell-facts.js';
import { showEngagement } from '../people/show-engagement.js';
import { type ConsentGiven, writeConsentActs } from './record-consents.js';
import { refusalsOf } from './unsubscribe.js';

/** One box of the page. */
export interface Preference {
  readonly channel: Channel;
  readonly topic: string;
  readonly wanted: boolean;
  /** The page said that it comes less often because the person seldom opens it, and the person still wants it. */
  readonly isInsisted?: boolean;
}

/** A box as it stands. */
export interface PreferenceBox extends Preference {
  /** It is wanted, and waits for its confirmation. */
  readonly isPending: boolean;
  /** It comes less often, or not, because the person seldom opens it. */
  readonly isSeldom: boolean;
}

/** What a link of a message gives to see and change. Personal data. */
export interface Preferences {
  readonly profileId: string;
  readonly locale: string | null;
  /** Those on which the person can be reached. */
  readonly channels: readonly Channel[];
  readonly topics: readonly { readonly topic: Topic; readonly boxes: readonly PreferenceBox[] }[];
  readonly frequency: FrequencyPreference;
  /** Null too where the link opens no data. */
  readonly firstName: string | null;
  /** Month and day, from 1; as the first name. */
  readonly birthday: Birthday | null;
  readonly mayTrack: boolean;
  readonly mayProfile: boolean;
  /** STOP came from the number: carriers let nothing through until START comes. */
  readonly textsStopped: boolean;
  /** The message went to the address that the person has now. Else somebody else may hold it: they may turn off, and do nothing more. */
  readonly isOwnAddress: boolean;
  /** Old links change what is sent; they neither show nor delete data: a mail may have been passed on. */
  readonly opensData: boolean;
}

/** What the person asks for. */
export interface Wishes {
  /** `nothing`: no marketing at all, on no channel. */
  readonly boxes: readonly Preference[] | 'nothing';
  /** Null: as it is. */
  readonly frequency: FrequencyLevel | null;
  /** Traits to set; null takes one away. Absent: as it is. */
  readonly traits: Readonly<Record<string, unknown>>;
}

/** What shows that the person asked for it. */
export interface PreferenceProof {
  readonly text: (preference: Preference) => string;
  readonly locale: string;
  readonly sourceUrl: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** The words by which the preference centre's acts are known in the ledger. */
const preferenceMethod = 'preference-centre';

/** So long a link opens the data that is kept of a person. */
const dataLinkMs = 30 * day;

/** Null: no such message, or the person was erased. */
export async function showPreferences(
  deps: Pick<AppDeps, 'store' | 'clock' | 'policies' | 'secret' | 'shop'>,
  messageId: string,
): Promise<Preferences | null> {
  const { db } = deps.store;
  const now = deps.clock.now();
  const recipient = await readMessageRecipient(db, messageId);
  const id = recipient === null ? null : await findCanonicalProfile(db, recipient.profileId);
  const [profile, message] = [id === null ? null : await readProfile(db, id), await readMessage(db, messageId)];
  if (profile === null || profile.erasedAt !== null) return null;
  const records = await heldToAddresses(deps, db, profile, await readConsents(db, profile.id));
  const suppressions = await readSuppressions(db, suppressionKeys(deps.secret, profile));
  const { topics, engagement } = deps.policies.current();
  const seldom = (await showEngagement(deps, profile.id))?.topics.filter(({ multiplier }) => multiplier < 1) ?? [];
  const isOwnAddress = recipient !== null && isAddressOf(profile, recipient);
  // The message came over one of them, whatever the profile says by now; who may be somebody else speaks for that one only.
  const reachable = channels.filter((channel) => channel === recipient?.channel || (isOwnAddress && addressOf(profile, channel) !== null));
  const opensData = isOwnAddress && message !== null && now - message.createdAt <= dataLinkMs;
  return {
    profileId: profile.id,
    locale: localeOf(profile.traits),
    channels: reachable,
    topics: offered(topics).map((topic) => ({
      topic,
      boxes: reachable
        .filter((channel) => topic.channels.includes(channel))
        .map((channel) => {
          const box = boxOf(records, { channel, topic: topic.id }, now, topics);
          return { ...box, isSeldom: box.wanted && seldom.some((one) => one.channel === channel && one.topic === topic.id) };
        }),
    })),
    frequency: chosenFrequency(profile.traits, now),
    firstName: opensData ? nameOf(profile.traits['firstName']) : null,
    birthday: opensData ? birthdayOf(profile.traits['birthday']) : null,
    mayTrack: mayTrack(engagement.tracking, profile, deps.shop),
    mayProfile: mayProfile(profile.traits),
    textsStopped: suppressions.some(({ channel, reason }) => channelKind(channel).stopsBy === 'word' && reason === 'stopped'),
    isOwnAddress,
    opensData,
  };
}

/** What people may choose, `marketing` first: refusing it takes the others with it. */
function offered({ topics }: TopicPolicy): readonly Topic[] {
  return topics.filter(({ isOffered }) => isOffered).toSorted((a, b) => Number(b.id === 'marketing') - Number(a.id === 'marketing'));
}

function boxOf(
  records: readonly ConsentRecord[],
  { channel, topic }: Pick<Preference, 'channel' | 'topic'>,
  at: Instant,
  topics: TopicPolicy,
): Omit<PreferenceBox, 'isSeldom'> {
  const granted = hasConsent(records, channel, topic, at, topics);
  const isPending = !granted && openRequests(records).some((record) => record.channel === channel && record.topic === topic);
  return { channel, topic, wanted: granted || isPending, isPending };
}

/**
 * Records the differences from the present state: acts of consent, and traits. A person who changes nothing and presses Save had enough of
 * us, but found nothing to turn off: that counts as fatigue. From a link to an address that is not the person's (any more), only switching
 * off counts. Null: no such message, or the person was erased.
 */
export async function savePreferences(
  deps: Pick<AppDeps, 'store' | 'clock' | 'newId' | 'notifyRelay' | 'policies' | 'secret' | 'shop' | 'segments'>,
  messageId: string,
  said: Wishes,
  proof: PreferenceProof,
): Promise<'saved' | 'unchanged' | null> {
  const result = await deps.store.transaction(async (trx) => {
    const recipient = await readMessageRecipient(trx, messageId);
    if (recipient === null) return null;
    const { profiles, canonical } = await lockCanonical(trx, await findConcerned(trx, recipient));
    const profile = profiles.find(({ id }) => id === canonical.get(recipient.profileId as ProfileId));
    const isErased = profile === undefined || (await readProfile(trx, profile.id))?.erasedAt !== null;
    if (isErased) return null;

    // One act has one instant: with a later one the refusal of the address would stand over what stays ticked.
    const now = deps.clock.now();
    const eventId = `preferences/${deps.newId()}`;
    const isOwnAddress = isAddressOf(profile, recipient);
    const wishes = isOwnAddress ? said : onlyOff(said);
    const others = profiles.filter((one) => one.id !== profile.id && isAddressOf(one, recipient));
    const asked = { profile, others, recipient, isOwnAddress, messageId, wishes, proof };
    const { acts, refused } = await actsOf(deps, trx, asked, now);
    await writeConsentActs(deps, trx, acts, { eventId, now });
    await keepRefusal(deps, trx, refused, { method: preferenceMethod, at: now });
    const traits = await writeTraits(deps, trx, profile, wishes, { eventId, now });
    if (acts.some(({ given }) => given.length > 0) || traits.length > 0) return 'saved' as const;
    if (isOwnAddress) await writeFatigue(trx, profile, now);
    return 'unchanged' as const;
  });
  if (result === 'saved') deps.notifyRelay();
  return result;
}

/**
 * The people for whom a link of this message may act: its person, and everyone with the address that it went to. Never other addresses of
 * the person.
 */
async function findConcerned(trx: Trx, recipient: UsedAddress & { readonly profileId: string }): Promise<readonly ProfileId[]> {
  return [recipient.profileId as ProfileId, ...(await findHolders(trx, recipient))];
}

/** Of traits what ends tracking or profiling; the boxes are read again when it is known what holds. */
function onlyOff({ boxes, traits }: Wishes): Wishes {
  const off = ['tracking_allowed', 'profiling_allowed'].filter((name) => traits[name] === false);
  return { boxes, frequency: null, traits: Object.fromEntries(off.map((name) => [name, false])) };
}

/** What was asked for, by whom and how. */
interface Asked {
  readonly profile: Profile;
  /** Other people with the address that received the link. */
  readonly others: readonly Profile[];
  readonly recipient: UsedAddress;
  readonly isOwnAddress: boolean;
  readonly messageId: string;
  readonly wishes: Wishes;
  readonly proof: PreferenceProof;
}

/** The acts of the person, and what they refuse for others with their address; `refused`: channels on which that is all marketing. */
async function actsOf(
  deps: Pick<AppDeps, 'policies' | 'secret' | 'shop'>,
  trx: Trx,
  asked: Asked,
  now: Instant,
): Promise<{
  readonly acts: readonly { readonly profileId: ProfileId; readonly given: readonly ConsentGiven[] }[];
  readonly refused: readonly UsedAddress[];
}> {
  const { profile, others, recipient, isOwnAddress } = asked;
  const { boxes } = asked.wishes;
  const { topics } = deps.policies.current();
  const given = (person: Profile, changes: readonly Change[], standing: readonly ConsentRecord[]) =>
    changes.map((change) => admitted(asked, change, standing, now, { topics, whose: { person, shop: deps.shop } }));

  const own = await readConsents(trx, profile.id);
  const held = await heldToAddresses(deps, trx, profile, own);
  const changes =
    boxes === 'nothing' ? channels.flatMap((channel) => refusalsOf(own, channel, now, topics)) : changesOf(held, boxes, now, topics);
  const heard = isOwnAddress ? changes : changes.filter((change) => change.state === 'withdrawn' && change.channel === recipient.channel);
  const { channel } = recipient;
  const isRefused =
    boxes === 'nothing' ||
    heard.some((change) => change.channel === channel && change.topic === 'marketing' && change.state === 'withdrawn');
  const acts = [{ profileId: profile.id, given: given(profile, heard, held) }];
  for (const other of others) {
    const records = await readConsents(trx, other.id);
    const standing = await heldToAddresses(deps, trx, other, records);
    const broad = isRefused ? refusalsOf(records, channel, now, topics) : [];
    const along = boxes === 'nothing' ? broad : [...broad, ...followed(standing, broad, boxes, channel, now, topics)];
    acts.push({ profileId: other.id, given: given(other, along, standing) });
  }
  return { acts, refused: isRefused ? [recipient] : [] };
}

/** For another profile with the address what is unticked goes, and what is ticked stays as it is: nothing is granted that was not. */
function followed(
  standing: readonly ConsentRecord[],
  broad: readonly Change[],
  boxes: readonly Preference[],
  channel: Channel,
  now: Instant,
  topics: TopicPolicy,
): readonly Change[] {
  const wanted = boxes
    .filter((box) => box.channel === channel)
    .map(({ topic, wanted }) => ({ channel, topic, wanted: wanted && boxOf(standing, { channel, topic }, now, topics).wanted }));
  return changesOf([...standing, ...broad.map((change) => ({ ...change, method: preferenceMethod, source: '' }))], wanted, now, topics);
}

async function heldToAddresses(
  { secret }: Pick<AppDeps, 'secret'>,
  trx: Db | Trx,
  profile: Addressed,
  records: readonly ConsentRecord[],
): Promise<readonly ConsentRecord[]> {
  return heldTo(records, await readUnsubscribes(trx, unsubscribeKeys(secret, profile)));
}

/**
 * The act as it counts. The channel of the link proves a yes; on another channel it waits for its confirmation, because the owner of the
 * number or address there has not said anything yet. An unchanged consent needs no second proof.
 */
function admitted(
  asked: Asked,
  change: Change,
  standing: readonly ConsentRecord[],
  now: Instant,
  by: { readonly topics: TopicPolicy; readonly whose: Consenting },
): ConsentGiven {
  const act = proved(asked, change, now);
  if (change.state !== 'granted') return act;
  if (hasConsent(standing, change.channel, change.topic, now, by.topics)) return act;
  return admitConsent({ ...act, asksForDoubleOptIn: change.channel !== asked.recipient.channel }, by.topics, 'live', by.whose);
}

function proved({ recipient, messageId, proof }: Asked, change: Change, now: Instant): ConsentGiven {
  const isYes = change.state === 'granted';
  const { text, ip, userAgent, ...page } = proof;
  return {
    ...change,
    ...page,
    method: preferenceMethod,
    source: `message/${messageId}`,
    text: text({ channel: change.channel, topic: change.topic, wanted: isYes }),
    ...(isYes ? { ip, userAgent } : {}),
    // The link came over this very channel, to the address that the person has.
    confirmedAt: isYes && change.channel === recipient.channel ? now : null,
  };
}

type Change = Pick<ConsentGiven, 'channel' | 'topic' | 'state' | 'at'>;

/**
 * The acts that make these wishes true. A refusal of all marketing covers every topic, so a topic that stays ticked is granted again a
 * millisecond later: at the same instant the refusal would win. A topic that STOP stopped and that is not ticked here is refused by the
 * person from now on, so that START does not restore it.
 */
export function changesOf(
  records: readonly ConsentRecord[],
  wanted: readonly Preference[],
  now: Instant,
  topics: TopicPolicy,
): readonly Change[] {
  const known = [...records];
  const changes: Change[] = [];
  let at = afterAll(records, now);
  for (const { id: topic } of offered(topics)) {
    for (const preference of wanted) {
      const { channel } = preference;
      if (preference.topic !== topic) continue;
      const stands = boxOf(known, preference, at, topics).wanted === preference.wanted;
      const mustSay = preference.wanted ? preference.isInsisted === true : startWouldBring(known, channel, topic);
      if (stands && !mustSay) continue;
      const change = { channel, topic, state: preference.wanted ? ('granted' as const) : ('withdrawn' as const), at };
      changes.push(change);
      known.push({ ...change, method: preferenceMethod, source: '' });
    }
    at += 1;
  }
  return changes;
}

function startWouldBring(records: readonly ConsentRecord[], channel: Channel, topic: string): boolean {
  const newest = newestByTopic(records, channel).get(topic);
  return newest !== undefined && isTakenByStop(newest);
}

async function writeTraits(
  deps: Pick<AppDeps, 'clock' | 'newId' | 'policies' | 'segments'>,
  trx: Trx,
  profile: Profile,
  { traits, frequency }: Wishes,
  { eventId, now }: { readonly eventId: string; readonly now: Instant },
): Promise<readonly string[]> {
  const at = Math.max(now, profile.lastInstant);
  const chosen = chosenFrequency(profile.traits, at);
  const isOther = frequency !== null && frequency !== chosen.level;
  const said = {
    ...traits,
    ...(isOther ? { [frequencyTrait]: { level: frequency, until: frequency === 'pause' ? at + pauseMs : null } } : {}),
  };
  const { changed, isFull: _isFull, ...merged } = mergeTraits(profile, said, at);
  if (changed.length === 0) return [];
  const fact = { name: 'profile.updated' as const, profileId: profile.id, at, eventId, properties: { changed } };
  await tellFacts(trx, deps, {
    facts: [{ fact, trigger: true }],
    people: [{ id: profile.id, lastInstant: at, person: { ...profile, ...merged, updatedAt: at } }],
  });
  return changed;
}

async function writeFatigue(trx: Trx, profile: Profile, now: Instant): Promise<void> {
  const engagement = recordFatigue(profile.engagement, 'looked-and-left', now);
  await writeTogether(trx, { engagement: writeEngagement(profile.id, engagement) });
}
