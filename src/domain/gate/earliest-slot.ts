import type { LedgerSlot } from '../messages/message.js';
import type { Instant } from '../time/instant.js';
import { minute } from '../time/instant.js';
import type { SendRequest } from './guards/guard.js';
import type { SendDecision, VerdictDetail } from './verdict.js';

/** One rule about when. */
export interface TimingRule {
  readonly reason: 'quiet-hours' | 'frequency-cap';
  /** The earliest instant, `from` or later, that this rule alone allows; null when there is none in sight. */
  earliest(from: Instant): Instant | null;
  /** What stands against `at`: the rule's id and how much of it is used. */
  explain(at: Instant): VerdictDetail;
}

/** A reserved slot that is this much past is no longer counted, and no longer honoured. */
export const reservationGraceMs = 15 * minute;

/** The slot that was promised to this message and has now come, if there is one. */
export function promisedSlot(request: SendRequest, ledger: readonly LedgerSlot[]): Instant | null {
  const own = ledger.find((slot) => slot.messageId === request.messageId && slot.state === 'reserved');
  if (own === undefined) return null;
  return own.slotAt <= request.at && request.at < own.slotAt + reservationGraceMs ? own.slotAt : null;
}

/**
 * The earliest instant, `request.at` or later and not after the deadline, that all rules allow. Each rule moves the instant forward to
 * where it alone would allow it, until none moves it: that is the least common instant, and the rule that moved it last is the one that
 * binds.
 */
export function earliestSlot(request: SendRequest, ledger: readonly LedgerSlot[], rules: readonly TimingRule[]): SendDecision {
  let lastAt = latestInstant(request, ledger);
  if (request.at > lastAt) return { kind: 'skip', reason: 'stale', detail: { deadlineAt: request.deadlineAt } };

  let at = request.at;
  let binding: Binding | null = null;
  for (let moved = true; moved; ) {
    moved = false;
    for (const rule of rules) {
      const next = rule.earliest(at);
      if (next === at) continue;
      const isCap = rule.reason === 'frequency-cap';
      // Past the deadline we only look for what to tell as the next possible instant.
      const isLate = at > lastAt;
      if (!isLate) binding = { rule, detail: rule.explain(at) };
      if (next === null) return refuse(request, binding, next);
      if (isCap) lastAt = request.onCapped === 'defer' ? Math.min(lastAt, request.cappedUntil ?? lastAt) : Number.NEGATIVE_INFINITY;
      at = next;
      moved = true;
    }
  }

  if (binding === null) return { kind: 'send' };
  if (at <= lastAt) return { kind: 'defer', until: at, reason: binding.rule.reason, detail: { ...binding.detail, next: at } };
  return refuse(request, binding, at);
}

interface Binding {
  readonly rule: TimingRule;
  readonly detail: VerdictDetail;
}

/** The deadline; a slot that was promised within it holds although the turn comes a little late. */
function latestInstant(request: SendRequest, ledger: readonly LedgerSlot[]): Instant {
  const promised = promisedSlot(request, ledger);
  return promised !== null && promised <= request.deadlineAt ? Math.max(request.deadlineAt, request.at) : request.deadlineAt;
}

function refuse(request: SendRequest, binding: Binding | null, next: Instant | null): SendDecision {
  if (binding === null) return { kind: 'skip', reason: 'stale', detail: { next } };
  const { reason } = binding.rule;
  const kind = reason === 'frequency-cap' && request.onCapped === 'exit' ? 'exit' : 'skip';
  return { kind, reason, detail: { ...binding.detail, next } };
}
