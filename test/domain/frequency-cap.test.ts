import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Channel } from '../../src/domain/channel.js';
import { earliestSlot } from '../../src/domain/earliest-slot.js';
import type { CapRule } from '../../src/domain/cap-rule.js';
import { channelCaps, frequencyCaps } from '../../src/domain/frequency-cap.js';
import { hour, minute } from '../../src/domain/instant.js';
import type { LedgerSlot, MessageState } from '../../src/domain/message.js';
import { decideSend } from '../../src/domain/send-gate.js';
import { ledgerSlot, noon, sendFacts, sendRequest } from '../support/gate.js';
import vectors from '../vectors/caps.json' with { type: 'json' };

const twoPerDay: CapRule = { id: 'email-24h', channels: ['email'], topics: null, limit: 2, windowMs: 24 * hour };

function decide(ledger: readonly LedgerSlot[], caps: readonly CapRule[] = [twoPerDay], overrides: Parameters<typeof sendRequest>[0] = {}) {
  return decideSend(sendRequest({ deadlineAt: noon + 1000 * hour, ...overrides }), sendFacts({ caps, ledger }));
}

describe('what counts', () => {
  const full = (overrides: Partial<LedgerSlot>) => [ledgerSlot(), ledgerSlot(overrides)];

  test.each(['reserved', 'submitting', 'accepted', 'delivered', 'bounced', 'failed', 'unknown'] as const)('%s holds a slot', (state) => {
    expect(decide(full({ state, slotAt: noon - 5 * minute }))).toMatchObject({ kind: 'defer', reason: 'frequency-cap' });
  });

  test.each(['skipped', 'withheld', 'released', 'expired'] as const)('%s holds none', (state) => {
    expect(decide(full({ state }))).toEqual({ kind: 'send' });
  });

  test('a reserved slot more than 15 minutes past is not counted', () => {
    expect(decide(full({ state: 'reserved', slotAt: noon - 15 * minute + 1 }))).toMatchObject({ kind: 'defer' });
    expect(decide(full({ state: 'reserved', slotAt: noon - 15 * minute }))).toEqual({ kind: 'send' });
  });

  test('another channel or topic counts only where the rule covers it', () => {
    expect(decide(full({ channel: 'sms' }))).toEqual({ kind: 'send' });
    expect(decide(full({ channel: 'sms' }), [{ ...twoPerDay, channels: null }])).toMatchObject({ kind: 'defer' });
    expect(decide(full({ topic: 'news' }), [{ ...twoPerDay, topics: ['cart_reminder'] }])).toEqual({ kind: 'send' });
    expect(decide(full({ topic: 'news' }), [{ ...twoPerDay, topics: ['cart_reminder', 'news'] }])).toMatchObject({ kind: 'defer' });
  });
});

test('a window is half-open: exactly one window later there is room', () => {
  expect(decide([ledgerSlot({ slotAt: noon - 24 * hour }), ledgerSlot()])).toEqual({ kind: 'send' });
  expect(decide([ledgerSlot({ slotAt: noon - 24 * hour + 1 }), ledgerSlot()])).toMatchObject({ until: noon + 1 });
});

test('a slot promised for later keeps its room', () => {
  const promised = [ledgerSlot({ state: 'reserved', slotAt: noon + hour }), ledgerSlot({ state: 'reserved', slotAt: noon + 2 * hour })];

  expect(decide(promised)).toMatchObject({ kind: 'defer', until: noon + 25 * hour, detail: { used: 2, limit: 2 } });
});

test('a limit of nothing lets nothing through and knows no next instant', () => {
  expect(decide([], [{ ...twoPerDay, limit: 0 }])).toEqual({
    kind: 'skip',
    reason: 'frequency-cap',
    detail: { rule: 'email-24h', used: 0, limit: 0, next: null },
  });
});

test('the shop’s caps are named by channel and window', () => {
  const caps = channelCaps({ email: { limit: 4, windowMs: 7 * 24 * hour }, sms: { limit: 1, windowMs: 12 * hour } });

  expect(caps.map(({ id, channels, limit }) => ({ id, channels, limit }))).toEqual([
    { id: 'email-7d', channels: ['email'], limit: 4 },
    { id: 'sms-12h', channels: ['sms'], limit: 1 },
  ]);
});

describe('the reference trace', () => {
  interface Operation {
    readonly op: string;
    readonly key: string;
    readonly at_h?: number;
    readonly channel?: string;
    readonly topic?: string;
    readonly priority?: number;
    readonly exempt?: boolean;
    readonly deadline_h?: number | null;
    readonly result?: string;
    readonly slot_h?: number | null;
  }

  /** The vectors' rules; headroom for the lowest band is a lower limit to it, when it reserves. */
  function rulesFor(priority: number, headroom: boolean): readonly CapRule[] {
    return vectors.rules.map((rule, index) => ({
      id: `rule-${index}`,
      channels: 'channel' in rule ? [rule.channel as Channel] : null,
      topics: 'topic' in rule ? [rule.topic as string] : null,
      limit: rule.limit - (headroom && 'headroom' in rule && priority === 3 ? 1 : 0),
      windowMs: rule.window_s * 1000,
    }));
  }

  test('reserves, commits and refuses as the reference model does', () => {
    const ledger = new Map<string, LedgerSlot>();
    const operations: readonly Operation[] = vectors.trace;
    const told = operations.map((operation) => run(operation, ledger));
    const expected = operations.map(({ op, result, slot_h: slotH }) => ({ op, result: result ?? null, slot: slotH ?? null }));

    expect(told).toEqual(expected);
  });

  function run(operation: Operation, ledger: Map<string, LedgerSlot>): { op: string; result: string | null; slot: number | null } {
    const { op, key } = operation;
    const at = noon + (operation.at_h ?? 0) * hour;
    const known = ledger.get(key);
    const answer = (result: string | null, slot: number | null = null) => ({ op, result, slot });
    // The trace knows neither night nor consent: caps alone.
    const decideAt = (message: LedgerSlot, headroom: boolean, deadlineAt: number) => {
      const request = sendRequest({ ...message, at, deadlineAt, messageId: key });
      // The trace goes back in time: no slot expires in it but the own one.
      const slots = [...ledger.values()].map((slot) =>
        slot.state === 'reserved' && slot.messageId !== key ? { ...slot, state: 'submitting' as const } : slot,
      );
      return earliestSlot(request, slots, frequencyCaps(request, { ledger: slots, caps: rulesFor(message.priority, headroom) }));
    };

    switch (op) {
      case 'release':
        ledger.set(key, { ...known!, state: 'released' });
        return answer(null);
      case 'commit':
        expect(decideAt(known!, false, at)).toEqual({ kind: 'send' });
        ledger.set(key, { ...known!, state: 'accepted', slotAt: at });
        return answer('committed');
      default: {
        if (known !== undefined) return answer('same', (known.slotAt - noon) / hour);
        const message: LedgerSlot = {
          messageId: key,
          channel: operation.channel as Channel,
          class: operation.exempt === true ? 'transactional' : 'marketing',
          topic: operation.topic!,
          priority: operation.priority!,
          state: 'reserved',
          slotAt: at,
        };
        const decision = decideAt(message, true, noon + (operation.deadline_h ?? operation.at_h!) * hour);
        if (decision.kind !== 'send' && decision.kind !== 'defer') return answer('refused');
        const slotAt = decision.kind === 'send' ? at : decision.until;
        ledger.set(key, { ...message, slotAt });
        return answer('granted', (slotAt - noon) / hour);
      }
    }
  }
});

describe('for any ledger and any rules', () => {
  const states: readonly MessageState[] = ['reserved', 'submitting', 'accepted', 'delivered', 'unknown', 'released', 'skipped'];
  const anySlot = fc
    .record({ hours: fc.integer({ min: -60, max: 60 }), state: fc.constantFrom(...states), news: fc.boolean() })
    .map(({ hours, state, news }) => ledgerSlot({ slotAt: noon + hours * hour, state, topic: news ? 'news' : 'cart_reminder' }));
  const anyRule = fc
    .record({
      limit: fc.integer({ min: 0, max: 4 }),
      windowH: fc.integer({ min: 1, max: 72 }),
      topics: fc.constantFrom(null, ['news'], ['cart_reminder']),
    })
    .map(
      ({ limit, windowH, topics }): CapRule => ({
        id: `${limit}-${windowH}h`,
        channels: ['email'],
        topics,
        limit,
        windowMs: windowH * hour,
      }),
    );
  const anyLedger = fc.array(anySlot, { maxLength: 12 });
  const anyRules = fc.array(anyRule, { minLength: 1, maxLength: 3 });

  /** The definition, point by point; not the way the code takes. */
  function hasRoom(at: number, ledger: readonly LedgerSlot[], rules: readonly CapRule[]): boolean {
    return rules
      .filter((rule) => rule.topics === null || rule.topics.includes('cart_reminder'))
      .every((rule) => {
        const points = ledger
          .filter(
            (slot) => !['released', 'skipped'].includes(slot.state) && !(slot.state === 'reserved' && slot.slotAt <= noon - 15 * minute),
          )
          .filter((slot) => rule.topics === null || rule.topics.includes(slot.topic))
          .map((slot) => slot.slotAt);
        return [at, ...points.filter((p) => p >= at && p < at + rule.windowMs)].every(
          (end) => points.filter((p) => p > end - rule.windowMs && p <= end).length + 1 <= rule.limit,
        );
      });
  }

  test('the slot has room and no earlier candidate has', () => {
    fc.assert(
      fc.property(anyLedger, anyRules, (ledger, rules) => {
        const candidates = [noon, ...ledger.flatMap((slot) => rules.map((rule) => slot.slotAt + rule.windowMs))].filter((at) => at >= noon);
        const expected = candidates.sort((a, b) => a - b).find((at) => hasRoom(at, ledger, rules));
        const decision = decide(ledger, rules);

        if (expected === undefined) expect(decision).toMatchObject({ kind: 'skip', reason: 'frequency-cap' });
        else if (expected === noon) expect(decision).toEqual({ kind: 'send' });
        else expect(decision).toMatchObject({ kind: 'defer', until: expected });
      }),
      { numRuns: 2000 },
    );
  });

  test('another message or a lower limit never turns a refusal into a send', () => {
    fc.assert(
      fc.property(anyLedger, anyRules, anySlot, (ledger, rules, another) => {
        fc.pre(decide(ledger, rules).kind !== 'send');

        expect(decide([...ledger, another], rules).kind).not.toBe('send');
        expect(
          decide(
            ledger,
            rules.map((rule) => ({ ...rule, limit: Math.max(0, rule.limit - 1) })),
          ).kind,
        ).not.toBe('send');
      }),
    );
  });

  test('messages sent on their slots never overfill a window', () => {
    fc.assert(
      fc.property(anyRules, fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 15 }), (rules, gaps) => {
        const ledger: LedgerSlot[] = [];
        let at = noon;
        for (const gap of gaps) {
          at += gap * hour;
          const decision = decide(ledger, rules, { at, deadlineAt: at + 100 * hour });
          const slotAt = decision.kind === 'send' ? at : decision.kind === 'defer' ? decision.until : null;
          if (slotAt !== null) ledger.push(ledgerSlot({ slotAt }));
        }
        for (const { topics, limit, windowMs } of rules) {
          if (topics !== null && !topics.includes('cart_reminder')) continue;
          for (const { slotAt: end } of ledger) {
            expect(ledger.filter(({ slotAt }) => slotAt > end - windowMs && slotAt <= end).length).toBeLessThanOrEqual(limit);
          }
        }
      }),
    );
  });
});
