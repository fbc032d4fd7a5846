import type { KeptCart } from '../../domain/cart-book.js';
import type { Channel } from '../../domain/channel.js';
import type { Tier } from '../../domain/engagement-tier.js';
import type { Fact } from '../../domain/fact.js';
import type { CartId, EntryId, MessageId, ProfileId } from '../../domain/ids.js';
import type { KnownIdentity } from '../../domain/identity.js';
import type { Instant } from '../../domain/instant.js';
import type { Profile } from '../../domain/profile.js';
import type { Verdict } from '../../domain/verdict.js';
import type { Awaiting, EntryInput, EntryState, TraceLine } from '../../journey/entry.js';
import type { LiveJourney } from '../../matching/triggers.js';
import type { ConsentAct } from '../../projection/rows.js';
import type { ReadyContent } from '../../turn/content.js';
import type { MessageStanding, NewMessage } from '../../turn/effects.js';
import type { TurnEntry, TurnMessage } from '../../turn/world.js';

/** An entry as its row in the store would stand. `isPoked`: somebody is to look at it at once. */
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
}

/** Of a row of `waits`. */
export type MemoryWait = Awaiting & { readonly entryId: EntryId; readonly value: string };

/** What the simulator alone knows of a person, and no event tells. */
export interface Told {
  readonly tier?: Tier;
  readonly unreachable: Readonly<Partial<Record<Channel, string>>>;
}

/** A store in memory: what happened, and how things stand. It has no rule of its own. */
export class Tables {
  readonly journeys = new Map<string, LiveJourney & { readonly version: number; readonly pausedAt: Instant | null }>();
  readonly profiles = new Map<ProfileId, Profile>();
  readonly told = new Map<ProfileId, Told>();
  readonly identities = new Map<string, KnownIdentity>();
  readonly events = new Set<string>();
  readonly carts = new Map<CartId, KeptCart>();
  readonly consents: ConsentAct[] = [];
  readonly facts: Fact[] = [];
  readonly entries = new Map<EntryId, MemoryEntry>();
  readonly messages = new Map<MessageId, MemoryMessage>();
  readonly verdicts: MemoryVerdict[] = [];
  readonly trace: { readonly entryId: EntryId; readonly line: TraceLine }[] = [];
  readonly inputs: { readonly seq: number; readonly entryId: EntryId; readonly input: EntryInput }[] = [];
  readonly waits: MemoryWait[] = [];
  /** By channel and address. */
  readonly suppressions = new Map<string, string>();
  readonly unsubscribes = new Map<string, Instant>();
  /** Since when each pause is in force, by its key. */
  readonly pauses = new Map<string, Instant>();
  #seq = 0;

  entry(id: EntryId): MemoryEntry {
    const entry = this.entries.get(id);
    if (entry === undefined) throw new Error(`There is no entry ${id}.`);
    return entry;
  }

  changeEntry(id: EntryId, change: Partial<MemoryEntry>): void {
    this.entries.set(id, { ...this.entry(id), ...change });
  }

  changeMessage(id: MessageId, change: Partial<MemoryMessage>): void {
    const message = this.messages.get(id);
    if (message !== undefined) this.messages.set(id, { ...message, ...change });
  }

  giveInput(entryId: EntryId, input: EntryInput): void {
    this.#seq += 1;
    this.inputs.push({ seq: this.#seq, entryId, input });
  }

  tell(entryId: EntryId, lines: readonly TraceLine[]): void {
    this.trace.push(...lines.map((line) => ({ entryId, line })));
  }

  /** Changes or drops rows of a list. */
  rewrite<Row>(rows: Row[], change: (row: Row) => Row | null): void {
    rows.splice(0, rows.length, ...rows.flatMap((row) => change(row) ?? []));
  }

  messagesOf(profileId: ProfileId): readonly MemoryMessage[] {
    return [...this.messages.values()].filter((message) => message.profileId === profileId);
  }
}

/** Under which key an address is kept. */
export function addressKey(channel: Channel, normalised: string): string {
  return `${channel}:${normalised}`;
}
