import type { Instant } from '../time/instant.js';

/** Why not, or why later. A closed list; the rule, winner or next instant are fields of the verdict. */
export const verdictReasons = [
  'paused',
  'exited',
  'no-consent',
  'suppressed',
  'unreachable',
  'on-hold',
  'holdout',
  'empty-content',
  'stale',
  'quiet-hours',
  'frequency-cap',
  'outranked',
  'duplicate',
  'provider-rejected',
] as const;
export type VerdictReason = (typeof verdictReasons)[number];

/** Fields that explain a reason: which rule, how much of it is used. Never personal data. */
export type VerdictDetail = Readonly<Record<string, string | number | boolean | null>>;

export type SendDecision =
  | ({ readonly kind: 'send' } & Displacing)
  | ({ readonly kind: 'defer'; readonly until: Instant; readonly reason: VerdictReason; readonly detail: VerdictDetail } & Displacing)
  /** Held without an instant (a pause or kill switch); a resume ends it. */
  | { readonly kind: 'hold'; readonly reason: 'paused'; readonly detail: VerdictDetail }
  | { readonly kind: 'skip' | 'exit'; readonly reason: VerdictReason; readonly detail: VerdictDetail }
  | { readonly kind: 'withhold'; readonly reason: 'holdout'; readonly detail: VerdictDetail; readonly instead: SendDecision };

/** Messages whose promised slots this one takes, because it is more important; those first that were first to go. Absent: none. */
interface Displacing {
  readonly displaces?: readonly string[];
}

/**
 * What becomes of a message that had a promised slot and lost it: it asks the gate again. `winner` is the id of the message that took it.
 */
export interface Displaced {
  readonly kind: 'release';
  readonly reason: 'outranked';
  readonly detail: { readonly winner: string };
}

/** Whatever is written down about a message. */
export type Verdict = SendDecision | Displaced;

/** The fields of a verdict as they are kept: those of its reason, whose slots it took, and what would have been without a holdout. */
export type StoredDetail = Readonly<
  Record<string, VerdictDetail[string] | readonly string[] | SendDecision> & {
    displaces?: readonly string[];
    instead?: SendDecision;
  }
>;
