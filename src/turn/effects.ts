// All that a turn may do to the world. To add an effect: its shape here, a writer in `src/store/effects.ts`, one in
// `src/simulator/memory/effects.ts`.
// The compiler asks for both.

import type { ToldByStep } from '../domain/events/own-event.js';
import type { About } from '../domain/events/subject.js';
import type { Displaced, Verdict } from '../domain/gate/verdict.js';
import type { Channel, MessageClass } from '../domain/messages/channel.js';
import type { AttemptOutcome, MessageState } from '../domain/messages/message.js';
import type { Instant } from '../domain/time/instant.js';
import type { EntryId, JourneyId, MessageId, ProfileId, StepId } from '../domain/values/ids.js';
import type { StepEffect } from '../journey/definition.js';
import type { Awaiting, EntryOutcome, EntryState, TraceLine } from '../journey/entry.js';
import type { ReadyContent } from './content.js';
import type { EntryActivity, EntryLife } from './world.js';

/** A message when the gate first speaks of it. The id derives from entry, step and visit, so a repeat meets the same row. */
export interface NewMessage {
  readonly id: MessageId;
  readonly origin: 'journey' | 'test' | 'api' | 'broadcast';
  readonly entryId: EntryId | null;
  readonly journeyId: JourneyId | null;
  readonly version: number | null;
  readonly step: StepId | null;
  readonly visit: number | null;
  readonly profileId: ProfileId;
  readonly channel: Channel;
  readonly class: MessageClass;
  readonly topic: string;
  readonly priority: number;
  /** What its step says of caps. Absent: as its class does. */
  readonly countsTowardCap?: boolean | undefined;
  readonly template: string;
  readonly deadlineAt: Instant;
  /** The keyed hash of the address that it is for, as it is now; null: there is none. Absent: not known. */
  readonly addressHash?: string | null;
  /** ISO 3166, of the number of a text that leaves. Absent: not known, or no text. */
  readonly country?: string;
  /** Who runs the mailbox, as a name; null on other channels. Absent: not known before it leaves. */
  readonly mailboxProvider?: string | null;
}

/** Where a message stands after a verdict. */
export interface MessageStanding {
  readonly state: MessageState;
  readonly reason: string | null;
  readonly slotAt: Instant;
  readonly at: Instant;
}

/**
 * When somebody is to look at an entry should its workflow not come: so long after a service instant, or in so many real milliseconds;
 * null: never.
 */
export type Poke =
  | { readonly kind: 'after'; readonly at: Instant; readonly graceMs: number }
  | { readonly kind: 'in'; readonly ms: number }
  | null;

/** How an entry stands after a turn. */
export interface EntryAfterTurn {
  readonly id: EntryId;
  /** Unchanged. */
  readonly about: About;
  readonly version: number | null;
  readonly state: EntryLife;
  readonly activity: EntryActivity;
  readonly data: EntryState;
  readonly instruction: Readonly<Record<string, unknown>>;
  readonly dueAt: Instant | null;
  readonly outcome: EntryOutcome | null;
  readonly outcomeReason: string | null;
  readonly enteredAt: Instant | null;
  readonly finishedAt: Instant | null;
  readonly poke: Poke;
}

export type Effect =
  /** The inputs with these numbers are seen. */
  | { readonly kind: 'consume'; readonly seqs: readonly number[]; readonly at: Instant }
  /** The message with its standing; a later one on the same message changes only where it stands. */
  | { readonly kind: 'message'; readonly message: NewMessage; readonly standing: MessageStanding }
  /** The message begins to leave: state `submitting`, and an attempt with its lease. */
  | { readonly kind: 'attempt'; readonly message: NewMessage; readonly n: number; readonly content: ReadyContent; readonly at: Instant }
  /** What an attempt came to. A late answer never overwrites a better one. */
  | { readonly kind: 'outcome'; readonly messageId: MessageId; readonly n: number; readonly outcome: AttemptOutcome; readonly at: Instant }
  /** The message after its attempts were folded. What a receipt said before stands. `slotAt`, `providerId` null: as they are. */
  | {
      readonly kind: 'settle';
      readonly id: MessageId;
      readonly state: MessageState;
      readonly reason: string | null;
      readonly slotAt: Instant | null;
      readonly providerId: string | null;
      readonly at: Instant;
    }
  /** `roomOf`: whose messages have the room, where a cap had none for this one. Absent: it is not about room. */
  | {
      readonly kind: 'verdict';
      readonly messageId: MessageId;
      readonly channel: Channel;
      readonly verdict: Verdict;
      readonly at: Instant;
      readonly roomOf?: readonly MessageId[];
    }
  /** Other messages of the person lose their promised slots: each is released, told in its entry's story, and its entry looks again. */
  | { readonly kind: 'displace'; readonly messages: readonly DisplacedMessage[]; readonly verdict: Displaced; readonly at: Instant }
  /** A provider said that nothing more is to go to this address, should it still be the person's. */
  | {
      readonly kind: 'suppress';
      readonly profileId: ProfileId;
      readonly channel: Channel;
      readonly usedAddress: string | null;
      readonly code: string;
      readonly at: Instant;
    }
  /** The entry gives back the slots that it was promised. */
  | { readonly kind: 'release'; readonly entryId: EntryId; readonly at: Instant }
  | { readonly kind: 'trace'; readonly entryId: EntryId; readonly lines: readonly TraceLine[] }
  /** The entry listens to these facts from now on. `before`: what it listened to. */
  | { readonly kind: 'await'; readonly entry: Listener; readonly before: readonly unknown[]; readonly awaiting: readonly Awaiting[] }
  | { readonly kind: 'entry'; readonly after: EntryAfterTurn }
  /** Somebody looked at the entry, and there was nothing to do. */
  | { readonly kind: 'looked'; readonly entryId: EntryId; readonly poke: Poke }
  /** The person has seen this instant: no turn of theirs comes before it. */
  | { readonly kind: 'instant'; readonly profileId: ProfileId; readonly at: Instant }
  /** A step asked for this: once for each entry, step and visit. Its kind declares it (`src/journey/steps`). */
  | { readonly kind: 'asked'; readonly by: Asking; readonly effect: StepEffect; readonly at: Instant }
  /** A step says this of its person. It is heard like an event of the shop's, when all the rest of the turn is written. */
  | { readonly kind: 'say'; readonly told: ToldByStep }
  /** The entry had finished before: no poke is due any more. */
  | { readonly kind: 'forget'; readonly entryId: EntryId };

export type EffectOf<K extends Effect['kind']> = Extract<Effect, { readonly kind: K }>;

/** Which step of which entry asks. */
export interface Asking {
  readonly entryId: EntryId;
  readonly journeyId: JourneyId;
  readonly profileId: ProfileId;
  readonly step: StepId;
  readonly visit: number;
}

/** A message that gives up the slot that it was promised. `text`: the line in the story of its entry. */
export interface DisplacedMessage {
  readonly id: MessageId;
  readonly channel: Channel;
  readonly text: string;
}

/** Whose facts an entry listens to. */
export interface Listener {
  readonly id: EntryId;
  readonly profileId: ProfileId;
  readonly about: About;
}
