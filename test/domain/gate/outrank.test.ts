import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CapRule } from '../../../src/domain/gate/cap-rule.js';
import { ledgerOf } from '../../../src/domain/gate/ledger.js';
import { decideSend, type SendRequest } from '../../../src/domain/gate/send-gate.js';
import type { LedgerSlot } from '../../../src/domain/messages/message.js';
import { day, hour, minute } from '../../../src/domain/time/instant.js';
import { ledgerSlot, noon, rolling, sendFacts, sendRequest } from '../../support/gate.js';
import { shippedPolicies } from '../../support/policies.js';

const perDay = (limit: number): CapRule => ({ id: 'email-24h', channels: ['email'], topics: null, limit, window: rolling(day) });
const promise = (messageId: string, hours: number, priority: number) =>
  ledgerSlot({ messageId, state: 'reserved', slotAt: noon + hours * hour, priority });

function decide(ledger: readonly LedgerSlot[], caps: readonly CapRule[] = [perDay(1)], request: Partial<SendRequest> = {}) {
  return decideSend(sendRequest({ priority: 80, deadlineAt: noon + 10 * day, ...request }), sendFacts({ caps, ledger }));
}

describe('a slot that is promised to a less important message', () => {
  test('does not hold a more important one back, and is named', () => {
    expect(decide([promise('newsletter', 2, 20)])).toEqual({ kind: 'send', displaces: ['newsletter'] });
  });

  test('that has come and has not left is taken too', () => {
    expect(decide([promise('newsletter', -0.1, 20)])).toEqual({ kind: 'send', displaces: ['newsletter'] });
  });

  test('is left alone where there is room beside it', () => {
    expect(decide([promise('newsletter', 2, 20)], [perDay(2)])).toEqual({ kind: 'send' });
    expect(decide([promise('newsletter', 24, 20)])).toEqual({ kind: 'send' });
  });

  test('is left alone where taking it would change nothing', () => {
    const sent = ledgerSlot({ slotAt: noon - hour });

    expect(decide([sent, promise('newsletter', 60, 20)])).toEqual({
      kind: 'defer',
      reason: 'frequency-cap',
      until: noon + 23 * hour,
      detail: { rule: 'email-24h', used: 1, limit: 1, next: noon + 23 * hour },
    });
  });

  test('gives way for a promise, not only for a message that leaves now', () => {
    const sent = ledgerSlot({ slotAt: noon - hour });

    expect(decide([sent, promise('newsletter', 23, 20)])).toMatchObject({
      kind: 'defer',
      until: noon + 23 * hour,
      displaces: ['newsletter'],
    });
  });

  test('saves a message that would have been refused', () => {
    expect(decide([promise('newsletter', 1, 20)], [perDay(1)], { onCapped: 'skip' })).toEqual({ kind: 'send', displaces: ['newsletter'] });
    expect(decide([promise('newsletter', 1, 20)], [perDay(1)], { deadlineAt: noon })).toEqual({ kind: 'send', displaces: ['newsletter'] });
  });
});

test('the same priority keeps its promise: first come, first served', () => {
  expect(decide([promise('reminder', 2, 80)])).toMatchObject({ kind: 'defer', until: noon + 26 * hour });
  expect(decide([promise('checkout', 2, 90)])).toMatchObject({ kind: 'defer', until: noon + 26 * hour });
});

test.each(['submitting', 'accepted', 'unknown'] as const)('a less important message that is %s keeps its place', (state) => {
  expect(decide([ledgerSlot({ state, slotAt: noon - minute, priority: 20 })])).toMatchObject({ kind: 'defer' });
});

test('the least important go first, of these the latest, and no more than need be', () => {
  const ledger = [promise('win-back', 1, 50), promise('news-early', 2, 20), promise('news-late', 3, 20)];

  expect(decide(ledger, [perDay(3)])).toMatchObject({ displaces: ['news-late'] });
  expect(decide(ledger, [perDay(2)])).toMatchObject({ displaces: ['news-late', 'news-early'] });
  expect(decide(ledger, [perDay(1)])).toMatchObject({ displaces: ['news-late', 'news-early', 'win-back'] });
});

test('what may have left already, and what nobody could be told about, is not taken', () => {
  const row = {
    id: 'newsletter',
    entryId: 'e1',
    channel: 'email',
    class: 'marketing',
    topic: 'newsletter',
    priority: 20,
    countsTowardCap: null,
    mayHaveLeftAt: null,
    state: 'reserved',
    reason: 'frequency-cap',
    slotAt: noon + hour,
  } as const;
  const { classes } = shippedPolicies();

  expect(decide(ledgerOf(classes, [row], 'this-message'))).toMatchObject({ kind: 'send', displaces: ['newsletter'] });
  expect(decide(ledgerOf(classes, [{ ...row, mayHaveLeftAt: row.slotAt }], 'this-message'))).toMatchObject({ kind: 'defer' });
  // From when it may have left, not from when it is tried again.
  expect(ledgerOf(classes, [{ ...row, mayHaveLeftAt: noon }], 'this-message')).toMatchObject([{ state: 'unknown', slotAt: noon }]);
  expect(ledgerOf(classes, [{ ...row, mayHaveLeftAt: noon }], 'newsletter')).toMatchObject([{ state: 'reserved', slotAt: noon + hour }]);
  expect(decide(ledgerOf(classes, [{ ...row, entryId: null }], 'this-message'))).toMatchObject({ kind: 'defer' });
  // A pause holds without promising anything; what may have left before it came is used all the same.
  const held = { ...row, reason: 'paused' } as const;
  expect(decide(ledgerOf(classes, [held], 'this-message'))).toEqual({ kind: 'send' });
  expect(decide(ledgerOf(classes, [{ ...held, mayHaveLeftAt: held.slotAt }], 'this-message'))).toMatchObject({ kind: 'defer' });
});

describe('for any ledger', () => {
  const anySlot = fc
    .record({
      hours: fc.integer({ min: -40, max: 60 }),
      state: fc.constantFrom('reserved' as const, 'reserved' as const, 'accepted' as const),
      priority: fc.constantFrom(20, 50, 80),
    })
    .map(({ hours, ...slot }) => ledgerSlot({ slotAt: noon + hours * hour, ...slot }));
  const anyLedger = fc.array(anySlot, { maxLength: 8 });
  const anyCaps = fc
    .array(fc.record({ limit: fc.integer({ min: 1, max: 3 }), hours: fc.integer({ min: 1, max: 48 }) }), { minLength: 1, maxLength: 2 })
    .map((rules) => rules.map(({ limit, hours }, index) => ({ ...perDay(limit), id: `rule-${index}`, window: rolling(hours * hour) })));
  const instantOf = (decision: ReturnType<typeof decide>) =>
    decision.kind === 'send' ? noon : decision.kind === 'defer' ? decision.until : Number.POSITIVE_INFINITY;

  test('a message gets the slot that it would have if all less important promises were gone', () => {
    fc.assert(
      fc.property(anyLedger, anyCaps, (ledger, caps) => {
        const alone = ledger.filter(({ state, priority }) => state !== 'reserved' || priority >= 80);

        expect(instantOf(decide(ledger, caps))).toBe(instantOf(decide(alone, caps)));
      }),
      { numRuns: 1000 },
    );
  });

  test('each that goes had to go, and none of equal priority or beyond recall goes', () => {
    fc.assert(
      fc.property(anyLedger, anyCaps, (ledger, caps) => {
        const decision = decide(ledger, caps);
        const displaced = ('displaces' in decision ? decision.displaces : undefined) ?? [];
        const gone = ledger.filter(({ messageId }) => displaced.includes(messageId));

        expect(gone.every(({ state, priority }) => state === 'reserved' && priority < 80)).toBe(true);
        const left = ledger.filter((slot) => !gone.includes(slot));
        // Seen by a message that outranks nobody.
        const slotBeside = (slots: readonly LedgerSlot[]) => instantOf(decide(slots, caps, { priority: 0 }));
        expect(slotBeside(left)).toBe(instantOf(decision));
        for (const slot of gone) expect(slotBeside([...left, slot])).toBeGreaterThan(instantOf(decision));
      }),
      { numRuns: 1000 },
    );
  });
});
