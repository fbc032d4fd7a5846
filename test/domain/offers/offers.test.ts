import { describe, expect, test } from 'vitest';
import { codeAlphabet, codeKey, makeCode, readCode } from '../../../src/domain/offers/code.js';
import { decideIssue, type IssueFacts, type IssueRules } from '../../../src/domain/offers/decide-issue.js';
import { expiresAt } from '../../../src/domain/offers/expiry.js';
import { passedLimit, periodLimits, periodOf, type Spent } from '../../../src/domain/offers/limits.js';
import type { Benefit, Terms } from '../../../src/domain/offers/offer.js';
import { isAsGood, type KnownPromise, promiseState } from '../../../src/domain/offers/promise.js';
import { day, hour, minute } from '../../../src/domain/time/instant.js';
import { seeded } from '../../../src/statistics/random.js';
import { liveOffer, offerOf } from '../../support/offers.js';

const at = Date.UTC(2026, 10, 30, 23, 30);
const zones = { shop: 'Europe/London', person: 'America/New_York' };
const rules: IssueRules = { at, zones, everyMs: 60 * day, reuse: 'better' };
const terms = (benefit: Benefit, more: Partial<Terms> = {}): Terms => ({ ...offerOf().terms, benefit, ...more });
const percent = (n: number): Benefit => ({ kind: 'percent', percent: n, atMost: null });

describe('codes', () => {
  test('have letters that nobody takes for others, each as likely as another', () => {
    expect(codeAlphabet).not.toMatch(/[AEIOU01258BLSZ]/);
    expect(new Set(codeAlphabet).size).toBe(codeAlphabet.length);
    const bytes = Uint8Array.from({ length: 256 * 22 }, (_, n) => n % 256);
    const counts = new Map<string, number>();
    let place = 0;
    const chance = (n: number) => bytes.slice(place, (place += n));
    for (const letter of makeCode({ prefix: '', length: 242 * 22 }, chance)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    expect(new Set(counts.values()).size).toBe(1);
    expect(makeCode({ prefix: 'WREN-', length: 10 }, (n) => new Uint8Array(n + 1).fill(255, 0, 1).fill(5, 1))).toMatch(/^WREN-J{10}$/);
  });

  test.each([
    ['  Abc-1 ', 'Abc-1'],
    ['ab', null],
    ['a b', null],
    ['', null],
    ['ünder', null],
    ['x'.repeat(64), 'x'.repeat(64)],
    ['x'.repeat(65), null],
  ])('are read from a list: %j', (text, expected) => expect(readCode(text)).toBe(expected));

  test('are the same in any case of letters', () => expect(codeKey(' Wren-7K ')).toBe('wren-7k'));
});

describe('the end of a code', () => {
  test.each([
    ['hours as they pass', { after: { kind: 'elapsed', ms: 48 * hour }, dayEnds: false }, at + 48 * hour],
    ['days in the shop’s zone', { after: { kind: 'calendar', days: 5 }, dayEnds: false }, at + 5 * day],
    ['the end of the person’s day', { after: { kind: 'calendar', days: 5 }, dayEnds: true }, Date.UTC(2026, 11, 6, 5)],
    ['the end of the person’s day after hours', { after: { kind: 'elapsed', ms: 6 * hour }, dayEnds: true }, Date.UTC(2026, 11, 2, 5)],
  ] as const)('counts %s', (_what, expiry, expected) => expect(expiresAt(expiry, at, zones)).toBe(expected));

  test('keeps the wall clock of the shop when the clocks change', () => {
    const before = Date.UTC(2027, 2, 26, 12);
    expect(expiresAt({ after: { kind: 'calendar', days: 5 }, dayEnds: false }, before, zones)).toBe(before + 5 * day - hour);
  });
});

describe('limits', () => {
  test.each([
    ['day', 'day:2026-11-30'],
    ['week', 'week:2026-11-30'],
    ['month', 'month:2026-11-01'],
    ['all', 'all'],
  ] as const)('count by the shop’s %s', (per, expected) => expect(periodOf(per, at, 'Europe/London')).toBe(expected));

  test('count the day of the shop, not of UTC', () => expect(periodOf('day', at, 'Europe/Berlin')).toBe('day:2026-12-01'));

  test('are never passed by one, whatever is promised: the spent amounts stay within each of them', () => {
    const random = seeded(7);
    for (let round = 0; round < 200; round += 1) {
      const each = 1 + Math.floor(random() * 5);
      const offer = offerOf({
        terms: { costs: each },
        limits: [
          { per: 'day', codes: 1 + Math.floor(random() * 5), cost: random() < 0.5 ? null : each + Math.floor(random() * 20) },
          { per: 'all', codes: random() < 0.5 ? null : 1 + Math.floor(random() * 12), cost: each + Math.floor(random() * 40) },
        ],
      });
      let spent: Record<string, Spent> = {};
      let given = 0;
      for (let turn = 0; turn < 40; turn += 1) {
        const now = at + Math.floor((turn * day) / 8);
        const limits = periodLimits(offer, now, zones.shop);
        if (passedLimit(limits, spent, each * 1000) !== null) continue;
        given += 1;
        spent = { ...spent, ...Object.fromEntries(limits.map(({ period }) => [period, plus(spent[period], each * 1000)])) };
        for (const { period, codes, cost } of limits) {
          expect(spent[period]!.codes).toBeLessThanOrEqual(codes ?? Number.POSITIVE_INFINITY);
          expect(spent[period]!.cost).toBeLessThanOrEqual(cost ?? Number.POSITIVE_INFINITY);
        }
      }
      expect(given).toBe(spent['all']?.codes);
    }
  });

  function plus({ codes, cost }: Spent = { codes: 0, cost: 0 }, each: number): Spent {
    return { codes: codes + 1, cost: cost + each };
  }
});

describe('what was promised', () => {
  test.each([
    [percent(15), percent(10), true],
    [percent(10), percent(10), true],
    [percent(5), percent(10), false],
    [{ kind: 'amount', amount: 5 }, { kind: 'amount', amount: 4 }, true],
    [{ kind: 'free_shipping' }, { kind: 'free_shipping' }, true],
    [{ kind: 'gift', product: 'a', name: null }, { kind: 'gift', product: 'a', name: 'Mug' }, true],
  ] satisfies readonly (readonly [Benefit, Benefit, boolean])[])('is compared with its like: %j and %j', (one, other, expected) =>
    expect(isAsGood(terms(one, { costs: null }), terms(other, { costs: null }))).toBe(expected),
  );

  test('is compared by what it costs otherwise, and not at all where nobody says that', () => {
    const shipping = terms({ kind: 'free_shipping' }, { costs: 5 });
    expect(isAsGood(shipping, terms(percent(10), { costs: 4 }))).toBe(true);
    expect(isAsGood(shipping, terms(percent(10), { costs: 6 }))).toBe(false);
    expect(isAsGood(shipping, terms(percent(10), { costs: null }))).toBeNull();
    expect(isAsGood(shipping, terms(percent(10), { costs: 4, currency: 'EUR' }))).toBeNull();
  });

  test.each([
    [{ expiresAt: at + 1, isRedeemed: false, isVoid: false }, 'open'],
    [{ expiresAt: at, isRedeemed: false, isVoid: false }, 'expired'],
    [{ expiresAt: at + 1, isRedeemed: false, isVoid: true }, 'void'],
    [{ expiresAt: at, isRedeemed: true, isVoid: true }, 'redeemed'],
  ] as const)('stands as %j says: %s', (fate, expected) => expect(promiseState(fate, at)).toBe(expected));
});

describe('who gets a code', () => {
  const facts: IssueFacts = { live: liveOffer(), spent: {}, hasCode: true, promises: [] };
  const known = (change: Partial<KnownPromise> = {}): KnownPromise => ({
    id: 1,
    offer: 'ten-percent',
    code: 'X',
    terms: offerOf().terms,
    issuedAt: at - day,
    expiresAt: at + 2 * day,
    isMarketing: true,
    state: 'open',
    isOfEntry: false,
    ...change,
  });
  const better = terms(percent(20));

  test.each([
    ['a new one', {}, {}, { kind: 'issue', expiresAt: at + 5 * day, cost: 4000 }],
    ['none of an offer that is not in force', { live: null }, {}, { kind: 'refuse', reason: 'not-in-force' }],
    ['none when the list is empty', { hasCode: false }, {}, { kind: 'empty' }],
    ['that of the entry, again', { promises: [known({ isOfEntry: true })] }, {}, { kind: 'show', isNew: false }],
    ['that of the entry, although the list is empty', { hasCode: false, promises: [known({ isOfEntry: true })] }, {}, { kind: 'show' }],
    [
      'none after that of the entry was used',
      { promises: [known({ isOfEntry: true, state: 'redeemed' })] },
      {},
      { kind: 'refuse', reason: 'used-before' },
    ],
    ['an open one of the same offer', { promises: [known()] }, {}, { kind: 'show', isNew: true }],
    ['an open one that is better', { promises: [known({ offer: 'b', terms: better })] }, {}, { kind: 'show', isNew: true }],
    [
      'no better one where only the same is to be shown',
      { promises: [known({ offer: 'b', terms: better })] },
      { reuse: 'same' },
      { kind: 'refuse', reason: 'undercut' },
    ],
    [
      'none beside an open one that is worse',
      { promises: [known({ offer: 'w', terms: terms(percent(5)) })] },
      {},
      { kind: 'refuse', reason: 'undercut' },
    ],
    [
      'none beside one that is nearly over',
      { promises: [known({ expiresAt: at + 23 * hour })] },
      {},
      { kind: 'refuse', reason: 'undercut' },
    ],
    [
      'none within the time of another',
      { promises: [known({ offer: 'o', state: 'expired', issuedAt: at - 60 * day + minute })] },
      {},
      { kind: 'refuse', reason: 'period' },
    ],
    ['a new one after that time', { promises: [known({ offer: 'o', state: 'expired', issuedAt: at - 60 * day })] }, {}, { kind: 'issue' }],
    ['a new one where the other was taken back', { promises: [known({ offer: 'o', state: 'void' })] }, {}, { kind: 'issue' }],
    ['a new one beside one that made good for something', { promises: [known({ offer: 'o', isMarketing: false })] }, {}, { kind: 'issue' }],
    [
      'one to make good, beside any other',
      { live: liveOffer({ isMarketing: false }), promises: [known({ offer: 'o' })] },
      {},
      { kind: 'issue' },
    ],
    [
      'none past a limit',
      { live: liveOffer({ limits: [{ per: 'day', codes: 1, cost: null }] }), spent: { 'day:2026-11-30': { codes: 1, cost: 0 } } },
      {},
      { kind: 'refuse', reason: 'budget' },
    ],
  ] satisfies readonly (readonly [string, Partial<IssueFacts>, Partial<IssueRules>, object])[])('%s', (_what, change, rule, expected) => {
    expect(decideIssue({ ...facts, ...change }, { ...rules, ...rule })).toMatchObject(expected);
  });

  test('never has two marketing offers open, and never two within sixty days, whatever is asked in which order', () => {
    const random = seeded(11);
    const offers = [5, 10, 15].map((n) => liveOffer({ id: `p${n}`, terms: { benefit: percent(n) } }));
    for (let round = 0; round < 100; round += 1) {
      let promises: readonly KnownPromise[] = [];
      for (let now = at, asked = 0; asked < 30; asked += 1, now += Math.floor(random() * 10 * day)) {
        const live = offers[Math.floor(random() * offers.length)]!;
        promises = promises.map((one) => ({
          ...one,
          isOfEntry: false,
          state: one.state === 'open' && one.expiresAt <= now ? 'expired' : one.state,
        }));
        const decision = decideIssue({ ...facts, live, promises }, { ...rules, at: now, reuse: random() < 0.5 ? 'better' : 'same' });
        if (decision.kind === 'show') expect(isAsGood(decision.promise.terms, live.definition.terms)).toBe(true);
        if (decision.kind !== 'issue') continue;
        const made = known({
          id: asked,
          offer: live.definition.id,
          terms: live.definition.terms,
          issuedAt: now,
          expiresAt: decision.expiresAt,
        });
        promises = [made, ...promises];
        expect(promises.filter(({ state }) => state === 'open')).toHaveLength(1);
        expect(promises.filter(({ issuedAt }) => issuedAt > now - 60 * day)).toHaveLength(1);
      }
      expect(promises.length).toBeGreaterThan(1);
    }
  });
});
