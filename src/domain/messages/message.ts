import type { Instant } from '../time/instant.js';
import type { BounceClass } from './bounce.js';
import type { Channel, MessageClass } from './channel.js';

/** `reserved` → `submitting` → `accepted` → `delivered | bounced | failed`, or `unknown`, or ended before a call. */
export const messageStates = [
  'reserved',
  'submitting',
  'accepted',
  'delivered',
  'bounced',
  'failed',
  'unknown',
  'skipped',
  'withheld',
  'released',
] as const;
export type MessageState = (typeof messageStates)[number];

/** States in which a message holds or has used a slot under the caps. */
export const countedStates: ReadonlySet<MessageState> = new Set([
  'reserved',
  'submitting',
  'accepted',
  'delivered',
  'bounced',
  'failed',
  'unknown',
]);

/** What a provider said to one attempt. `not-sent` is definite; `unknown` means the body began to leave and no answer came. */
export type AttemptOutcome = (
  | { readonly kind: 'accepted'; readonly providerId: string }
  | {
      readonly kind: 'not-sent';
      readonly code: string;
      readonly retry: boolean;
      readonly retryAfterMs?: number;
      readonly suppress?: boolean;
      /** What a final refusal says of the address, where it was about that. */
      readonly bounce?: BounceClass;
    }
  | { readonly kind: 'unknown'; readonly code: string }
) & { readonly said?: ProviderWords };

/** Who answered, and in what words: for people. Without personal data (`withoutPersonalData`). */
export interface ProviderWords {
  /** `mail.example:25`; null: nobody was reached by name. */
  readonly host: string | null;
  readonly reply: string | null;
}

/** A row of the ledger, as the caps see it. */
export interface LedgerSlot {
  readonly messageId: string;
  /**
   * Of somebody else who shares the address. It counts as any other, and no promise of it can be taken back for a message of this person.
   */
  readonly isOfAnother?: boolean;
  readonly channel: Channel;
  readonly class: MessageClass;
  readonly topic: string;
  readonly priority: number;
  /** Whether caps count it: by its class, or by what its step says. */
  readonly countsTowardCap: boolean;
  readonly state: MessageState;
  readonly slotAt: Instant;
}

/**
 * The combined result of a message's attempts, in any order of the answers: accepted > unknown > not-sent. An attempt without an answer
 * (null) counts as unknown, because its body may have been sent.
 */
export function foldAttempts(outcomes: readonly (AttemptOutcome['kind'] | null)[]): AttemptOutcome['kind'] {
  if (outcomes.includes('accepted')) return 'accepted';
  return outcomes.some((outcome) => outcome === 'unknown' || outcome === null) ? 'unknown' : 'not-sent';
}
