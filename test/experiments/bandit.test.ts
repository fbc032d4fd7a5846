import { describe, expect, test } from 'vitest';
import { experiments } from '../../src/definitions/experiment/kind.js';
import { parseDefinition } from '../../src/definitions/parse.js';
import { day } from '../../src/domain/time/instant.js';
import { banditEffects, nextShares } from '../../src/experiments/bandit.js';
import { lookInputs, resultOf } from '../../src/experiments/look.js';
import { armKept, lightOf, nextLookDay, showsEffect } from '../../src/experiments/standing.js';
import { noSums } from '../../src/experiments/sums.js';
import { beginning, isDecided } from '../../src/statistics/decision.js';
import { experimentOf } from '../support/experiments.js';

const arms = ['none', 'ten', 'free'] as const;
const experiment = experimentOf({
  arms: arms.map((id) => ({ id, weight: 1 / 3 })),
  metric: { kind: 'orders', windowMs: 3 * day, marginRate: 1 },
  bandit: { floor: 0.05 },
});

/** By version: people and orders of each arm. */
type Days = readonly (readonly (readonly [people: number, ordered: number])[])[];

const inputsOf = (days: Days, onDay = 9, of = experiment, each = 1_000) => {
  const sums = (at: number, counts: Days[number]) => {
    const [people = 0, ordered = 0] = counts[at] ?? [];
    return { ...noSums(arms[at] ?? ''), people, ordered, sum: each * ordered, sumSquares: each ** 2 * ordered };
  };
  const versions = days.map((counts, at) => ({ version: at + 1, arms: arms.map((_, arm) => sums(arm, counts)) }));
  const total = arms.map((_, at) =>
    sums(at, arms.map((__, arm) => [0, 1].map((what) => days.reduce((sum, counts) => sum + (counts[arm]?.[what] ?? 0), 0))) as never),
  );
  const entered = versions.flatMap(({ version, arms: all }) => all.map(({ arm, people }) => ({ version, arm, people })));
  const weights = new Map(versions.map(({ version }) => [version, new Map(arms.map((id) => [id, 1 / 3]))]));
  const at = { day: onDay, before: beginning, mostBefore: 0, weights };
  return lookInputs(of, { arms: total, entered, cap: null, conflicted: 0, versions }, at);
};
const sharesOf = (inputs: ReturnType<typeof inputsOf>) => [...nextShares(inputs, inputs.bandit!).values()];

const alike: Days = [
  [
    [1_000, 100],
    [1_000, 100],
    [1_000, 100],
  ],
];
const better: Days = [
  [
    [1_000, 100],
    [1_000, 100],
    [1_000, 170],
  ],
];

describe('the weights of the next day', () => {
  test('go to what brings more, with a floor under each, and make exactly one', () => {
    const shares = sharesOf(inputsOf(better));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(shares[2]).toBeGreaterThan(0.89);
    for (const share of shares) expect(share).toBeGreaterThanOrEqual(0.0499);
    for (const share of sharesOf(inputsOf(alike))) expect(share).toBeCloseTo(1 / 3, 2);
  });

  test('are alike for five days, and until each arm has 100 people and 40 orders', () => {
    const few: Days = [
      [
        [1_000, 39],
        [1_000, 100],
        [1_000, 170],
      ],
    ];
    for (const inputs of [inputsOf(better, 4), inputsOf(few)]) expect(sharesOf(inputs)).toEqual([0.3334, 0.3333, 0.3333]);
  });

  test('go by money where that is what counts', () => {
    const money = { ...experiment, metric: { ...experiment.metric, kind: 'margin' } as const };
    const shares = sharesOf(inputsOf(better, 9, money, 50_000));
    expect(shares[2]).toBeGreaterThan(0.89);
    expect(sharesOf(inputsOf([], 9, money))).toEqual([0.3334, 0.3333, 0.3333]);
  });
});

test('what arms bring is compared day by day: a good day is no good arm', () => {
  // Both arms bring the same each day; the second day is better, and most of its people got the offer.
  const days: Days = [
    [
      [1_000, 100],
      [200, 20],
      [200, 20],
    ],
    [
      [200, 40],
      [1_000, 200],
      [200, 40],
    ],
  ];
  const inputs = inputsOf(days);
  const [ten, free] = banditEffects(inputs, inputs.bandit!);
  expect(ten?.value).toBeCloseTo(0, 9);
  expect(ten?.chance).toBeCloseTo(0.5, 9);
  expect(free?.value).toBeCloseTo(0, 9);
  expect(ten?.interval[0]).toBeLessThan(0);
  expect(banditEffects(inputsOf([]), { floor: 0.05, batches: [] })).toEqual([]);
});

test('it earns and names nobody, whatever it sees, until the split is broken', () => {
  const clear: Days = [
    [
      [20_000, 1_000],
      [20_000, 1_000],
      [20_000, 3_000],
    ],
  ];
  const early = resultOf(inputsOf(clear, 6)).state;
  const late = resultOf(inputsOf(clear, 40)).state;
  expect([early, late]).toMatchObject([
    { kind: 'earning', isOpen: false },
    { kind: 'earning', isOpen: true },
  ]);
  expect([showsEffect(early), showsEffect(late), isDecided(late), armKept(experiment, late), nextLookDay(experiment, late)]).toEqual([
    false,
    true,
    false,
    null,
    null,
  ]);
  expect(lightOf(late)).toBe('amber');
  const broken: Days = [
    [
      [20_000, 1_000],
      [20_000, 1_000],
      [19_000, 950],
    ],
  ];
  const invalid = resultOf(inputsOf(broken, 40)).state;
  expect(invalid).toMatchObject({ kind: 'invalid' });
  expect(resultOf({ ...inputsOf(clear, 41), before: invalid }).state).toEqual(invalid);
});

const three = 'arms: [{ id: a, weight: 40 }, { id: b, weight: 30 }, { id: c, weight: 30 }]';
const week = 'metric: { of: orders, window: P6D }';
const read = (...lines: readonly string[]) =>
  parseDefinition(
    experiments,
    ['experiment: mail', 'name: Which mail?', 'control: a', 'plan: { people: 20000 }', 'bandit: {}', ...lines].join('\n'),
    { file: 'experiments/mail.experiment.yaml', topics: null },
  );

test('a bandit is taken with three arms and a window under a week', async () => {
  expect(await read(three, week)).toMatchObject({ kind: 'ok', definition: { bandit: { floor: 0.05 } } });
});

test.each<[readonly string[], string]>([
  [['arms: [{ id: a, weight: 50 }, { id: b, weight: 50 }]', week], 'A bandit between two arms is a test that answers less.'],
  [[three, 'metric: { of: orders, window: P7D }'], 'A bandit learns from what is known within a week, and the window is P7D.'],
  [
    ['arms: [{ id: a, weight: 40 }, { id: b, weight: 30 }, { id: c, weight: 20 }, { id: d, weight: 10, holdout_of: a }]', week],
    'A bandit has no holdout: its share would move with the weights.',
  ],
  [[three, week, 'unit: entry'], 'A bandit draws people, each once.'],
  [[three, week, 'segments: [loyal]'], 'A bandit does not say how much better an arm is, neither by segment nor by factor.'],
  [[three, week, 'decision: automatic'], 'A bandit names no winner, so nothing is decided by itself.'],
])('and refused elsewhere: %j', async (lines, says) => {
  const { kind, problems } = await read(...lines);
  expect(kind).toBe('invalid');
  expect(problems.map(({ message }) => message)).toContain(says);
});
