import type { Cart } from '../domain/carts/cart.js';
import type { ConsentRecord } from '../domain/consent/consent.js';
import type { Tier } from '../domain/engagement/engagement-tier.js';
import type { EngagementFacts } from '../domain/engagement/facts.js';
import type { EngagementState } from '../domain/engagement/state.js';
import type { About } from '../domain/events/subject.js';
import type { Hold } from '../domain/holds/hold.js';
import type { Secrets } from '../domain/keys/secrets.js';
import type { Channel, MessageClass } from '../domain/messages/channel.js';
import type { MessageState } from '../domain/messages/message.js';
import type { Policies } from '../domain/policy/policies.js';
import type { Shop } from '../domain/shop/shop.js';
import type { Instant } from '../domain/time/instant.js';
import type { EntryId, JourneyId, MessageId, ProfileId, StepId } from '../domain/values/ids.js';
import type { JourneyDefinition } from '../journey/definition.js';
import type { EntryInput, EntryState } from '../journey/entry.js';
import type { Known } from '../journey/knowledge.js';
import type { Pauses } from './pauses.js';

/** All that a turn may know, as one value: read under the locks by the store, kept in memory by the simulator. */
export interface TurnWorld extends TurnRows {
  readonly definition: JourneyDefinition;
  readonly facts: TurnFacts;
  readonly pauses: Pauses;
  /** The service instant of the turn: never before what the person has already seen. */
  readonly at: Instant;
  /** Service milliseconds in a real millisecond. */
  readonly rate: number;
  readonly policies: Policies;
  readonly shop: Pick<Shop, 'timeZone' | 'country' | 'currency' | 'texts'>;
  /** Keys of the ids of messages. */
  readonly secret: Secrets;
}

/** An entry with the version that counts for it, whom it is about, and their cart. */
export interface TurnRows {
  readonly entry: TurnEntry;
  readonly profile: TurnProfile;
  readonly cart: Cart | null;
}

/** Where an entry is in its life. */
export type EntryLife = 'armed' | 'open' | 'finished';
/** What an entry does while it lives. */
export type EntryActivity = 'ready' | 'waiting' | 'queued' | 'submitting' | 'held' | 'done';

/** The entry as a turn reads it. */
export interface TurnEntry {
  readonly id: EntryId;
  readonly journeyId: JourneyId;
  /** The pinned version; for an armed entry the one that is live now. */
  readonly version: number;
  readonly definitionHash: string;
  readonly journeyState: 'active' | 'paused' | 'archived';
  readonly profileId: ProfileId;
  readonly entryKey: string;
  readonly about: About;
  readonly state: EntryLife;
  readonly activity: EntryActivity;
  readonly data: EntryState;
  readonly instruction: Readonly<Record<string, unknown>>;
  readonly dueAt: Instant | null;
  readonly outcome: string | null;
  readonly createdAt: Instant;
  readonly enteredAt: Instant | null;
}

export interface TurnProfile {
  readonly id: ProfileId;
  readonly traits: Readonly<Record<string, unknown>>;
  readonly email: string | null;
  readonly phone: string | null;
  readonly lastInstant: Instant;
  readonly engagement: EngagementState;
}

/** A message of the profile, with its attempts and receipts: what caps, conditions and the fold of attempts read. */
export interface TurnMessage {
  readonly id: MessageId;
  /**
   * Of somebody else, to an address that the person shares: it counts, and is nobody's here to take back. Absent: it is the person's own.
   */
  readonly isOfAnother?: boolean;
  readonly entryId: EntryId | null;
  readonly entryKey: string | null;
  /** When its entry ended, by itself or because another went on in its place; null: it goes on. */
  readonly entryEndedAt: Instant | null;
  readonly journeyId: JourneyId | null;
  readonly step: StepId | null;
  readonly visit: number | null;
  readonly channel: Channel;
  readonly class: MessageClass;
  readonly topic: string;
  readonly priority: number;
  /** What its step says of caps; null: as its class does. */
  readonly countsTowardCap: boolean | null;
  readonly state: MessageState;
  readonly reason: string | null;
  readonly slotAt: Instant;
  readonly deadlineAt: Instant;
  readonly leaseReal: number | null;
  readonly attempts: readonly {
    readonly n: number;
    readonly outcome: 'accepted' | 'not-sent' | 'unknown' | null;
    readonly providerId: string | null;
  }[];
  /** Words of providers, and `opened` and `clicked` where a person did. */
  readonly receipts: readonly string[];
  /** It is reserved, and an attempt before may have reached the provider, at this instant. Null: it did not. */
  readonly mayHaveLeftAt: Instant | null;
  readonly lookFailures: number;
}

/** What is known of the person and the entry beside their rows. */
export interface TurnFacts {
  readonly inputs: readonly { readonly seq: number; readonly input: EntryInput }[];
  /** What the journey asks about the person, by its source. */
  readonly known: Known;
  readonly consents: readonly ConsentRecord[];
  readonly messages: readonly TurnMessage[];
  /** Why marketing to them waits. Those that somebody ended, or that ended by their time, are not among them. */
  readonly holds: readonly Hold[];
  readonly suppressions: Readonly<Partial<Record<Channel, string>>>;
  /** Since when marketing to the address of a channel is refused, for everyone who has it. */
  readonly unsubscribedAt: Readonly<Partial<Record<Channel, Instant>>>;
  readonly userId: string | null;
  /** When somebody who has an address of the person's ordered last, since the entry was made; null: nobody did. */
  readonly inboxOrderAt: Instant | null;
  readonly textedBefore: boolean;
  /** Texts that began to leave for the country of the person's number within the hour before, as far as the shop's budget. */
  readonly textsInHour: number;
  readonly lastEnteredAt: Instant | null;
  /** The same of entries with the key of this one. */
  readonly lastOfKeyAt: Instant | null;
  readonly openOthers: number;
  /** What came of the person's messages, for tier, interest and fatigue. */
  readonly history: Pick<EngagementFacts, 'unengagedSends' | 'winBacks' | 'topics'>;
  /** The tier itself, said by a scenario. */
  readonly toldTier?: Tier | undefined;
  /** The database's real clock. */
  readonly realNow: number;
}
