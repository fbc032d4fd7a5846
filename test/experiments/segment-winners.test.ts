import { describe, expect, test } from 'vitest';
import { day } from '../../src/domain/time/instant.js';
import { lookInputs } from '../../src/experiments/look.js';
import { ownArms, segmentWinners } from '../../src/experiments/segment-winners.js';
import { type ArmSums, noSums, type SegmentSums } from '../../src/experiments/sums.js';
import { segmentOf } from '../../src/journey/experiment.js';
import { beginning, type TestState } from '../../src/statistics/decision.js';
import { experimentOf } from '../support/experiments.js';

const arms = ['none', 'ten', 'free'] as const;
const experiment = experimentOf({
  arms: arms.map((id) => ({ id, weight: 1 / 3 })),
  metric: { kind: 'orders', windowMs: 7 * day, marginRate: 1 },
  segments: ['loyal', 'new', 'small'],
  guardrails: [{ kind: 'refund', margin: 0.01 }],
});

/** People of each arm, and how many of them ordered. */
type Crowd = readonly [people: number, none: number, ten: number, free: number];

const sums = (arm: string, people: number, ordered: number): ArmSums => ({
  ...noSums(arm),
  people,
  ordered,
  sum: 1_000 * ordered,
  sumSquares: 1_000_000 * ordered,
  raw: 1_000 * ordered,
});

const inputsOf = (crowds: Readonly<Record<string, Crowd>>, change: Partial<ArmSums> = {}, of = experiment) => {
  const segments: SegmentSums[] = Object.entries(crowds).map(([segment, [people, ...ordered]]) => ({
    segment,
    arms: arms.map((arm, at) => sums(arm, people, ordered[at] ?? 0)),
  }));
  const all = arms.map((arm, at) => ({
    ...sums(
      arm,
      Object.values(crowds).reduce((sum, [people]) => sum + people, 0),
      Object.values(crowds).reduce((sum, crowd) => sum + (crowd[at + 1] ?? 0), 0),
    ),
    ...(arm === 'free' ? change : {}),
  }));
  const at = { day: 28, before: beginning, mostBefore: 0, weights: new Map() };
  return lookInputs(of, { arms: all, entered: [], cap: null, conflicted: 0, segments }, at);
};

const state = (kind: 'winner' | 'harm-stop'): TestState =>
  kind === 'winner'
    ? { kind, looks: [], dropped: [], challenger: 0, day: 28, by: 'planned-look' }
    : { kind, looks: [], dropped: [], day: 9 };

const loyalDiffer: Readonly<Record<string, Crowd>> = {
  loyal: [8_000, 800, 480, 500],
  new: [8_000, 240, 480, 300],
  small: [60, 2, 9, 1],
  others: [8_000, 240, 430, 260],
};

describe('a segment has an arm of its own', () => {
  test('where another one is sure to be better there, and nowhere else', () => {
    const found = segmentWinners(inputsOf(loyalDiffer), state('winner'), 'ten');
    expect(found?.segments.map(({ segment, arm, isOwn }) => [segment, arm, isOwn])).toEqual([
      ['loyal', 'none', true],
      ['new', 'ten', false],
      ['small', 'ten', false],
      ['others', 'ten', false],
    ]);
    expect(found?.meanTau).toBeGreaterThan(0.2);
    expect(ownArms(found)).toEqual({ loyal: 'none' });
  });

  test('never by fewer than 25 orders, however clear they look', () => {
    const found = segmentWinners(inputsOf({ ...loyalDiffer, small: [400, 0, 0, 24] }), state('winner'), 'ten');
    expect(found?.segments.find(({ segment }) => segment === 'small')).toMatchObject({ isOwn: false, conversions: 24 });
  });

  test('of two better arms the one with the lower expected loss', () => {
    const found = segmentWinners(inputsOf({ ...loyalDiffer, loyal: [8_000, 300, 500, 620] }), state('winner'), 'none');
    expect(found?.segments[0]).toMatchObject({ segment: 'loyal', arm: 'free', isOwn: true });
  });

  test('not if it does harm among all people', () => {
    const crowds = { ...loyalDiffer, loyal: [8_000, 300, 500, 620] as const };
    const found = segmentWinners(inputsOf(crowds, { refunded: 900 }), state('winner'), 'none');
    expect(found?.segments[0]).toMatchObject({ arm: 'ten', rivals: [{ arm: 'ten' }] });
  });

  test('not where nothing differs, and not when harm stopped the test', () => {
    const alike = { loyal: [8_000, 400, 400, 410], new: [8_000, 400, 410, 400] } as const;
    expect(ownArms(segmentWinners(inputsOf(alike), state('winner'), 'none'))).toBeNull();
    expect(segmentWinners(inputsOf(loyalDiffer), state('harm-stop'), 'none')).toBeNull();
    expect(segmentWinners(inputsOf(loyalDiffer), state('winner'), null)).toBeNull();
  });

  test('by money: in shares of what people of the segment bring', () => {
    const money = { ...experiment, metric: { ...experiment.metric, kind: 'margin' } as const };
    // Orders of 100: every amount is 100 times as much, and so is its square root.
    const inputs = inputsOf(loyalDiffer, {}, money);
    const dearer = inputs.segments?.map(({ segment, arms: all }) => ({
      segment,
      arms: all.map((arm) => ({ ...arm, sum: 100 * arm.sum, sumSquares: 10_000 * arm.sumSquares })),
    }));
    expect(inputs.unit).toBe('money');
    const [one, other] = [inputs, { ...inputs, segments: dearer ?? [] }].map((of) => segmentWinners(of, state('winner'), 'ten'));
    expect(ownArms(one ?? null)).toEqual({ loyal: 'none' });
    expect(other?.segments.map(({ rivals }) => rivals.map(({ chance }) => chance.toFixed(6)))).toEqual(
      one?.segments.map(({ rivals }) => rivals.map(({ chance }) => chance.toFixed(6))),
    );
  });
});

test.each<[Readonly<Record<string, boolean>>, string | null]>([
  [{ loyal: true, new: true, small: true }, 'loyal'],
  [{ loyal: false, new: true, small: false }, 'new'],
  [{ loyal: false, new: false, small: false }, 'others'],
  // Not known of the first: it may be theirs.
  [{ new: true, small: false }, null],
  [{}, null],
])('somebody counts for the first segment that they are in: %j', (places, segment) => {
  expect(segmentOf(['loyal', 'new', 'small'], places)).toBe(segment);
});
