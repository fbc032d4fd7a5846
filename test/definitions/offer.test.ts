import { describe, expect, test } from 'vitest';
import { offers } from '../../src/definitions/offer/kind.js';
import { parseDefinition } from '../../src/definitions/parse.js';
import { day } from '../../src/domain/time/instant.js';

const head = 'offer: deal\nname: A deal\n';

async function read(lines: string) {
  const parsed = await parseDefinition(offers, head + lines, { file: 'offers/deal.offer.yaml', topics: null });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
}

async function complaints(lines: string): Promise<readonly string[]> {
  const parsed = await parseDefinition(offers, head + lines, { file: 'offers/deal.offer.yaml', topics: null });
  return parsed.problems.map(({ path, message, suggestion }) => `${path}: ${message} ${suggestion}`);
}

describe('a file of an offer', () => {
  test('says what is promised, with what follows from it', async () => {
    expect(await read('percent: 10\nexpires: P5D')).toEqual({
      id: 'deal',
      name: 'A deal',
      description: null,
      terms: { benefit: { kind: 'percent', percent: 10, atMost: null }, currency: null, minimum: null, products: [], costs: null },
      expiry: { after: { kind: 'calendar', days: 5 }, dayEnds: false },
      codes: { kind: 'made', prefix: '', length: 10 },
      isMarketing: true,
      limits: [],
      voids: ['order_cancelled', 'full_price_order'],
    });
  });

  test.each([
    [
      'amount: 5\ncurrency: GBP\nexpires: PT48H',
      { terms: { benefit: { kind: 'amount', amount: 5 }, costs: 5 }, expiry: { after: { ms: 2 * day } } },
    ],
    ['percent: 10\nat_most: 15\ncurrency: GBP\nexpires: P5D', { terms: { costs: 15 } }],
    [
      'free_shipping: true\nexpires: { after: P5D, until: end_of_day }',
      { terms: { benefit: { kind: 'free_shipping' } }, expiry: { dayEnds: true } },
    ],
    ['gift: { product: "1", name: Mug }\nexpires: P5D', { terms: { benefit: { kind: 'gift', product: '1', name: 'Mug' } } }],
    ['percent: 10\nexpires: P5D\ncodes: { imported: true }', { codes: { kind: 'imported', lowAt: 100 } }],
    ['percent: 10\nexpires: P5D\npurpose: service\nvoids: []', { isMarketing: false, voids: [] }],
    [
      'amount: 5\ncurrency: GBP\nexpires: P5D\nconditions: { minimum: 30, products: [a] }\nlimits: [{ per: day, codes: 3, cost: 20 }]',
      { terms: { minimum: 30, products: ['a'] }, limits: [{ per: 'day', codes: 3, cost: 20 }] },
    ],
  ])('reads %j', async (lines, expected) => {
    expect(await read(lines)).toMatchObject(expected);
  });

  test.each([
    ['expires: P5D', /The offer promises nothing\. Write one of percent/],
    ['percent: 10\nfree_shipping: true\nexpires: P5D', /two things: percent and free_shipping/],
    ['amount: 5\nat_most: 3\ncurrency: GBP\nexpires: P5D', /at_most bounds a percentage/],
    ['amount: 5\nexpires: P5D', /^amount: .*in which currency.*currency: GBP/],
    ['percent: 5\ncosts: 2\nexpires: P5D', /^costs: .*in which currency/],
    ['percent: 5\nexpires: P367D', /more than a year/],
    ['percent: 5\nexpires: PT30M', /less than an hour/],
    ['percent: 5\nexpires: PT5H', /Quiet hours and caps may hold a message back/],
    ['percent: 5\nexpires: { after: P367D, until: end_of_day }', /^expires.after: .*more than a year/],
    ['percent: 5\nexpires: P5D\nlimits: [{ per: day }]', /limits nothing/],
    ['percent: 5\nexpires: P5D\nlimits: [{ per: day, codes: 1 }, { per: day, codes: 2 }]', /two limits per day/],
    ['percent: 5\ncurrency: GBP\nexpires: P5D\nlimits: [{ per: day, cost: 10 }]', /what one code costs at most/],
    ['amount: 5\ncurrency: GBP\nexpires: P5D\nlimits: [{ per: all, cost: 4 }]', /lets none be given.*Write 5/],
    ['percent: 5\nexpires: P5D\ncodes: { length: 6 }', /length/],
    ['percent: 5\nexpires: P5D\ncodes: { prefix: "a b" }', /capitals, digits and hyphens/],
  ])('complains about %j', async (lines, expected) => {
    expect((await complaints(lines)).join('\n')).toMatch(expected);
  });
});
