import { describe, expect, test } from 'vitest';
import {
  type ArmReading,
  beginning,
  decide,
  isDecided,
  type Reading,
  type TestRules,
  type TestState,
  usualRules,
} from '../../src/statistics/decision.js';
import { decisionSentence } from '../../src/statistics/decision-sentence.js';
import { isNonInferior, unsubscribeMargin, upperDifference } from '../../src/statistics/guardrail.js';
import { sumsOfCounts } from '../../src/statistics/sums.js';

const rules: TestRules = { ...usualRules, plannedPeople: 28_000 };

/** Orders of 500 people an arm and day, as money of 1 each. */
function arm(orders: number, day: number, of: Partial<ArmReading> = {}): ArmReading {
  return { sums: sumsOfCounts({ hits: orders, of: 500 * day }), conversions: orders, cost: 0, isSafe: true, ...of };
}

function reading(
  day: number,
  control: number,
  challenger: number,
  of: Partial<Reading> & { readonly arm?: Partial<ArmReading> } = {},
): Reading {
  return {
    day,
    splitP: 0.5,
    isComplete: true,
    control: arm(control, day),
    challengers: [arm(challenger, day, { cost: 1, ...of.arm })],
    ...(of.splitP === undefined ? {} : { splitP: of.splitP }),
    ...(of.isComplete === undefined ? {} : { isComplete: of.isComplete }),
  };
}

function after(...readings: readonly Reading[]): TestState {
  return readings.reduce((state, next) => decide(rules, state, next), beginning);
}

describe('from reading to reading', () => {
  const calm = [reading(7, 175, 180), reading(14, 350, 362), reading(21, 525, 540)];

  test.each<[string, readonly Reading[], Partial<TestState> & { readonly [name: string]: unknown }]>([
    ['collects before the first week is full, whatever it sees', [reading(6, 100, 300)], { kind: 'collecting', looks: [] }],
    ['collects while an arm has fewer than 25 conversions', [reading(7, 24, 60)], { kind: 'collecting', looks: [] }],
    [
      'collects while windows are open or the lag of the data is unknown',
      [reading(7, 175, 300, { isComplete: false })],
      { kind: 'collecting' },
    ],
    ['takes the first look', [reading(7, 175, 190)], { kind: 'look', look: 1 }],
    [
      'takes a look late when its day was missed, and never twice',
      [reading(9, 225, 240), reading(10, 250, 262)],
      { kind: 'look', look: 1 },
    ],
    ['leaves a look out that nobody could take', [reading(7, 20, 30), reading(14, 350, 362)], { kind: 'look', look: 2 }],
    [
      'names a winner at a look',
      [reading(7, 175, 190), reading(14, 350, 440)],
      { kind: 'winner', challenger: 0, by: 'planned-look', day: 14 },
    ],
    ['names none between looks for what a look would take', [reading(14, 350, 362), reading(15, 375, 450)], { kind: 'look', look: 2 }],
    [
      'names one on any day when the sequence is sure',
      [reading(7, 175, 190), reading(12, 300, 480)],
      { kind: 'winner', by: 'any-day', day: 12 },
    ],
    ['ends with a loser at a look', [reading(7, 175, 190), reading(14, 440, 350)], { kind: 'loser', day: 14 }],
    ['stops harm on any day', [reading(7, 175, 170), reading(9, 400, 200)], { kind: 'harm-stop', day: 9 }],
    ['a broken split is invalid before anything else', [reading(7, 175, 400, { splitP: 0.0009 })], { kind: 'invalid', day: 7 }],
    ['a broken split is invalid also while collecting', [reading(2, 20, 40, { splitP: 0 })], { kind: 'invalid', day: 2 }],
    ['a split at 0.001 is whole', [reading(7, 175, 180, { splitP: 0.001 })], { kind: 'look' }],
    ['no winner that harms: the test goes on', [reading(14, 350, 460, { arm: { isSafe: false } })], { kind: 'look', look: 2 }],
    [
      'ends without a winner, and keeps what costs least',
      [...calm, reading(28, 700, 702)],
      { kind: 'inconclusive-cheapest', challenger: null, day: 28 },
    ],
    [
      'ends with the dearer arm where the control risks too much',
      [...calm, reading(28, 700, 770)],
      { kind: 'inconclusive-cheapest', challenger: 0 },
    ],
    [
      'ends with the control where the arm that risks less does harm',
      [...calm, reading(28, 700, 770, { arm: { isSafe: false } })],
      { kind: 'inconclusive-cheapest', challenger: null },
    ],
    ['ends though too few have acted', [reading(28, 20, 22)], { kind: 'inconclusive-cheapest', challenger: null }],
    ['does not end before the windows are closed', [...calm, reading(28, 700, 705, { isComplete: false })], { kind: 'look', look: 3 }],
  ])('%s', (_, readings, expected) => {
    expect(after(...readings)).toMatchObject(expected);
  });

  test('what is decided stays, whatever arrives later', () => {
    const won = after(reading(14, 350, 460));
    expect(isDecided(won)).toBe(true);
    expect(decide(rules, won, reading(15, 900, 300, { splitP: 0 }))).toBe(won);
  });

  test('each look is kept with its day, the people seen, its boundary and what it spent', () => {
    const { looks } = after(...calm);
    expect(looks.map(({ look, day, information }) => [look, day, information])).toEqual([
      [1, 7, 0.25],
      [2, 14, 0.5],
      [3, 21, 0.75],
    ]);
    [4.108, 2.906, 2.401].forEach((z, at) => expect(looks[at]?.z).toBeCloseTo(z, 2));
    expect(looks.at(-1)?.spent).toBeCloseTo(0.0177, 3);
  });

  test('fewer people than planned do not leave α unspent, and more spend no more', () => {
    const few = decide({ ...rules, plannedPeople: 60_000 }, beginning, reading(28, 700, 705));
    const more = decide({ ...rules, plannedPeople: 9_000 }, beginning, reading(14, 350, 352));
    expect([few.looks.at(-1)?.spent, more.looks.at(-1)?.spent]).toEqual([0.04, 0.04]);
  });
});

describe('several challengers', () => {
  const of = (day: number, control: number, ...orders: readonly number[]): Reading => ({
    ...reading(day, control, 0),
    challengers: orders.map((hits) => arm(hits, day, { cost: hits / 1_000 })),
  });
  const three: TestRules = { ...usualRules, plannedPeople: 56_000 };

  test('share α, so that one of them alone wants more', () => {
    const alone = decide(rules, beginning, reading(28, 700, 783));
    const shared = decide(three, beginning, of(28, 700, 783, 700, 700));
    expect([alone.kind, shared.kind]).toEqual(['winner', 'inconclusive-cheapest']);
  });

  test('the better of two winners wins', () => {
    expect(decide(three, beginning, of(14, 350, 470, 520, 350))).toMatchObject({ kind: 'winner', challenger: 1 });
  });

  test('who is behind is dropped and cannot win; the test ends when all are', () => {
    const first = decide(three, beginning, of(14, 350, 230, 350, 352));
    expect(first).toMatchObject({ kind: 'look', dropped: [0] });
    const second = decide(three, first, of(21, 525, 800, 400, 530));
    expect(second).toMatchObject({ kind: 'look', dropped: [0, 1] });
    expect(decide(three, second, of(28, 700, 1_200, 900, 500))).toMatchObject({ kind: 'loser', dropped: [0, 1, 2] });
  });
});

describe('a sentence for each state', () => {
  const names = { control: 'no offer', challengers: ['10 % off', 'free shipping'] };
  const progress = { looks: [], dropped: [] };
  const states: readonly TestState[] = [
    { kind: 'collecting', ...progress },
    { kind: 'look', ...progress, look: 2 },
    { kind: 'winner', ...progress, challenger: 1, day: 14, by: 'planned-look' },
    { kind: 'loser', ...progress, day: 14 },
    { kind: 'harm-stop', ...progress, day: 9 },
    { kind: 'inconclusive-cheapest', ...progress, challenger: null, day: 28 },
    { kind: 'inconclusive-cheapest', ...progress, challenger: 0, day: 28 },
    { kind: 'invalid', ...progress, day: 3 },
    { kind: 'earning', ...progress, day: 3, isOpen: false },
  ];

  test.each(states)('$kind', (state) => {
    const said = (['en', 'de'] as const).map((language) => decisionSentence(state, names, rules, language));
    for (const sentence of said) {
      expect(sentence).toMatch(/^[„“\p{Lu}].*\.$/u);
      expect(sentence.match(/[.!?](?=\s|$)/g)).toHaveLength(1);
      expect(sentence).not.toMatch(/signif|undefined|NaN|p[- ]?[wv]/i);
    }
    expect(said[0]).not.toBe(said[1]);
  });

  test('they read like this', () => {
    expect(states.map((state) => decisionSentence(state, names, rules, 'en'))).toMatchInlineSnapshot(`
      [
        "People are still coming in, and nobody can tell anything before the first look on day 7.",
        "Look 2 of 4 shows no clear difference yet, and the next look is on day 21.",
        "“free shipping” brings more per person than “no offer”, so it is taken over, and 5 % of the people stay without it for four more weeks.",
        "“10 % off” and “free shipping” brought less per person than “no offer”, so stay with “no offer”.",
        "“10 % off” and “free shipping” brought so much less per person that the test stopped early, so stay with “no offer”.",
        "No difference could be found, so the cheapest arm that risks little is kept: “no offer”.",
        "No difference could be found, so the cheapest arm that risks little is kept: “10 % off”.",
        "People did not come to the arms in the shares that were set, so this test says nothing until that is mended and it is started afresh.",
        "More people get what brings more as far as is known, and how much more it brings is not tested here.",
      ]
    `);
    expect(states.map((state) => decisionSentence(state, names, rules, 'de'))).toMatchInlineSnapshot(`
      [
        "Es kommen noch Leute hinzu, und vor dem ersten Blick an Tag 7 lässt sich nichts sagen.",
        "Blick 2 von 4 zeigt noch keinen klaren Unterschied, und der nächste Blick ist an Tag 21.",
        "„free shipping“ bringt pro Person mehr als „no offer“ und wird übernommen, und 5 % der Leute bleiben noch vier Wochen lang ohne.",
        "„10 % off“ und „free shipping“ brachten pro Person weniger als „no offer“, also bleibt es bei „no offer“.",
        "„10 % off“ und „free shipping“ brachten pro Person so viel weniger, dass der Test früher endete, also bleibt es bei „no offer“.",
        "Es ließ sich kein Unterschied finden, also bleibt die günstigste Variante, die wenig aufs Spiel setzt: „no offer“.",
        "Es ließ sich kein Unterschied finden, also bleibt die günstigste Variante, die wenig aufs Spiel setzt: „10 % off“.",
        "Die Leute kamen nicht in den eingestellten Anteilen in die Varianten, also sagt dieser Test nichts, bis das behoben ist und er neu beginnt.",
        "Mehr Leute bekommen das, was nach bisherigem Wissen mehr bringt, und um wie viel mehr, wird hier nicht geprüft.",
      ]
    `);
  });
});

describe('guardrails', () => {
  test('are safe when even the upper bound stays within the margin', () => {
    expect(isNonInferior({ control: { hits: 100, of: 100_000 }, treatment: { hits: 105, of: 100_000 } }, unsubscribeMargin)).toBe(true);
    expect(isNonInferior({ control: { hits: 1, of: 1_000 }, treatment: { hits: 1, of: 1_000 } }, unsubscribeMargin)).toBe(false);
    expect(isNonInferior({ control: { hits: 100, of: 100_000 }, treatment: { hits: 160, of: 100_000 } }, unsubscribeMargin)).toBe(false);
    expect(upperDifference({ control: { hits: 0, of: 0 }, treatment: { hits: 0, of: 9 } })).toBe(1);
  });
});
