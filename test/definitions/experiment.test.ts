import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { experiments } from '../../src/definitions/experiment/kind.js';
import { namespaceClashes } from '../../src/definitions/experiment/lint.js';
import { parseDefinition } from '../../src/definitions/parse.js';
import type { Experiment } from '../../src/journey/experiment.js';

const file = 'experiments/cart-offer.experiment.yaml';

const lines = {
  arms: 'arms: [{ id: none, weight: 50 }, { id: free-shipping, name: Free shipping, weight: 50, cost: 4.9 }]',
  control: 'control: none',
  metric: 'metric: { of: margin, window: P7D, margin_rate: 0.4 }',
  plan: 'plan: { people: 20000 }',
  more: '',
};

function written(change: Partial<typeof lines> = {}): string {
  return ['experiment: cart-offer', 'name: Does free shipping bring carts back?', ...Object.values({ ...lines, ...change })].join('\n');
}

const source = (segments: string): string => written({ more: `segments: ${segments}` });

const read = (change: Partial<typeof lines> = {}, topics: readonly string[] | null = null) =>
  parseDefinition(experiments, written(change), { file, topics });

async function experimentOf(change: Partial<typeof lines> = {}): Promise<Experiment> {
  const parsed = await read(change);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
}

describe('an experiment that is written down', () => {
  test('is read with what it leaves out', async () => {
    expect(await experimentOf()).toEqual({
      id: 'cart-offer',
      name: 'Does free shipping bring carts back?',
      description: null,
      seed: 'cart-offer',
      unit: 'person',
      arms: [
        { id: 'none', name: 'none', weight: 0.5, cost: 0, holdoutOf: null },
        { id: 'free-shipping', name: 'Free shipping', weight: 0.5, cost: 4.9, holdoutOf: null },
      ],
      control: 'none',
      coverage: 1,
      namespace: null,
      audience: null,
      metric: { kind: 'margin', windowMs: 7 * 86_400_000, marginRate: 0.4 },
      guardrails: [
        { kind: 'unsubscribe', margin: 0.0005 },
        { kind: 'complaint', margin: 0.001 },
      ],
      plan: { people: 20_000, lookDays: [14, 21, 28, 35] },
      decision: 'by-hand',
      keptBack: 0.05,
    });
  });

  test('with a long window it is still looked at within eight weeks', async () => {
    expect((await experimentOf({ metric: 'metric: { of: orders, window: P30D }' })).plan.lookDays).toEqual([42, 49, 56]);
  });

  test.each<[Partial<typeof lines>, string, string]>([
    [{ arms: 'arms: [{ id: none, weight: 50 }, { id: a, weight: 30 }]' }, 'add up to 80 percent', 'add up to 100'],
    [{ arms: 'arms: [{ id: none, weight: 50 }, { id: none, weight: 50 }]' }, 'is there twice', 'id of its own'],
    [{ arms: 'arms: [{ id: none, weight: 99.95 }, { id: a, weight: 0.05 }]' }, '0.05 percent is too little', '0.1 or more'],
    [{ control: 'control: nune' }, 'There is no arm "nune".', 'Did you mean "none"?'],
    [
      { arms: 'arms: [{ id: none, weight: 50 }, { id: out, weight: 50, holdout_of: none }]' },
      'the other arms are holdouts',
      'way of its own',
    ],
    [
      { arms: 'arms: [{ id: none, weight: 50 }, { id: a, weight: 40 }, { id: out, weight: 10, holdout_of: elsewhere }]' },
      '"elsewhere" is no arm with a way of its own',
      'Arms: none, a',
    ],
    [{ metric: 'metric: { of: margin, window: P7D }' }, 'needs margin_rate', 'margin_rate: 0.4'],
    [{ metric: 'metric: { of: orders, window: P7D, margin_rate: 0.3 }' }, 'orders has no margin', 'margin_rate out'],
    [{ metric: 'metric: { of: orders, window: PT5H }' }, 'not in whole days', 'P7D'],
    [{ metric: 'metric: { of: opens, window: P7D }' }, 'opens', 'margin'],
    [{ plan: 'plan: { people: 20000, looks: [P1W, P2W] }' }, 'close only on day 14', 'Begin with P14D'],
    [{ plan: 'plan: { people: 20000, looks: [P3W, P2W] }' }, 'not in order', 'earliest first'],
    [{ plan: 'plan: { people: 20000, looks: [P15D] }' }, 'whole weeks', 'P2W'],
    [{ plan: 'plan: { people: 20000, looks: [P2W, P9W] }' }, 'The last look is on day 63', 'longer_than_eight_weeks'],
    [{ more: 'namespace: { name: offers, from: 50, to: 20 }' }, 'has nobody in it', 'greater number'],
    [{ more: 'guardrails: [{ of: stop }, { of: stop }]' }, 'The guardrail stop is there twice', 'Keep one'],
    [
      { more: 'audience: { event_count: { name: order.paid, at_least: 1 } }' },
      'An audience cannot ask for "event_count"',
      'split before the step',
    ],
    [{ more: 'audience: { cart: { value: { at_least: 20 } } }' }, 'An audience cannot ask for "cart"', 'split before the step'],
  ])('is refused for %j, and says what to write instead', async (change, says, instead) => {
    const { kind, problems } = await read(change);
    expect(kind).toBe('invalid');
    expect(problems.map(({ message }) => message).join('\n')).toContain(says);
    expect(problems.map(({ suggestion }) => suggestion).join('\n')).toContain(instead);
    expect(problems[0]!.line).toBeGreaterThan(2);
  });

  test('names segments that are there, each once', async () => {
    const written = (segments: string) =>
      parseDefinition(experiments, source(segments), { file, topics: null, segments: ['loyal', 'new', 'one_time'] });
    expect(await written('[loyal, one_time]')).toMatchObject({ kind: 'ok', definition: { segments: ['loyal', 'one_time'] } });
    const said = await Promise.all(['[loyall]', '[new, new]', '[others]'].map(async (of) => (await written(of)).problems[0]));
    expect(said.map((one) => `${one?.message} ${one?.suggestion}`)).toEqual([
      'There is no segment "loyall". Did you mean "loyal"?',
      'The segment "new" is there twice. Keep one of them.',
      '"others" are the people in none of the segments. Take it out: they count by themselves.',
    ]);
  });

  test('a plan of more than eight weeks is taken where somebody says so, and an entry as unit with a warning', async () => {
    const long = await read({ plan: 'plan: { people: 20000, looks: [P2W, P9W], longer_than_eight_weeks: true }', more: 'unit: entry' });
    expect(long.kind).toBe('ok');
    expect(long.problems).toMatchObject([{ severity: 'warning', message: expect.stringContaining('two arms') }]);
  });

  test('parts of a namespace that overlap clash, others do not', async () => {
    const part = async (id: string, from: number, to: number): Promise<Experiment> => ({
      ...(await experimentOf({ more: `namespace: { name: offers, from: ${from}, to: ${to} }` })),
      id,
    });
    const [one, beside, over] = await Promise.all([part('one', 0, 50), part('beside', 50, 100), part('over', 40, 60)]);
    expect(namespaceClashes(one, [one, beside])).toEqual([]);
    expect(namespaceClashes(over, [one, beside])).toMatchObject([
      { path: ['namespace'], message: 'The experiment "one" has 0 to 50 of the namespace "offers", so some people would be in both.' },
    ]);
  });
});

test.each(readdirSync('experiments'))('experiments/%s, which is shipped, is right', async (name) => {
  const segments = readdirSync('segments').map((one) => one.split('.')[0] ?? '');
  const source = readFileSync(`experiments/${name}`, 'utf8');
  const parsed = await parseDefinition(experiments, source, { file: `experiments/${name}`, topics: ['marketing'], segments });
  expect(parsed.problems).toEqual([]);
});
