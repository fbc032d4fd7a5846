import type { KeptCart } from '../../domain/carts/cart-book.js';
import type { Tier } from '../../domain/engagement/engagement-tier.js';
import type { Fact } from '../../domain/events/fact.js';
import { cartIn } from '../../domain/events/subject.js';
import type { Verdict } from '../../domain/gate/verdict.js';
import type { Channel } from '../../domain/messages/channel.js';
import type { LiveOffer } from '../../domain/offers/offer.js';
import type { KeptOrder } from '../../domain/orders/kept-order.js';
import type { RfmBounds } from '../../domain/orders/rfm.js';
import type { KnownIdentity } from '../../domain/people/identity.js';
import type { Profile } from '../../domain/people/profile.js';
import type { ServiceRecord } from '../../domain/service/service-record.js';
import type { Instant } from '../../domain/time/instant.js';
import type { CartId, EntryId, MessageId, ProfileId } from '../../domain/values/ids.js';
import type { RunningBroadcast } from '../../journey/broadcast.js';
import type { JourneyDefinition } from '../../journey/definition.js';
import type { Awaiting, EntryInput, EntryState, TraceLine } from '../../journey/entry.js';
import type { LiveExperiment } from '../../journey/experiment.js';
import type { LiveJourney } from '../../matching/triggers.js';
import type { ConsentAct } from '../../projection/rows.js';
import type { ReadyContent } from '../../turn/content.js';
import type { MessageStanding, NewMessage } from '../../turn/effects.js';
import type { TurnEntry, TurnMessage } from '../../turn/world.js';
import { DueQueue } from './due-queue.js';
import { MemberBook } from './member-book.js';
import { Log, Rows } from './rows.js';

/** An entry as its row in the store would stand. `isPoked`: somebody is to look at it at once. */
/** Of an entry that was only now made. */
export const justMade = {
  outcome: null,
  outcomeReason: null,
  enteredAt: null,
  finishedAt: null,
  isPoked: false,
} as const satisfies Partial<MemoryEntry>;

export interface MemoryEntry extends Omit<TurnEntry, 'definitionHash' | 'journeyState' | 'version' | 'data'> {
  readonly data: EntryState;
  readonly version: number | null;
  readonly outcomeReason: string | null;
  readonly finishedAt: Instant | null;
  readonly isPoked: boolean;
}

export interface MemoryMessage extends NewMessage, Omit<MessageStanding, 'at'> {
  readonly leaseReal: number | null;
  readonly attempts: TurnMessage['attempts'];
  readonly receipts: readonly string[];
  /** As it left last; null: it never did. */
  readonly content: ReadyContent | null;
  readonly submittedAt: Instant | null;
  readonly acceptedAt: Instant | null;
  readonly updatedAt: Instant;
}

export interface MemoryVerdict {
  readonly messageId: MessageId;
  readonly at: Instant;
  readonly verdict: Verdict;
  /** Whose messages had the room, where there was none. */
  readonly roomOf: readonly MessageId[];
}

export interface MemoryInput {
  readonly seq: number;
  readonly entryId: EntryId;
  readonly input: EntryInput;
}

/** A journey that runs. `isInternal`: of a shop's own message or of a broadcast; no event starts it. */
export interface MemoryJourney extends LiveJourney {
  readonly version: number;
  readonly pausedAt: Instant | null;
  readonly isInternal?: boolean;
}

export interface MemoryBroadcast extends RunningBroadcast {
  readonly recipients: readonly ProfileId[];
  /** How many of them have been looked at. */
  readonly enrolled: number;
}

/** Of a row of `waits`. */
export type MemoryWait = Awaiting & { readonly entryId: EntryId; readonly value: string };

/** A row of a table that has no rule of its own in memory. */
export interface KeptRow {
  readonly table: string;
  readonly profileId: ProfileId;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What the simulator alone knows of a person, and no event tells. */
export interface Told {
  readonly tier?: Tier;
  readonly unreachable: Readonly<Partial<Record<Channel, string>>>;
  /** The arm that they are to get, by experiment. */
  readonly arms?: Readonly<Record<string, string>>;
}

/** A store in memory: what happened, and how things stand. It has no rule of its own. */
export class Tables {
  readonly journeys = new Map<string, MemoryJourney>();
  /** What an entry that is pinned to a version runs by, by journey and version; absent: by the journey as it is live. */
  readonly versions = new Map<string, JourneyDefinition>();
  readonly profiles = new Rows<ProfileId, Profile, 'address'>({ address: addressesOf });
  /** Whose rows went over to whom. */
  readonly mergedInto = new Map<ProfileId, ProfileId>();
  readonly told = new Map<ProfileId, Told>();
  readonly identities = new Rows<string, KnownIdentity, 'profile'>({ profile: ({ profileId }) => [profileId] });
  readonly events = new Set<string>();
  readonly carts = new Rows<CartId, KeptCart, 'profile' | 'token'>({
    profile: ({ profileId }) => [profileId],
    token: ({ tokens }) => tokens,
  });
  readonly orders = new Rows<string, KeptOrder, 'profile' | 'cart'>({
    profile: ({ profileId }) => [profileId],
    cart: ({ cartId }) => [cartId],
  });
  /** Tickets, feedback and reviews, by `recordKey`. */
  readonly serviceRecords = new Rows<string, ServiceRecord, 'profile'>({ profile: ({ profileId }) => [profileId] });
  readonly consents = new Log<ConsentAct, 'profile'>({ profile: ({ profileId }) => [profileId] });
  readonly facts = new Log<Fact, 'profile' | 'cart'>({
    profile: ({ profileId }) => [profileId],
    cart: ({ about = [] }) => [cartIn(about)],
  });
  readonly entries = new Rows<EntryId, MemoryEntry, 'profile' | 'live' | 'poked'>({
    profile: ({ profileId }) => [profileId],
    live: ({ state, journeyId, profileId, about }) => (state === 'finished' ? [] : [true, journeyId, profileId, cartIn(about)]),
    poked: ({ isPoked }) => (isPoked ? [true] : []),
  });
  readonly due = new DueQueue();
  readonly messages = new Rows<MessageId, MemoryMessage, 'profile' | 'entry' | 'addressHash'>({
    profile: ({ profileId }) => [profileId],
    entry: ({ entryId }) => [entryId],
    addressHash: ({ addressHash }) => [addressHash ?? null],
  });
  readonly verdicts = new Log<MemoryVerdict, 'message'>({ message: ({ messageId }) => [messageId] });
  readonly trace: { readonly entryId: EntryId; readonly line: TraceLine }[] = [];
  /** Texts that began to leave, the newest last. */
  readonly texts: { readonly country: string; readonly id: MessageId; readonly at: Instant }[] = [];
  readonly inputs = new Rows<number, MemoryInput, 'entry'>({ entry: ({ entryId }) => [entryId] });
  readonly waits = new Log<MemoryWait, 'entry' | 'value'>({ entry: ({ entryId }) => [entryId], value: ({ value }) => [value] });
  /** What steps had written and knowledge reads: rows of people, each of a table that is named. A merge takes them along. */
  readonly kept = new Log<KeptRow, 'profile'>({ profile: ({ profileId }) => [profileId] });
  /** Those in force, by id. */
  readonly experiments = new Map<string, LiveExperiment>();
  /** Those in force, by id; and those whose imported codes are used up. */
  readonly offers = new Map<string, LiveOffer>();
  readonly emptyOffers = new Set<string>();
  /** By which id a person is drawn: in a replay by their real one. */
  drawnAs: (id: ProfileId) => string = (id) => id;
  readonly broadcasts = new Map<string, MemoryBroadcast>();
  /** By channel and address. */
  readonly suppressions = new Map<string, string>();
  readonly unsubscribes = new Map<string, Instant>();
  readonly segments = new MemberBook();
  /** It is of everybody; null: not known here. */
  readonly rfm: RfmBounds | null = null;
  /** Since when each pause is in force, by its key. */
  readonly pauses = new Map<string, Instant>();
  #seq = 0;

  entry(id: EntryId): MemoryEntry {
    const entry = this.entries.get(id);
    if (entry === undefined) throw new Error(`There is no entry ${id}.`);
    return entry;
  }

  addEntry(entry: MemoryEntry): void {
    this.entries.set(entry.id, entry);
    if (entry.dueAt !== null) this.due.add(entry.dueAt, entry.id);
  }

  changeEntry(id: EntryId, change: Partial<MemoryEntry>): void {
    const before = this.entry(id);
    const after = { ...before, ...change };
    // What was held is out of the queue by now.
    const isSame = after.dueAt === before.dueAt && before.activity !== 'held';
    if (isSame) this.entries.set(id, after);
    else this.addEntry(after);
  }

  changeMessage(id: MessageId, change: Partial<MemoryMessage>): void {
    const message = this.messages.get(id);
    if (message !== undefined) this.messages.set(id, { ...message, ...change });
  }

  /** No turn of the person's decides at an instant before this one. */
  movePerson(id: ProfileId, at: Instant): void {
    const profile = this.profiles.get(id);
    if (profile !== undefined && profile.lastInstant < at) this.profiles.set(id, { ...profile, lastInstant: at });
  }

  /** The person's rows of a table of `kept`, the oldest first: who reads a table says what stands in it. */
  keptOf<Row>(table: string, profileId: ProfileId): readonly Row[] {
    return this.kept.where('profile', profileId).flatMap((row) => (row.table === table ? [row.values as unknown as Row] : []));
  }

  /** Keeps a row, unless the person has one that says the same under these names: a repeat changes nothing. */
  keepOnce(row: KeptRow, ...names: readonly string[]): void {
    const known = this.keptOf<KeptRow['values']>(row.table, row.profileId);
    if (!known.some((one) => names.every((name) => one[name] === row.values[name]))) this.kept.push(row);
  }

  /** Changes the person's rows of a table of `kept`. */
  changeKept(table: string, profileId: ProfileId, change: (values: KeptRow['values']) => KeptRow['values']): void {
    this.kept.change(this.kept.idsWhere('profile', profileId), (row) =>
      row.table === table ? { ...row, values: change(row.values) } : row,
    );
  }

  giveInput(entryId: EntryId, input: EntryInput): void {
    this.#seq += 1;
    this.inputs.set(this.#seq, { seq: this.#seq, entryId, input });
  }

  tell(entryId: EntryId, lines: readonly TraceLine[]): void {
    this.trace.push(...lines.map((line) => ({ entryId, line })));
  }
}

/** Under which key an address is kept. */
export function addressKey(channel: Channel, normalised: string): string {
  return `${channel}:${normalised}`;
}

export function versionKey(journeyId: string, version: number): string {
  return `${journeyId}@${version}`;
}

function addressesOf({ email, phone }: Profile): readonly string[] {
  return [...(email === null ? [] : [email.toLowerCase()]), ...(phone === null ? [] : [phone])];
}
