import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CapRule } from '../../../src/domain/gate/cap-rule.js';
import { capsFor } from '../../../src/domain/gate/caps-for.js';
import { earliestSlot } from '../../../src/domain/gate/earliest-slot.js';
import { frequencyCaps } from '../../../src/domain/gate/frequency-cap.js';
import { decideSend } from '../../../src/domain/gate/send-gate.js';
import type { Channel } from '../../../src/domain/messages/channel.js';
import type { LedgerSlot, MessageState } from '../../../src/domain/messages/message.js';
import type { CapPolicy } from '../../../src/domain/policy/cap-policy.js';
import { day, hour, minute } from '../../../src/domain/time/instant.js';
import { CapLedger, type LedgerRules, naiveRules, productRules, type Reservation } from '../../support/cap-ledger.js';
import { capPersonLike } from '../../support/caps.js';
import { ledgerSlot, noon, rolling, sendFacts, sendRequest } from '../../support/gate.js';
import { shippedPolicies } from '../../support/policies.js';
import vectors from '../../vectors/caps.json' with { type: 'json' };

const twoPerDay: CapRule = { id: 'email-24h', channels: ['email'], topics: null, limit: 2, window: rolling(24 * hour) };

function decide(ledger: readonly LedgerSlot[], caps: readonly CapRule[] = [twoPerDay], overrides: Parameters<typeof sendRequest>[0] = {}) {
  return decideSend(sendRequest({ deadlineAt: noon + 1000 * hour, ...overrides }), sendFacts({ caps, ledger }));
}

describe('what counts', () => {
  const full = (overrides: Partial<LedgerSlot>) => [ledgerSlot(), ledgerSlot(overrides)];

  test.each(['reserved', 'submitting', 'accepted', 'delivered', 'bounced', 'failed', 'unknown'] as const)('%s holds a slot', (state) => {
    expect(decide(full({ state, slotAt: noon - 5 * minute }))).toMatchObject({ kind: 'defer', reason: 'frequency-cap' });
  });

  test.each(['skipped', 'withheld', 'released'] as const)('%s holds none', (state) => {
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
    expect(decide(full({ topic: 'news' }), [{ ...twoPerDay, exceptTopics: ['news'] }])).toEqual({ kind: 'send' });
    expect(decide(full({}), [{ ...twoPerDay, exceptTopics: ['cart_reminder'] }])).toEqual({ kind: 'send' });
  });

  test('what a step takes out of the count is counted by ceilings and by the person’s own choice alone', () => {
    const ledger = full({ countsTowardCap: false });

    expect(decide(ledger)).toEqual({ kind: 'send' });
    expect(decide(ledger, [{ ...twoPerDay, counts: 'marketing' }])).toMatchObject({ kind: 'defer' });
    expect(decide(full({ class: 'service' }), [{ ...twoPerDay, counts: 'marketing' }])).toEqual({ kind: 'send' });
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

test('a pause that ends has room from its end on', () => {
  expect(decide([], [{ ...twoPerDay, limit: 0, endsAt: noon + 3 * day }])).toMatchObject({ kind: 'defer', until: noon + 3 * day });
  expect(decide([], [{ ...twoPerDay, limit: 0, endsAt: noon }])).toEqual({ kind: 'send' });
});

describe('windows of the calendar', () => {
  const perDay: CapRule = { ...twoPerDay, limit: 1, window: { type: 'calendar', unit: 'day', timeZone: 'Europe/Berlin' } };
  const berlin = (month: number, date: number, hours: number) => Date.UTC(2026, month - 1, date, hours - 1);

  test('two messages an hour apart may lie on either side of the person’s midnight', () => {
    const beforeMidnight = [ledgerSlot({ slotAt: berlin(12, 1, 23) })];

    expect(decide(beforeMidnight, [perDay], { at: berlin(12, 1, 23) + minute })).toMatchObject({ until: berlin(12, 2, 0) });
    expect(decide(beforeMidnight, [perDay], { at: berlin(12, 2, 0) })).toEqual({ kind: 'send' });
  });

  test('a full day, week or month sends on to the next, which may be full with promises', () => {
    const on = (slotAt: number) => ledgerSlot({ state: 'reserved', slotAt });

    expect(decide([ledgerSlot(), on(berlin(12, 2, 9))], [perDay])).toMatchObject({ until: berlin(12, 3, 0) });
    // 1 December 2026 is a Tuesday.
    expect(decide([ledgerSlot()], [{ ...perDay, window: { type: 'calendar', unit: 'week', timeZone: 'Europe/Berlin' } }])).toMatchObject({
      until: berlin(12, 7, 0),
    });
    expect(decide([ledgerSlot()], [{ ...perDay, window: { type: 'calendar', unit: 'month', timeZone: 'Europe/Berlin' } }])).toMatchObject({
      until: berlin(1, 1, 0) + 365 * day,
    });
  });

  test('the day on which the clocks change is one day', () => {
    const at = Date.UTC(2026, 2, 29, 8); // 25 hours before the next noon but one; 23 hours long
    expect(decide([ledgerSlot({ slotAt: at - hour })], [perDay], { at })).toMatchObject({ until: Date.UTC(2026, 2, 29, 22) });
  });
});

describe('the reference model', () => {
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

  /** The bands of the vectors as priorities. */
  const priorityOf = [100, 80, 50, 20] as const;
  const policy: CapPolicy = {
    version: 1,
    ceilings: [],
    rules: vectors.rules.map((rule, index) => ({
      id: `rule-${index}`,
      channels: 'channel' in rule ? [rule.channel as Channel] : null,
      topics: 'topic' in rule ? [rule.topic as string] : null,
      exceptTopics: [],
      limit: rule.limit,
      window: { type: 'rolling', ms: rule.window_s * 1000 },
      headroom: 'headroom' in rule ? [{ priorityUpTo: priorityOf[3], keepFree: (rule.headroom as { '3': number })['3'] }] : [],
      exemptsUserInitiated: false,
      exemptsMoreImportant: false,
      scales: false,
    })),
  };
  const { classes } = shippedPolicies();
  const capsOf = (priority: number, messageClass: 'marketing' | 'transactional' = 'marketing') =>
    capsFor({ caps: policy, classes }, capPersonLike(), { class: messageClass, priority });

  test('reserves, commits and refuses in the 19 operations of the trace', () => {
    const ledger = new Map<string, LedgerSlot>();
    const operations: readonly Operation[] = vectors.trace;
    const told = operations.map((operation) => run(operation, ledger));
    const expected = operations.map(({ op, result, slot_h: slotH }) => ({ op, result: result ?? null, slot: slotH ?? null }));

    expect(told).toHaveLength(19);
    expect(told).toEqual(expected);
  });

  function run(operation: Operation, ledger: Map<string, LedgerSlot>): { op: string; result: string | null; slot: number | null } {
    const { op, key } = operation;
    const at = noon + (operation.at_h ?? 0) * hour;
    const known = ledger.get(key);
    const answer = (result: string | null, slot: number | null = null) => ({ op, result, slot });
    // The trace knows neither night, consent nor pre-emption: caps alone.
    const decideAt = (message: LedgerSlot, deadlineAt: number) => {
      const request = sendRequest({ ...message, at, deadlineAt, messageId: key });
      // The trace goes back in time: no slot expires in it but the own one.
      const slots = [...ledger.values()].map((slot) =>
        slot.state === 'reserved' && slot.messageId !== key ? { ...slot, state: 'submitting' as const } : slot,
      );
      const caps = capsOf(message.priority, message.class === 'transactional' ? 'transactional' : 'marketing');
      return earliestSlot(request, slots, frequencyCaps(request, { ledger: slots, caps }));
    };

    switch (op) {
      case 'release':
        ledger.set(key, { ...known!, state: 'released' });
        return answer(null);
      case 'commit':
        expect(decideAt(known!, at)).toEqual({ kind: 'send' });
        ledger.set(key, { ...known!, state: 'accepted', slotAt: at });
        return answer('committed');
      default: {
        if (known !== undefined) return answer('same', (known.slotAt - noon) / hour);
        const isExempt = operation.exempt === true;
        const message: LedgerSlot = {
          messageId: key,
          channel: operation.channel as Channel,
          class: isExempt ? 'transactional' : 'marketing',
          topic: operation.topic!,
          priority: priorityOf[operation.priority!]!,
          countsTowardCap: !isExempt,
          state: 'reserved',
          slotAt: at,
        };
        const decision = decideAt(message, noon + (operation.deadline_h ?? operation.at_h!) * hour);
        if (decision.kind !== 'send' && decision.kind !== 'defer') return answer('refused');
        const slotAt = decision.kind === 'send' ? at : decision.until;
        ledger.set(key, { ...message, slotAt });
        return answer('granted', (slotAt - noon) / hour);
      }
    }
  }

  const runs = 3000;
  const steps = 40;
  type Commit = 'any-time' | 'on-slot' | 'late-without-recheck';

  /** 3000 × 40 operations at random; the same ones for every mode, because the chance is counted. */
  function fuzz(rules: LedgerRules, commit: Commit, times = runs) {
    const told = { commits: 0, refusedOnSlot: 0, runsWithViolation: 0 };
    for (let seed = 1; seed <= times; seed += 1) {
      const random = chance(seed);
      const ledger = new CapLedger(rules);
      let at = noon;
      let violated = false;
      const tryCommit = (key: string): void => {
        const may = ledger.commit(key, at, commit === 'late-without-recheck' ? 'without-recheck' : 'with-recheck');
        if (!may && commit === 'on-slot') told.refusedOnSlot += 1;
        if (!may) return;
        told.commits += 1;
        violated ||= overfull(ledger.slots, at);
      };
      for (let step = 0; step < steps; step += 1) {
        const until = at + Math.floor(random() * 12 * hour);
        if (commit === 'on-slot')
          for (const { messageId, slotAt } of ledger.reserved.toSorted((a, b) => a.slotAt - b.slotAt)) {
            if (slotAt > until) continue;
            at = Math.max(at, slotAt);
            tryCommit(messageId);
          }
        at = Math.max(at, until);
        const due = ledger.reserved.filter(({ slotAt }) => slotAt <= at);
        const some = due[Math.floor(random() * due.length)];
        const what = random();
        if (commit !== 'on-slot' && some !== undefined && what < 0.4) tryCommit(some.messageId);
        else if (some !== undefined && what < 0.45 && commit !== 'on-slot') ledger.release(some.messageId);
        else {
          const message: Reservation = {
            key: `m${step}`,
            channel: random() < 0.7 ? 'email' : 'sms',
            topic: ['lifecycle', 'sale', 'newsletter'][Math.floor(random() * 3)]!,
            priority: priorityOf[1 + Math.floor(random() * 3)]!,
            deadlineAt: at + Math.floor(random() * 14 * day),
          };
          const slotAt = ledger.reserve(message, at);
          if (slotAt === at && commit === 'on-slot') tryCommit(message.key);
        }
      }
      if (violated) told.runsWithViolation += 1;
    }
    return told;
  }

  function overfull(slots: readonly LedgerSlot[], at: number): boolean {
    return policy.rules.some(({ channels, topics, limit, window }) => {
      const ms = window.type === 'rolling' ? window.ms : 0;
      const counted = slots.filter(
        ({ state, slotAt, channel, topic }) =>
          state === 'accepted' &&
          slotAt > at - ms &&
          slotAt <= at &&
          (channels?.includes(channel) ?? true) &&
          (topics?.includes(topic) ?? true),
      );
      return typeof limit === 'number' && counted.length > limit;
    });
  }

  /** mulberry32 */
  function chance(seed: number): () => number {
    let a = seed;
    return () => {
      a = (a + 0x6d2b79f5) | 0;
      let t = Math.imul(a ^ (a >>> 15), 1 | a);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  test('whatever the interleaving, no commit overfills a window', () => {
    const told = fuzz(productRules(capsOf), 'any-time');

    expect(told.runsWithViolation).toBe(0);
    expect(told.commits).toBeGreaterThan(runs);
  });

  test('what commits on its slot is never refused: later promises were looked at', () => {
    expect(fuzz(productRules(capsOf), 'on-slot')).toMatchObject({ refusedOnSlot: 0, runsWithViolation: 0 });
  });

  test('the product grants, on its slots, what the definition grants', () => {
    expect(fuzz(productRules(capsOf), 'on-slot', 300)).toEqual(fuzz(naiveRules(capsOf), 'on-slot', 300));
  });

  test('the test would see it: without the re-check windows overflow, and without the look ahead slots are refused when they come', () => {
    expect(fuzz(productRules(capsOf), 'late-without-recheck', 300).runsWithViolation).toBeGreaterThan(30);
    expect(fuzz(naiveRules(capsOf, 'trailing'), 'on-slot', 300)).toMatchObject({ runsWithViolation: 0 });
    expect(fuzz(naiveRules(capsOf, 'trailing'), 'on-slot', 300).refusedOnSlot).toBeGreaterThan(100);
  });
});

describe('for any ledger and any rules', () => {
  const states: readonly MessageState[] = ['reserved', 'submitting', 'accepted', 'delivered', 'unknown', 'released', 'skipped'];
  const anySlot = fc
    .record({ hours: fc.integer({ min: -60, max: 60 }), state: fc.constantFrom(...states), news: fc.boolean() })
    .map(({ hours, state, news }) => ledgerSlot({ slotAt: noon + hours * hour, state, topic: news ? 'news' : 'cart_reminder' }));
  const anyWindow = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 72 }).map((hours) => rolling(hours * hour)) },
    { weight: 1, arbitrary: fc.constantFrom('day', 'week').map((unit) => ({ type: 'calendar', unit, timeZone: 'UTC' }) as const) },
  );
  const anyRule = fc
    .record({
      limit: fc.integer({ min: 0, max: 4 }),
      window: anyWindow,
      topics: fc.constantFrom(null, ['news'], ['cart_reminder']),
      keepFree: fc.constantFrom(0, 0, 1),
    })
    .map((rule): CapRule => ({ id: 'some-rule', channels: ['email'], ...rule }));
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
        const most = rule.limit - (rule.keepFree ?? 0);
        const { window } = rule;
        if (window.type === 'calendar') return points.filter((p) => sameWindow(p, at, window.unit)).length + 1 <= most;
        return [at, ...points.filter((p) => p >= at && p < at + window.ms)].every(
          (end) => points.filter((p) => p > end - window.ms && p <= end).length + 1 <= most,
        );
      });
  }

  /** In UTC; 1970-01-05 was a Monday. */
  function sameWindow(a: number, b: number, unit: 'day' | 'week' | 'month'): boolean {
    const index = (at: number) => (unit === 'day' ? Math.floor(at / day) : Math.floor((at - 4 * day) / (7 * day)));
    return index(a) === index(b);
  }

  const openings = Array.from({ length: 30 }, (_, days) => Math.floor(noon / day) * day + days * day);

  test('the slot has room and no earlier candidate has', () => {
    fc.assert(
      fc.property(anyLedger, anyRules, (ledger, rules) => {
        const ends = ledger.flatMap((slot) => rules.map(({ window }) => slot.slotAt + (window.type === 'rolling' ? window.ms : 0)));
        const candidates = [noon, ...ends, ...openings].filter((at) => at >= noon);
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
        const lower = rules.map((rule) => ({ ...rule, limit: Math.max(0, rule.limit - 1) }));
        expect(decide(ledger, lower).kind).not.toBe('send');
      }),
    );
  });

  test('what caps do not count changes no decision, and what they do not hold is never refused', () => {
    fc.assert(
      fc.property(anyLedger, anyRules, anySlot, (ledger, rules, another) => {
        const exempt = { ...another, class: 'service' as const, countsTowardCap: false };

        expect(decide([...ledger, exempt], rules)).toEqual(decide(ledger, rules));
        expect(decide(ledger, [])).toEqual({ kind: 'send' });
      }),
    );
  });

  test('with room at all and no deadline every message goes some day', () => {
    fc.assert(
      fc.property(anyLedger, anyRules, (ledger, rules) => {
        fc.pre(rules.every(({ limit, keepFree = 0 }) => limit - keepFree > 0));

        expect(['send', 'defer']).toContain(decide(ledger, rules, { deadlineAt: Number.MAX_SAFE_INTEGER }).kind);
      }),
    );
  });

  test('a message’s own slot never stands in its way', () => {
    fc.assert(
      fc.property(anyLedger, anyRules, anySlot, (ledger, rules, own) => {
        fc.pre(own.slotAt > noon);

        expect(decide([...ledger, { ...own, messageId: 'this-message' }], rules)).toEqual(decide(ledger, rules));
      }),
    );
  });
});
