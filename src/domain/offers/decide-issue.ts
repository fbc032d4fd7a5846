import { day, type Instant } from '../time/instant.js';
import { expiresAt, type OfferZones } from './expiry.js';
import { type PeriodLimit, passedLimit, periodLimits, type Spent, thousandths } from './limits.js';
import type { LiveOffer } from './offer.js';
import { isAsGood, type KnownPromise } from './promise.js';

/** What is known when a step asks for a code, read under the person's lock. */
export interface IssueFacts {
  /** Null: it is not in force. */
  readonly live: LiveOffer | null;
  /** What was promised of the offer, by period. */
  readonly spent: Readonly<Record<string, Spent>>;
  /** Imported codes that are free; for codes that are made: true. */
  readonly hasCode: boolean;
  /** The person's promises that are open, or young enough to count, the newest first. */
  readonly promises: readonly KnownPromise[];
}

export interface IssueRules {
  readonly at: Instant;
  readonly zones: OfferZones;
  /** A person gets one marketing offer in this time, over all journeys, in milliseconds. */
  readonly everyMs: number;
  /** `better`: an open code that is at least as good is shown instead of another. `same`: one of this offer only. */
  readonly reuse: 'better' | 'same';
}

/** Why a person gets no code. */
export type IssueRefusal = 'not-in-force' | 'used-before' | 'undercut' | 'period' | 'budget';

export type IssueDecision =
  | { readonly kind: 'issue'; readonly expiresAt: Instant; readonly limits: readonly PeriodLimit[]; readonly cost: number }
  /** A code that the person has already is shown. `isNew`: this entry has not shown it yet. */
  | { readonly kind: 'show'; readonly promise: KnownPromise; readonly isNew: boolean }
  /** There is none to give by now. */
  | { readonly kind: 'empty' }
  /** `by`: the other offer, the date or the limit that is in the way. */
  | { readonly kind: 'refuse'; readonly reason: IssueRefusal; readonly by?: KnownPromise | PeriodLimit };

/**
 * Whether a person is given a code of an offer. One code an entry and offer; no better and no worse one beside one that is open; one
 * marketing offer in a while; no limit is passed.
 */
export function decideIssue({ live, spent, hasCode, promises }: IssueFacts, rules: IssueRules): IssueDecision {
  if (live === null) return { kind: 'refuse', reason: 'not-in-force' };
  const { definition } = live;
  const own = promises.find(({ isOfEntry, offer }) => isOfEntry && offer === definition.id);
  if (own?.state === 'open') return { kind: 'show', promise: own, isNew: false };
  if (own !== undefined) return { kind: 'refuse', reason: 'used-before', by: own };
  const inTheWay = definition.isMarketing ? besidesOthers(live, promises, rules) : null;
  if (inTheWay !== null) return inTheWay;
  const limits = periodLimits(definition, rules.at, rules.zones.shop);
  const cost = thousandths(definition.terms.costs ?? 0);
  const passed = passedLimit(limits, spent, cost);
  if (passed !== null) return { kind: 'refuse', reason: 'budget', by: passed };
  if (!hasCode) return { kind: 'empty' };
  return { kind: 'issue', expiresAt: expiresAt(definition.expiry, rules.at, rules.zones), limits, cost };
}

/** Shown again it must hold so long, or half as long as a new one would. */
const leastLeftMs = day;

function besidesOthers({ definition }: LiveOffer, promises: readonly KnownPromise[], rules: IssueRules): IssueDecision | null {
  const { at, zones, everyMs, reuse } = rules;
  const marketing = promises.filter(({ isMarketing }) => isMarketing);
  const open = marketing.filter(({ state }) => state === 'open');
  const newLengthMs = expiresAt(definition.expiry, at, zones) - at;
  const fit = open.find(
    (one) =>
      (one.offer === definition.id || (reuse === 'better' && isAsGood(one.terms, definition.terms) === true)) &&
      one.expiresAt - at >= Math.min(leastLeftMs, newLengthMs / 2),
  );
  if (fit !== undefined) return { kind: 'show', promise: fit, isNew: !fit.isOfEntry };
  const [other] = open;
  if (other !== undefined) return { kind: 'refuse', reason: 'undercut', by: other };
  const recent = marketing.find(({ state, issuedAt }) => state !== 'void' && issuedAt > at - everyMs);
  return recent === undefined ? null : { kind: 'refuse', reason: 'period', by: recent };
}
