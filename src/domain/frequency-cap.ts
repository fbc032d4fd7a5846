import type { CapRule } from './cap-rule.js';
import { channels, type Channel, type MessageClass } from './channel.js';
import type { TimingRule } from './earliest-slot.js';
import { promisedSlot, reservationGraceMs } from './earliest-slot.js';
import type { SendFacts, SendRequest } from './guards/guard.js';
import type { Instant } from './instant.js';
import { day, hour } from './instant.js';
import type { LedgerSlot } from './message.js';
import { countedStates } from './message.js';
import type { Shop } from './shop.js';

/** The shop's one rolling cap per channel, as rules: `email-7d`, `sms-7d`. Tiers and rules by topic come later, as data. */
export function channelCaps(caps: Shop['caps']): readonly CapRule[] {
  return channels.map((channel) => {
    const { limit, windowMs } = caps[channel];
    return { id: `${channel}-${windowName(windowMs)}`, channels: [channel], topics: null, limit, windowMs };
  });
}

function windowName(ms: number): string {
  return ms % day === 0 ? `${ms / day}d` : `${Math.round(ms / hour)}h`;
}

/** Classes that caps count and hold back; the others are neither counted nor ever refused. */
const cappedClasses: ReadonlySet<MessageClass> = new Set(['marketing', 'broadcast']);

/** The caps that this message falls under, as rules about when. */
export function frequencyCaps(request: SendRequest, facts: Pick<SendFacts, 'caps' | 'ledger'>): readonly TimingRule[] {
  if (!cappedClasses.has(request.class)) return [];
  const promised = promisedSlot(request, facts.ledger) !== null;
  return facts.caps.filter((rule) => covers(rule, request)).map((rule) => capRule(rule, request, facts.ledger, promised));
}

function capRule(rule: CapRule, request: SendRequest, ledger: readonly LedgerSlot[], promised: boolean): TimingRule {
  const slots = ledger
    .filter((slot) => slot.messageId !== request.messageId && covers(rule, slot) && countsAt(slot, request.at))
    .map((slot) => slot.slotAt)
    .sort((a, b) => a - b);
  return {
    reason: 'frequency-cap',
    earliest: (from) => {
      // A promised slot that has come yields to what was sent, not to what was promised later: those look again at their own time.
      if (promised && from === request.at && usedAt(slots, from, rule.windowMs) < rule.limit) return from;
      return earliestWithRoom(slots, rule, from);
    },
    explain: (at) => ({ rule: rule.id, used: mostUsedAround(slots, at, rule.windowMs), limit: rule.limit }),
  };
}

/**
 * With M the limit, `M` slots closer together than the window leave no room in the open interval (newest − window, oldest + window): a message
 * there would be one too many in a window that holds them all, be it one that ends later, with slots that are promised.
 */
function earliestWithRoom(slots: readonly Instant[], { limit, windowMs }: CapRule, from: Instant): Instant | null {
  if (limit <= 0) return null;
  let at = from;
  for (let i = 0; i + limit <= slots.length; i += 1) {
    const oldest = slots[i]!;
    const newest = slots[i + limit - 1]!;
    if (newest - oldest < windowMs && at > newest - windowMs && at < oldest + windowMs) at = oldest + windowMs;
  }
  return at;
}

function usedAt(slots: readonly Instant[], windowEnd: Instant, windowMs: number): number {
  return slots.filter((slot) => slot > windowEnd - windowMs && slot <= windowEnd).length;
}

/** The fullest of the windows that a message at `at` would fall into. */
function mostUsedAround(slots: readonly Instant[], at: Instant, windowMs: number): number {
  const ends = [at, ...slots.filter((slot) => slot >= at && slot < at + windowMs)];
  return Math.max(...ends.map((end) => usedAt(slots, end, windowMs)));
}

function covers(rule: CapRule, message: { readonly channel: Channel; readonly class: MessageClass; readonly topic: string }): boolean {
  if (!cappedClasses.has(message.class)) return false;
  if (rule.channels !== null && !rule.channels.includes(message.channel)) return false;
  return rule.topics === null || rule.topics.includes(message.topic);
}

function countsAt(slot: LedgerSlot, at: Instant): boolean {
  return countedStates.has(slot.state) && !(slot.state === 'reserved' && slot.slotAt + reservationGraceMs <= at);
}
