import { type Channel, channels } from '../domain/messages/channel.js';
import type { Deadline } from '../domain/time/deadline.js';
import type { Instant } from '../domain/time/instant.js';
import type { Persona } from './persona.js';

/** What a simulation plays: people and what happens around them, at instants of the virtual clock. */
export interface Script {
  readonly name: string;
  readonly startAt: Instant;
  readonly persona: Persona;
  /** The name of the persona in the story and in `who`. Absent: `persona`. */
  readonly personaName?: string;
  /** Other people, by the names that `who` gives them. */
  readonly people?: Readonly<Record<string, Persona>>;
  readonly happenings: readonly ScriptedHappening[];
  /** How providers answer, by step, or by journey and step (`abandoned-cart/cart-reminder-1`); a step that is not named is accepted. */
  readonly answers: Readonly<Record<string, ScriptedAnswer>>;
  /** Offers whose imported codes are used up when it begins. Absent: none. */
  readonly emptyOffers?: readonly string[];
  /** When to stop looking. Absent: 60 days after the start. */
  readonly until?: Instant;
}

interface ScriptedHappening {
  readonly at: Instant;
  readonly what: HappeningKind;
}

/** `who`: absent or null: the persona. */
export type HappeningKind =
  /** What a client of the shop sends. A name that nobody has is somebody new. `happenedAt`: earlier than it arrives. */
  | {
      readonly kind: 'event';
      readonly type: 'track' | 'identify' | 'page';
      readonly name: string | null;
      readonly properties: Readonly<Record<string, unknown>>;
      readonly who: string | null;
      readonly happenedAt: Instant;
      readonly messageId: string | null;
    }
  /**
   * A later report of a provider about the latest message of a step (or of a journey’s step: `journey/step`). `who` absent: the person who
   * got it.
   */
  | { readonly kind: 'receipt'; readonly step: string; readonly status: ReceiptStatus; readonly who?: string | null }
  | { readonly kind: 'pause'; readonly scope: PauseScope | { readonly journey: string } }
  | { readonly kind: 'resume'; readonly scope: PauseScope | { readonly journey: string } }
  | { readonly kind: 'suppress'; readonly channel: Channel; readonly reason: string; readonly who?: string | null }
  /** What the shop's order look-up answers from now on. */
  | { readonly kind: 'order-lookup'; readonly answer: 'found' | 'none' | 'failed' }
  /** Somebody takes the person out of whatever they are in. */
  | { readonly kind: 'exit'; readonly reason: string; readonly who?: string | null }
  /** A receiver answers the call of a step; null: it refuses. */
  | {
      readonly kind: 'answered';
      readonly step: string;
      readonly properties: Readonly<Record<string, unknown>> | null;
      readonly who?: string | null;
    }
  /** Somebody of the team closes what journeys handed over for this reason. */
  | { readonly kind: 'close-task'; readonly reason: string; readonly who?: string | null }
  /** One message to many. Its sender is called `broadcast.<id>`. */
  | {
      readonly kind: 'broadcast';
      readonly id: string;
      readonly name: string;
      readonly template: string;
      readonly to: 'everyone' | readonly string[];
      readonly overMs: number;
      readonly deadline: Deadline | null;
      readonly priority: number | null;
      readonly data: Readonly<Record<string, unknown>>;
    }
  /** A message of the shop's own. Its sender is called `message.<template>`. */
  | {
      readonly kind: 'message';
      readonly template: string;
      readonly to: string | null;
      readonly deadline: Deadline | null;
      readonly priority: number | null;
      readonly data: Readonly<Record<string, unknown>>;
    };

export const receiptStatuses = ['delivered', 'bounced', 'failed', 'opened', 'clicked', 'complained', 'unsubscribed'] as const;
export type ReceiptStatus = (typeof receiptStatuses)[number];

export const pauseScopes = ['all', ...channels, 'journey'] as const;
export type PauseScope = (typeof pauseScopes)[number];

/** `busy`: refuses for now, `times` times. `rejected`: for good. `silent`: the answer to the first call does not come. */
export type ScriptedAnswer = { readonly kind: 'rejected' | 'silent' } | { readonly kind: 'busy'; readonly times: number };
