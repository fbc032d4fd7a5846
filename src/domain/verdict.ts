import type { Instant } from './instant.js';

/** Why not, or why later. A closed list; the rule, winner or next instant are fields of the verdict. */
export const verdictReasons = [
  'paused',
  'exited',
  'no-consent',
  'suppressed',
  'unreachable',
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
  | { readonly kind: 'send' }
  | { readonly kind: 'defer'; readonly until: Instant; readonly reason: VerdictReason; readonly detail: VerdictDetail }
  /** Held without an instant (a pause or kill switch); a resume ends it. */
  | { readonly kind: 'hold'; readonly reason: 'paused'; readonly detail: VerdictDetail }
  | { readonly kind: 'skip' | 'exit'; readonly reason: VerdictReason; readonly detail: VerdictDetail }
  | { readonly kind: 'withhold'; readonly reason: 'holdout'; readonly detail: VerdictDetail; readonly instead: SendDecision };
