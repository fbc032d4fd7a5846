import { describe, expect, test } from 'vitest';
import { experiments } from '../../src/definitions/experiment/kind.js';
import { parseDefinition } from '../../src/definitions/parse.js';
import { day } from '../../src/domain/time/instant.js';
import { factorEffects } from '../../src/experiments/factor-effects.js';
import { lookInputs } from '../../src/experiments/look.js';
import { noSums } from '../../src/experiments/sums.js';
import { beginning } from '../../src/statistics/decision.js';
import { experimentOf } from '../support/experiments.js';

const two = '[{ id: subject, levels: [plain, question] }, { id: offer, levels: [none, { id: ten, name: 10 %, cost: 3 }] }]';
const read = (how: string) =>
  parseDefinition(
    experiments,
    `experiment: mail\nname: Which mail?\n${how}\nmetric: { of: orders, window: P7D }\nplan: { people: 20000 }`,
    {
      file: 'experiments/mail.experiment.yaml',
      topics: null,
    },
  );
const compiled = async (how: string) => {
  const parsed = await read(how);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
};

describe('several things that vary at once', () => {
  test('are an arm for each combination, with the same share, and the usual levels as control', async () => {
    const { arms, control, factors } = await compiled(`factors: ${two}`);
    expect(arms.map(({ id, name, weight, cost }) => [id, name, weight, cost])).toEqual([
      ['plain-none', 'plain × none', 0.25, 0],
      ['plain-ten', 'plain × 10 %', 0.25, 3],
      ['question-none', 'question × none', 0.25, 0],
      ['question-ten', 'question × 10 %', 0.25, 3],
    ]);
    expect(control).toBe('plain-none');
    expect(factors).toEqual([
      {
        id: 'subject',
        levels: [
          { id: 'plain', name: 'plain', arms: ['plain-none', 'plain-ten'] },
          { id: 'question', name: 'question', arms: ['question-none', 'question-ten'] },
        ],
      },
      {
        id: 'offer',
        levels: [
          { id: 'none', name: 'none', arms: ['plain-none', 'question-none'] },
          { id: 'ten', name: '10 %', arms: ['plain-ten', 'question-ten'] },
        ],
      },
    ]);
  });

  test('have eight combinations at most', async () => {
    const factor = (id: string, levels: number) =>
      `{ id: ${id}, levels: [${Array.from({ length: levels }, (_, at) => `${id}${at}`).join(', ')}] }`;
    expect((await compiled(`factors: [${factor('a', 2)}, ${factor('b', 2)}, ${factor('c', 2)}]`)).arms).toHaveLength(8);
    const { problems } = await read(`factors: [${factor('a', 3)}, ${factor('b', 3)}]`);
    expect(problems.map(({ message }) => message)).toEqual(['The factors have 9 combinations; 8 is the most.']);
  });

  test.each([
    [`factors: ${two}\narms: [{ id: a, weight: 50 }, { id: b, weight: 50 }]`, 'Arms and factors are both written.'],
    ['control: a', 'There are no arms.'],
    ['arms: [{ id: a, weight: 50 }, { id: b, weight: 50 }]', 'There is no control.'],
    [`factors: ${two}\ncontrol: plain`, 'There is no arm "plain".'],
    ['factors: [{ id: a, levels: [x, x] }, { id: b, levels: [y, z] }]', 'The level "x" is there twice.'],
    ['factors: [{ id: a, levels: [x, w] }, { id: a, levels: [y, z] }]', 'The factor "a" is there twice.'],
    // Two combinations of the same name.
    ['factors: [{ id: a, levels: [x, x-y] }, { id: b, levels: [y-z, z] }]', 'The arm "x-y-z" is there twice.'],
  ])('are refused: %s', async (how, says) => {
    const { kind, problems } = await read(how);
    expect(kind).toBe('invalid');
    expect(problems.map(({ message }) => message)).toContain(says);
  });
});

test('what a level brings is the mean over the levels of the others, each arm counting alike', async () => {
  const { factors = [], arms } = await compiled(`factors: ${two}`);
  const experiment = experimentOf({ arms, control: 'plain-none', metric: { kind: 'orders', windowMs: 7 * day, marginRate: 1 } });
  // 5 %, 7 %, 6 % and 10 % order; the arms have different numbers of people.
  const counts = { 'plain-none': [50, 1_000], 'plain-ten': [140, 2_000], 'question-none': [60, 1_000], 'question-ten': [100, 1_000] };
  const sums = Object.entries(counts).map(([arm, [ordered = 0, people = 0]]) => ({
    ...noSums(arm),
    people,
    ordered,
    sum: 1_000 * ordered,
    sumSquares: 1_000_000 * ordered,
  }));
  const at = { day: 28, before: beginning, mostBefore: 0, weights: new Map() };
  const inputs = lookInputs(experiment, { arms: sums, entered: [], cap: null, conflicted: 0 }, at);
  const [subject, offer] = factorEffects(factors, inputs);
  expect(subject).toMatchObject({ factor: 'subject', level: 'question', against: 'plain' });
  expect(subject?.value).toBeCloseTo((60 + 100) / 2 - (50 + 70) / 2, 9);
  expect(offer?.value).toBeCloseTo((70 + 100) / 2 - (50 + 60) / 2, 9);
  // Four variances of means, each a quarter of itself.
  const variance = (share: number, people: number) => (1_000_000 * share * (1 - share)) / (people - 1) / 4;
  const error = Math.sqrt(variance(0.05, 1_000) + variance(0.07, 2_000) + variance(0.06, 1_000) + variance(0.1, 1_000));
  expect(subject?.standardError).toBeCloseTo(error, 6);
  expect(subject?.interval[0]).toBeLessThan(20 - 1.96 * error);
  expect(factorEffects(factors, lookInputs(experiment, { arms: [], entered: [], cap: null, conflicted: 0 }, at))).toEqual([]);
});
