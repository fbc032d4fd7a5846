import type { ToldMessage } from '../domain/gate/load.js';
import type { VerdictReason } from '../domain/gate/verdict.js';
import type { Channel } from '../domain/messages/channel.js';
import type { Instant } from '../domain/time/instant.js';
import type { EntryOutcome, TraceLine } from '../journey/entry.js';

/** What a simulation tells: every step, wait, verdict and message with its instant, and how it ended. */
export interface Story {
  readonly title: string;
  readonly startAt: Instant;
  /** Up to when it was looked at. */
  readonly until: Instant;
  /**
   * Where it was not looked at to the end: when that was, and how many events of the script lie after it. Null: nothing more would come.
   */
  readonly cut: { readonly at: Instant; readonly unplayed: number } | null;
  /** The persona's zone, the best one to render the story in. */
  readonly timeZone: string;
  readonly lines: readonly StoryLine[];
  /** Every message that the gate was asked for, in the order in which it was first asked, as it stands at the end. */
  readonly messages: readonly StoryMessage[];
  /** Every run through a journey, also those that only armed. Empty: nothing ever matched. */
  readonly entries: readonly StoryEntry[];
  /** Everybody, by name, also those to whom nothing happened. */
  readonly people: readonly string[];
  /** A sentence for each journey that nobody entered or armed: on what it begins. */
  readonly idle: readonly string[];
  /** Who took whose slot, in the order in which it happened. */
  readonly slots: readonly StorySlot[];
  /** What became of each message, as the map of load counts it. */
  readonly told: readonly ToldMessage[];
}

/** A more important message took the slot that was promised to another of the same person. */
export interface StorySlot {
  readonly at: Instant;
  readonly person: string | null;
  readonly winner: { readonly journey: string; readonly step: string };
  readonly loser: { readonly journey: string; readonly step: string };
}

export interface StoryLine {
  readonly at: Instant;
  /** `event` is what the world did; the other kinds are those of an entry's trace. */
  readonly kind: 'event' | 'postponed' | TraceLine['kind'];
  readonly step: string | null;
  readonly text: string;
  /** Null: it is nobody's, as what the world does. */
  readonly journey: string | null;
  readonly person: string | null;
}

export interface StoryMessage {
  /** Its sender: a journey, `broadcast.<id>` or `message.<template>`. */
  readonly journey: string;
  /** The name under which the script knows them. */
  readonly person: string;
  readonly step: string;
  readonly channel: Channel;
  readonly state: StoryMessageState;
  readonly reason: VerdictReason | null;
  /** When it was sent, or settled otherwise; while it waits, the slot that it was promised. */
  readonly at: Instant;
  /** Names of the products in the cart at that time: what the message shows. */
  readonly products: readonly string[];
  readonly attempts: number;
  readonly template: string;
  /** The subject of the email, or the text, as it was last made ready; null: it never was, or it had nothing to say. */
  readonly says: string | null;
}

export const storyMessageStates = ['sent', 'skipped', 'withheld', 'failed', 'unknown', 'waiting', 'held', 'released'] as const;
export type StoryMessageState = (typeof storyMessageStates)[number];

export interface StoryEntry {
  readonly id: string;
  readonly journey: string;
  readonly person: string;
  readonly armedAt: Instant;
  /** Null: it has not entered. */
  readonly enteredAt: Instant | null;
  /** Null: it was still under way when the simulation ended. */
  readonly outcome: EntryOutcome | null;
  readonly reason: string | null;
  /** What it waited for when the simulation ended; null: it had ended too. `until` null: for somebody to resume. */
  readonly waitsFor: { readonly until: Instant | null; readonly what: string } | null;
}
