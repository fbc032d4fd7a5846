import type { Channel } from '../domain/messages/channel.js';
import type { Reach } from '../domain/messages/channel-kind.js';
import type { AttemptOutcome } from '../domain/messages/message.js';
import type { Outgoing, TextLook } from '../domain/messages/outgoing.js';
import type { Instant } from '../domain/time/instant.js';
import type { MessageId, StepId } from '../domain/values/ids.js';
import type { PlannedContent } from './content.js';
import type { Effect } from './effects.js';

export type OrderLook =
  | { readonly kind: 'not-asked' }
  | { readonly kind: 'found'; readonly orderedAt: Instant }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly code: string };

/** A message made ready before the turn: what it says, and what was looked up for it. Good for some seconds only. */
export interface PreparedSend {
  readonly step: StepId;
  readonly visit: number;
  readonly messageId: MessageId;
  readonly channel: Channel;
  /** The cart and address as they were rendered: what changed since must be rendered again. */
  readonly cartUpdatedAt: Instant | null;
  readonly seenAddress: string | null;
  readonly address: Reach;
  readonly content: PlannedContent;
  readonly look: OrderLook;
  /** What the provider says of an ambiguous text, where it was asked. */
  readonly text: TextLook | null;
}

/** What came of an attempt, to be written by the turn that follows it. */
export interface SettledAttempt {
  readonly messageId: MessageId;
  readonly n: number;
  readonly outcome: AttemptOutcome;
  /** The profile's address as it was when the message left; null: not at hand. */
  readonly usedAddress: string | null;
}

/** What a turn is asked with. */
export interface TurnRequest {
  readonly plan: PreparedSend | null;
  /** Whether the looks of the plan still count. */
  readonly isPlanFresh: boolean;
  readonly settled: SettledAttempt | null;
  /** Only what the attempt came to is written: what follows from it failed before. */
  readonly isAlone?: boolean;
  /** `queue-first`: the channel's queue must carry the message, so the turn decides up to there and says so. */
  readonly lane: 'send-here' | 'queue-first';
  /** False: the process is shutting down and begins no message. */
  readonly mayBegin: boolean;
}

/** What is to happen next. */
export type TurnResult =
  /** Null: nothing but an input goes on from here. */
  | { readonly kind: 'wait'; readonly until: Instant | null; readonly summary: string }
  /** Another turn has the message at the provider for so many real milliseconds. */
  | { readonly kind: 'at-provider'; readonly leftMs: number; readonly summary: string }
  | { readonly kind: 'queued'; readonly channel: Channel; readonly summary: string }
  | { readonly kind: 'finished'; readonly outcome: string }
  /** Decided as far as it goes: another message, or a changed cart, must be made ready first. */
  | { readonly kind: 'again' }
  | { readonly kind: 'submit'; readonly messageId: MessageId; readonly n: number; readonly outgoing: Outgoing };

/** A turn, taken: what it does to the world, in this order, and what is to happen next. */
export interface TakenTurn {
  readonly effects: readonly Effect[];
  readonly result: TurnResult;
}
