import type { CapRule } from '../../src/domain/gate/cap-rule.js';
import { earliestSlot } from '../../src/domain/gate/earliest-slot.js';
import { frequencyCaps } from '../../src/domain/gate/frequency-cap.js';
import type { Channel } from '../../src/domain/messages/channel.js';
import type { LedgerSlot } from '../../src/domain/messages/message.js';
import type { Instant } from '../../src/domain/time/instant.js';
import { ledgerSlot, sendRequest } from './gate.js';

export interface Reservation {
  readonly key: string;
  readonly channel: Channel;
  readonly topic: string;
  readonly priority: number;
  readonly deadlineAt: Instant;
}

/** What a ledger needs to decide: the earliest slot for a message, and whether a message may leave now. */
export interface LedgerRules {
  earliest(ledger: readonly LedgerSlot[], message: Reservation, at: Instant): Instant | null;
  mayCommit(ledger: readonly LedgerSlot[], message: Reservation, at: Instant): boolean;
}

/** The rules of the product, without pre-emption: the reference model knows none. */
export function productRules(capsOf: (priority: number) => readonly CapRule[]): LedgerRules {
  const decide = (ledger: readonly LedgerSlot[], { key, ...message }: Reservation, at: Instant) => {
    const request = sendRequest({ ...message, messageId: key, at });
    return earliestSlot(request, ledger, frequencyCaps(request, { ledger, caps: capsOf(message.priority) }));
  };
  return {
    earliest: (ledger, message, at) => {
      const decision = decide(ledger, message, at);
      if (decision.kind === 'send') return at;
      return decision.kind === 'defer' ? decision.until : null;
    },
    mayCommit: (ledger, message, at) => decide(ledger, { ...message, deadlineAt: at }, at).kind === 'send',
  };
}

/**
 * The definition, point by point, written a second time and not the way the product takes: a slot is feasible if at
 * it, and at every slot in the window after it, the count with one more is within the limit less headroom. `trailing`: looks at the slot
 * alone.
 */
export function naiveRules(capsOf: (priority: number) => readonly CapRule[], forward: 'forward' | 'trailing' = 'forward'): LedgerRules {
  const points = (rule: CapRule, ledger: readonly LedgerSlot[], key: string) =>
    ledger
      .filter(({ messageId, state }) => messageId !== key && (state === 'reserved' || state === 'accepted'))
      .filter(({ channel, topic }) => (rule.channels?.includes(channel) ?? true) && (rule.topics?.includes(topic) ?? true))
      .map(({ slotAt }) => slotAt);
  const matching = ({ channel, topic, priority }: Reservation) =>
    capsOf(priority).filter((rule) => (rule.channels?.includes(channel) ?? true) && (rule.topics?.includes(topic) ?? true));
  const windowMs = ({ window }: CapRule): number => (window.type === 'rolling' ? window.ms : Number.NaN);
  const countIn = (list: readonly Instant[], end: Instant, ms: number) => list.filter((p) => p > end - ms && p <= end).length;
  const fits = (ledger: readonly LedgerSlot[], message: Reservation, slot: Instant) =>
    matching(message).every((rule) => {
      const ms = windowMs(rule);
      const list = points(rule, ledger, message.key);
      const ends = forward === 'forward' ? [slot, ...list.filter((p) => p >= slot && p < slot + ms)] : [slot];
      return ends.every((end) => countIn(list, end, ms) + 1 <= rule.limit - (rule.keepFree ?? 0));
    });
  return {
    earliest: (ledger, message, at) =>
      [at, ...matching(message).flatMap((rule) => ledger.map(({ slotAt }) => slotAt + windowMs(rule)))]
        .filter((slot) => slot >= at && slot <= message.deadlineAt)
        .sort((a, b) => a - b)
        .find((slot) => fits(ledger, message, slot)) ?? null,
    mayCommit: (ledger, message, at) =>
      matching(message).every((rule) => countIn(points(rule, ledger, message.key), at, windowMs(rule)) + 1 <= rule.limit),
  };
}

/** Reservations and commits of one person, in memory. */
export class CapLedger {
  readonly #rules: LedgerRules;
  readonly #held = new Map<string, { readonly message: Reservation; readonly slot: LedgerSlot }>();

  constructor(rules: LedgerRules) {
    this.#rules = rules;
  }

  get slots(): readonly LedgerSlot[] {
    return [...this.#held.values()].map(({ slot }) => slot);
  }

  get reserved(): readonly LedgerSlot[] {
    return this.slots.filter(({ state }) => state === 'reserved');
  }

  /** The slot; null: refused. */
  reserve(message: Reservation, at: Instant): Instant | null {
    const slotAt = this.#rules.earliest(this.slots, message, at);
    if (slotAt !== null) this.#put(message, 'reserved', slotAt);
    return slotAt;
  }

  /** False: refused, and the slot is released. */
  commit(key: string, at: Instant, recheck: 'with-recheck' | 'without-recheck' = 'with-recheck'): boolean {
    const { message } = this.#held.get(key)!;
    const may = recheck === 'without-recheck' || this.#rules.mayCommit(this.slots, message, at);
    this.#put(message, may ? 'accepted' : 'released', at);
    return may;
  }

  release(key: string): void {
    const { message, slot } = this.#held.get(key)!;
    this.#put(message, 'released', slot.slotAt);
  }

  #put(message: Reservation, state: LedgerSlot['state'], slotAt: Instant): void {
    const { key, channel, topic, priority } = message;
    this.#held.set(key, { message, slot: ledgerSlot({ messageId: key, channel, topic, priority, state, slotAt }) });
  }
}
