import { describe, expect, test } from 'vitest';
import { strongestCompanions } from '../../../src/domain/recommendations/companions.js';
import { type CatalogueItem, exclusionOf } from '../../../src/domain/recommendations/exclusions.js';
import { fitItemToItem } from '../../../src/domain/recommendations/item-to-item.js';
import { type Models, type PersonKnown, recommend } from '../../../src/domain/recommendations/recommend.js';
import { day } from '../../../src/domain/time/instant.js';

const noon = Date.UTC(2026, 10, 24, 12);
const item = (itemId: string, more: Partial<CatalogueItem> = {}): CatalogueItem => {
  return { itemId, family: itemId, category: null, tags: {}, isInStock: true, lasting: null, notFor: [], ...more };
};
const stranger: PersonKnown = { bought: [], returned: [], ratings: [], shown: [], inCart: [], declared: [], signals: [], held: [] };
const shown = (ago: number, isClicked = false) => ({ family: 'x', at: noon - ago * day, isClicked });
const bought = (ago: number, quantity = 1) => ({ family: 'x', at: noon - ago * day, quantity });
const refill = item('x', { lasting: { medianDays: 45 } });

describe('an item is not shown', () => {
  test.each<[string, CatalogueItem, Partial<PersonKnown>]>([
    ['sold-out', item('x', { isInStock: false }), {}],
    ['not-for-them', item('x', { notFor: ['allergy:nuts'] }), { declared: ['allergy:nuts'] }],
    ['in-cart', item('x'), { inCart: ['x'] }],
    ['returned', item('x'), { returned: ['x'] }],
    ['low-rated', item('x'), { ratings: [{ family: 'x', stars: 2 }] }],
    ['owned', item('x-large', { family: 'x' }), { bought: [bought(900)] }],
    ['not-due', refill, { bought: [bought(20)] }],
    ['not-due', refill, { bought: [bought(40, 2)] }],
    ['shown-enough', item('x'), { shown: [shown(1), shown(10), shown(29)] }],
  ])('%s', (why, of, person) => {
    expect(exclusionOf(of, { ...stranger, ...person }, noon)).toBe(why);
  });

  test.each<[string, CatalogueItem, Partial<PersonKnown>]>([
    ['liked well enough', item('x'), { ratings: [{ family: 'x', stars: 3 }] }],
    ['used up by now', refill, { bought: [bought(33)] }],
    ['shown three times, once with a click', item('x'), { shown: [shown(1), shown(10, true), shown(29)] }],
    ['shown three times, once long ago', item('x'), { shown: [shown(1), shown(10), shown(31)] }],
  ])('unless it is %s', (_, of, person) => {
    expect(exclusionOf(of, { ...stranger, ...person }, noon)).toBeNull();
  });
});

describe('recommendations', () => {
  const catalogue = [
    item('tea', { tags: { 'taste:mild': 1 }, category: 'drink' }),
    item('honey', { tags: { 'taste:sweet': 1 }, category: 'food' }),
    item('chili', { tags: { 'taste:hot': 1 }, category: 'food' }),
    item('nuts', { tags: { 'taste:mild': 1 }, category: 'food', notFor: ['allergy:nuts'] }),
  ];
  const models: Models = {
    companions: strongestCompanions(
      fitItemToItem(
        Array.from({ length: 50 }, () => ['tea', 'honey']),
        1,
      ),
    ),
    popularity: new Map([
      ['chili', 10],
      ['honey', 2],
    ]),
  };
  const shownTo = (person: Partial<PersonKnown>, count = 2) =>
    recommend(catalogue, { ...stranger, ...person }, models, { at: noon, count });

  test('show who is new what is popular', () => {
    expect(shownTo({}).items).toMatchObject([
      { itemId: 'chili', score: 1, reason: { kind: 'popular' } },
      { itemId: 'honey', reason: { kind: 'popular' } },
    ]);
  });

  test('say what the person told, and never show what they must not have', () => {
    const signals = [{ kind: 'declared', tag: 'taste:mild', at: noon }] as const;
    const { items, excluded } = shownTo({ signals, declared: ['taste:mild', 'allergy:nuts'] }, 1);

    expect(items).toMatchObject([{ itemId: 'tea', reason: { kind: 'declared', tag: 'taste:mild' }, parts: { content: 1 } }]);
    expect(excluded).toEqual(new Map([['nuts', 'not-for-them']]));
  });

  test('show what is bought with what a person has', () => {
    const person = { held: ['tea'], bought: [{ family: 'tea', at: noon, quantity: 1 }] };

    expect(shownTo(person, 1).items).toMatchObject([{ itemId: 'chili' }]);
    const regular = {
      ...person,
      held: ['tea', 'tea', 'tea', 'tea', 'tea', 'tea', 'tea', 'tea', 'tea', 'tea', 'tea', 'tea', 'tea', 'tea', 'tea'],
    };
    expect(shownTo(regular, 1).items).toMatchObject([{ itemId: 'honey', reason: { kind: 'bought-with', itemId: 'tea' } }]);
  });

  test('are the same each time, and empty where nothing may be shown', () => {
    const person = { declared: ['allergy:nuts'], inCart: ['tea', 'honey', 'chili'] };

    expect(shownTo(person).items).toEqual([]);
    expect(shownTo({}, 4)).toEqual(shownTo({}, 4));
  });
});
