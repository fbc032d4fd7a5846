import type { Channel, MessageClass } from '../messages/channel.js';
import type { LedgerSlot } from '../messages/message.js';
import { countedStates } from '../messages/message.js';
import { calendarWindow } from '../time/calendar-window.js';
import type { Instant } from '../time/instant.js';
import type { MessageId } from '../values/ids.js';
import type { CapRule, CapWhy, CapWindow } from './cap-rule.js';
import type { TimingRule } from './earliest-slot.js';
import { promisedSlot, reservationGraceMs } from './earliest-slot.js';
import type { SendFacts, SendRequest } from './guards/guard.js';
import type { SendDecision, VerdictDetail } from './verdict.js';

/** The caps that this message falls under, as rules about when. `caps` are those in force for it (`capsFor`). */
export function frequencyCaps(request: SendRequest, facts: Pick<SendFacts, 'caps' | 'ledger'>): readonly TimingRule[] {
  const promised = promisedSlot(request, facts.ledger) !== null;
  return facts.caps.filter((rule) => covers(rule, request)).map((rule) => capRule(rule, request, facts.ledger, promised));
}

/**
 * The messages that fill the cap which a decision names, without those that give up their slots to it; empty where it names none. The
 * instant asked about is that of the request.
 */
export function roomTakenBy(
  request: SendRequest,
  { caps, ledger }: Pick<SendFacts, 'caps' | 'ledger'>,
  decision: SendDecision,
): readonly MessageId[] {
  if (decision.kind === 'send' || decision.kind === 'hold' || decision.reason !== 'frequency-cap') return [];
  const rule = caps.find(({ id }) => id === decision.detail['rule']);
  if (rule === undefined) return [];
  const isNear = nearness(rule.window, request.at);
  const gone = new Set([request.messageId, ...('displaces' in decision ? (decision.displaces ?? []) : [])]);
  return ledger
    .filter((slot) => !gone.has(slot.messageId) && counts(rule, slot, request.at) && isNear(slot.slotAt))
    .map(({ messageId }) => messageId as MessageId);
}

/** Is an instant in a window with `at`? */
function nearness(window: CapWindow, at: Instant): (instant: Instant) => boolean {
  if (window.type === 'rolling') return (instant) => Math.abs(instant - at) < window.ms;
  const { start, end } = calendarWindow(at, window.unit, window.timeZone);
  return (instant) => instant >= start && instant < end;
}

/**
 * How far a rule is used at `at`, the next instant at which it has room, and the slots that are promised after `at`, the earliest first.
 */
export interface CapUse {
  readonly used: number;
  /** `at` where there is room now; null where there never is. */
  readonly nextFreeAt: Instant | null;
  readonly promisedAt: readonly Instant[];
}

/** What one rule says about a person's ledger, whatever the message. */
export function capUse(rule: CapRule, ledger: readonly LedgerSlot[], at: Instant): CapUse {
  const counted = ledger.filter((slot) => counts(rule, slot, at));
  const slots = instantsOf(counted);
  return {
    used: usedUntil(slots, at, rule.window),
    nextFreeAt: earliestUnder(rule, slots, at, rule.limit - (rule.keepFree ?? 0)),
    promisedAt: instantsOf(counted.filter(({ state, slotAt }) => state === 'reserved' && slotAt > at)),
  };
}

function capRule(rule: CapRule, request: SendRequest, ledger: readonly LedgerSlot[], promised: boolean): TimingRule {
  const slots = instantsOf(ledger.filter((slot) => slot.messageId !== request.messageId && counts(rule, slot, request.at)));
  const keepFree = promised ? 0 : (rule.keepFree ?? 0);
  return {
    reason: 'frequency-cap',
    earliest: (from) => {
      // A promised slot that has come yields to what was sent, not to what was promised later: those look again at their own time.
      if (promised && from === request.at && usedUntil(slots, from, rule.window) < rule.limit) return from;
      return earliestUnder(rule, slots, from, rule.limit - keepFree);
    },
    explain: (at) => ({
      rule: rule.id,
      used: mostUsedAround(slots, at, rule.window),
      limit: rule.limit,
      ...(keepFree === 0 ? {} : { keepFree }),
      ...whyDetail(rule.why),
    }),
  };
}

/** The fields of a verdict that say where a limit comes from. */
function whyDetail({ tier, topicMultiplier, fatigueMultiplier, choice }: CapWhy = {}): VerdictDetail {
  return {
    ...(tier === undefined ? {} : { tier }),
    ...(topicMultiplier === undefined ? {} : { topicMultiplier }),
    ...(fatigueMultiplier === undefined ? {} : { fatigueMultiplier }),
    ...(choice === undefined ? {} : { choice }),
  };
}

/** The earliest instant, `from` or later, at which one more message is within `most`; null when there is none. */
function earliestUnder(rule: CapRule, slots: readonly Instant[], from: Instant, most: number): Instant | null {
  const endsAt = rule.endsAt ?? Number.POSITIVE_INFINITY;
  if (from >= endsAt) return from;
  const { window } = rule;
  const next =
    most <= 0
      ? Number.POSITIVE_INFINITY
      : window.type === 'rolling'
        ? earliestInRolling(slots, from, most, window.ms)
        : earliestInCalendar(slots, from, most, window);
  const at = Math.min(next, endsAt);
  return at === Number.POSITIVE_INFINITY ? null : at;
}

/**
 * `most` slots closer together than the window leave no room in the open interval (newest − window, oldest + window): a message there would
 * be one too many in a window that holds them all, be it one that ends later, with slots that are promised.
 */
function earliestInRolling(slots: readonly Instant[], from: Instant, most: number, windowMs: number): Instant {
  let at = from;
  for (let i = 0; i + most <= slots.length; i += 1) {
    const oldest = slots[i]!;
    const newest = slots[i + most - 1]!;
    if (newest - oldest < windowMs && at > newest - windowMs && at < oldest + windowMs) at = oldest + windowMs;
  }
  return at;
}

/** Calendar windows do not overlap: a full one sends on to the next. */
function earliestInCalendar(slots: readonly Instant[], from: Instant, most: number, window: CalendarCapWindow): Instant {
  for (let at = from; ; ) {
    const { start, end } = calendarWindow(at, window.unit, window.timeZone);
    if (slots.filter((slot) => slot >= start && slot < end).length < most) return at;
    at = end;
  }
}

type CalendarCapWindow = Extract<CapWindow, { readonly type: 'calendar' }>;

/** How many slots up to `at` are in the window that ends there, or in the calendar's that holds it. */
function usedUntil(slots: readonly Instant[], at: Instant, window: CapWindow): number {
  const after = window.type === 'rolling' ? at - window.ms : calendarWindow(at, window.unit, window.timeZone).start - 1;
  return slots.filter((slot) => slot > after && slot <= at).length;
}

/** The fullest of the windows that a message at `at` would fall into. */
function mostUsedAround(slots: readonly Instant[], at: Instant, window: CapWindow): number {
  const end = window.type === 'rolling' ? at + window.ms : calendarWindow(at, window.unit, window.timeZone).end;
  const ends = [at, ...slots.filter((slot) => slot >= at && slot < end)];
  return Math.max(...ends.map((one) => usedUntil(slots, one, window)));
}

function instantsOf(slots: readonly LedgerSlot[]): readonly Instant[] {
  return slots.map(({ slotAt }) => slotAt).sort((a, b) => a - b);
}

function covers(rule: CapRule, message: { readonly channel: Channel; readonly topic: string }): boolean {
  if (rule.channels !== null && !rule.channels.includes(message.channel)) return false;
  if (rule.exceptTopics?.includes(message.topic) === true) return false;
  return rule.topics === null || rule.topics.includes(message.topic);
}

const promotion: ReadonlySet<MessageClass> = new Set(['marketing', 'broadcast']);

function counts(rule: CapRule, slot: LedgerSlot, at: Instant): boolean {
  const isCounted = slot.countsTowardCap || (rule.counts === 'marketing' && promotion.has(slot.class));
  if (!isCounted || !covers(rule, slot) || !countedStates.has(slot.state)) return false;
  if (rule.fromPriority !== undefined && slot.priority < rule.fromPriority) return false;
  return !(slot.state === 'reserved' && slot.slotAt + reservationGraceMs <= at);
}
