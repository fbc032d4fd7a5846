import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verdictSentence } from '../../../src/domain/gate/explain.js';
import { ledgerOf } from '../../../src/domain/gate/ledger.js';
import { decideSend } from '../../../src/domain/gate/send-gate.js';
import { type Hold, holdAt } from '../../../src/domain/holds/hold.js';
import { messageClasses } from '../../../src/domain/messages/channel.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { ledgerSlot, noon, sendFacts, sendRequest } from '../../support/gate.js';
import { shippedPolicies } from '../../support/policies.js';

const hold = (overrides: Partial<Hold> = {}): Hold => ({
  id: 'hold_1',
  endsWith: 'task',
  taskId: 'task_1',
  reason: 'low-rating',
  since: noon - hour,
  until: noon + 7 * day,
  tickets: null,
  ...overrides,
});

describe('a hold on marketing', () => {
  test('lets service and transactional messages pass, and no others', () => {
    const decided = messageClasses.map((of) => [of, decideSend(sendRequest({ class: of }), sendFacts({ holds: [hold()] })).kind]);

    expect(Object.fromEntries(decided)).toEqual({ transactional: 'send', service: 'send', marketing: 'defer', broadcast: 'defer' });
  });

  test('is waited for until its end, or until the deadline, where it is skipped', () => {
    const within = sendRequest({ deadlineAt: noon + 30 * day });
    expect(decideSend(within, sendFacts({ holds: [hold()] }))).toMatchObject({ kind: 'defer', reason: 'on-hold', until: noon + 7 * day });

    const before = sendRequest({ deadlineAt: noon + day });
    expect(decideSend(before, sendFacts({ holds: [hold()] }))).toMatchObject({ kind: 'defer', until: noon + day });
    expect(decideSend({ ...before, at: noon + day }, sendFacts({ holds: [hold()] }))).toMatchObject({ kind: 'skip', reason: 'on-hold' });
  });

  test('permits nothing that was refused', () => {
    const facts = sendFacts({ holds: [hold()], consents: [] });
    expect(decideSend(sendRequest(), facts)).toMatchObject({ kind: 'skip', reason: 'no-consent' });
    expect(decideSend(sendRequest(), { ...facts, holds: [] })).toMatchObject({ kind: 'skip', reason: 'no-consent' });
  });

  test.each([
    ['task', 'marketing to the person is on hold until the task task_1 is closed (low-rating); next possible'],
    ['ticket', 'marketing to the person is on hold until their ticket is closed (low-rating); next possible'],
    ['time', 'marketing to the person is on hold (low-rating); next possible Tue 8 Dec'],
  ] as const)('says why: %s', (endsWith, sentence) => {
    const tickets = endsWith === 'ticket' ? { areOpen: true, closedAt: null } : null;
    const taskId = endsWith === 'task' ? 'task_1' : null;
    const decision = decideSend(sendRequest(), sendFacts({ holds: [hold({ endsWith, tickets, taskId })] }));

    expect(verdictSentence(decision, { timeZone: 'UTC', channel: 'email' })).toContain(sentence);
  });

  test('is looked at behind what refuses for good, and before the holdout, so that both arms compare', () => {
    const facts = sendFacts({ holds: [hold()], holdout: true });
    expect(decideSend(sendRequest(), facts)).toMatchObject({ kind: 'defer', reason: 'on-hold' });
    expect(decideSend(sendRequest(), { ...facts, reachable: { kind: 'no', code: 'no-address' } })).toMatchObject({ reason: 'unreachable' });
  });
});

test('a message that waits for it has no slot, so that it holds back no other', () => {
  const { classes } = shippedPolicies();
  const row = { ...ledgerSlot({ state: 'reserved' }), id: 'waiting', entryId: 'e1', countsTowardCap: null, mayHaveLeftAt: null };

  expect(ledgerOf(classes, [{ ...row, reason: 'on-hold' }], null)).toEqual([]);
  expect(ledgerOf(classes, [{ ...row, reason: 'frequency-cap' }], null)).toHaveLength(1);
  // What may have left counts all the same.
  expect(ledgerOf(classes, [{ ...row, reason: 'on-hold', mayHaveLeftAt: noon }], null)).toHaveLength(1);
});

describe('which hold is in force', () => {
  const ticket = (areOpen: boolean, closedAt: number | null): Hold =>
    hold({ endsWith: 'ticket', taskId: null, tickets: { areOpen, closedAt } });

  test.each([
    ['before any ticket', ticket(false, null), true],
    ['while one is open', ticket(true, null), true],
    ['while another is open still', ticket(true, noon), true],
    ['after the last was closed', ticket(false, noon), false],
    ['where one was closed before it began', ticket(false, noon - 2 * hour), true],
    ['after its end', hold({ until: noon }), false],
    ['before it begins', hold({ since: noon + 1 }), false],
  ])('%s', (_when, one, isInForce) => {
    expect(holdAt([one], noon) !== null).toBe(isInForce);
  });

  test('is the one that ends last, in any order', () => {
    const holds = fc.array(fc.record({ since: fc.integer({ min: -9, max: 9 }), until: fc.integer({ min: -9, max: 9 }) }));
    fc.assert(
      fc.property(holds, (times) => {
        const all = times.map(({ since, until }) => hold({ since: noon + since, until: noon + until }));
        const inForce = all.filter(({ since, until }) => since <= noon && noon < until);
        expect(holdAt(all, noon)?.until ?? null).toBe(inForce.length === 0 ? null : Math.max(...inForce.map(({ until }) => until)));
      }),
    );
  });
});
