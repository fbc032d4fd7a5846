import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDefinition } from '../../src/definitions/parse.js';
import { segments } from '../../src/definitions/segment/kind.js';
import { judgeSegments } from '../../src/definitions/segment/review.js';
import { membershipOf, needsOfSegment, reasonsOf, type SegmentDefinition } from '../../src/definitions/segment/segment.js';
import type { ConditionFacts } from '../../src/journey/conditions/condition.js';

const file = 'segments/trial.segment.yaml';

async function read(who: string, topics: readonly string[] | null = null) {
  return parseDefinition(segments, `segment: trial\nname: Trial\nwho: ${who}\n`, { file, topics });
}

async function segmentOf(who: string): Promise<SegmentDefinition> {
  const parsed = await read(who);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
}

const nothing: ConditionFacts = {
  at: 0,
  profile: { identified: true, traits: {} },
  cart: null,
  consents: [],
  topics: { version: 1, topics: [] } as unknown as ConditionFacts['topics'],
  known: {},
  event: {},
  messages: {},
};

test('is read with its id, its name and who belongs', async () => {
  expect(await segmentOf('{ trait: { name: plan, is: gold } }')).toEqual({
    id: 'trial',
    name: 'Trial',
    description: null,
    who: { kind: 'trait', name: 'plan', comparison: { op: 'is', value: 'gold' } },
  });
});

test.each([
  ['{ cart: { value: { at_least: 20 } } }', 'A segment asks about a person at any time, and "cart" asks about one entry of a journey.'],
  ['{ not: { message: { step: a, status: clicked } } }', '"message" asks about one entry of a journey'],
  ['{ all: [{ event_property: { path: value, at_least: 1 } }] }', '"event_property" asks about one event'],
  ['{ event_count: { name: order.payed, at_least: 1 } }', 'There is no fact "order.payed".'],
  ['{ event_count: { name: Order Completed, at_least: 1 } }', 'In journeys the event "Order Completed" is called "order.paid".'],
  ['{ consent: { channel: email, topic: newslettr } }', 'newslettr'],
  ['{ trait: { name: plan } }', 'one comparison'],
  ['{}', 'one kind of condition'],
])('is refused for %s, with the place and what to write instead', async (who, says) => {
  const { kind, problems } = await read(who, ['marketing', 'newsletter']);

  expect(kind).toBe('invalid');
  expect(problems[0]).toMatchObject({ file, line: 3, message: expect.stringContaining(says) });
  expect(problems[0]?.suggestion).not.toBeNull();
});

test('asks the store for nothing but what its conditions need', async () => {
  const segment = await segmentOf(
    '{ any: [{ event_count: { name: order.paid, within: P90D, at_least: 1 } }, { trait: { name: a, is: b } }] }',
  );

  expect(needsOfSegment(segment)).toEqual([
    { of: 'event_instants', name: 'order.paid', windowMs: 90 * 86_400_000 },
    { of: 'answers', name: 'a' },
  ]);
});

test('says of each single condition how it was judged, and takes what is not known for no', async () => {
  const segment = await segmentOf(
    '{ all: [{ trait: { name: plan, is: gold } }, { not: { event_count: { name: order.paid, at_least: 1 } } }] }',
  );

  expect(membershipOf(segment, nothing)).toEqual({ isMember: false, changesAt: null });
  expect(reasonsOf(segment, nothing)).toEqual([
    'it is not known whether the trait plan is gold',
    'the number of order.paid is not at least 1',
  ]);
});

test('may ask about other segments, and never about itself, directly or through others', async () => {
  const peers = [
    await segmentOf('{ identified: true }').then((one) => ({ ...one, id: 'known' })),
    await segmentOf('{ all: [{ segment: trial }, { segment: known }] }').then((one) => ({ ...one, id: 'circle' })),
  ];
  const says = async (who: string) => {
    const parsed = await parseDefinition(segments, `segment: trial\nname: Trial\nwho: ${who}\n`, { file, topics: null, peers });
    return [parsed.kind, ...parsed.problems.map(({ severity, message, suggestion }) => `${severity}: ${message} ${suggestion}`)];
  };

  expect(await says('{ not: { segment: known } }')).toEqual(['ok']);
  expect(await says('{ segment: knwon }')).toEqual(['ok', 'warning: There is no segment "knwon". Did you mean "known"?']);
  expect(await says('{ segment: trial }')).toEqual(['invalid', expect.stringContaining('A segment cannot ask about itself.')]);
  expect(await says('{ any: [{ segment: known }, { segment: circle }] }')).toEqual([
    'invalid',
    expect.stringContaining('The segment "circle" asks about this one'),
  ]);
});

test('that leads back to itself all the same is not known to itself', async () => {
  const live = (id: string, who: string) => segmentOf(who).then((one) => ({ version: 1, definition: { ...one, id } }));
  const both = [await live('a', '{ not: { segment: b } }'), await live('b', '{ not: { segment: a } }')];

  expect(judgeSegments(both, nothing).map(({ isMember }) => isMember)).toEqual([true, false]);
});

// ── as time goes by ──

const names = ['order.paid', 'cart.updated'] as const;
const comparison = fc.oneof(
  ...(['at_least', 'at_most', 'more_than', 'less_than', 'is', 'is_not'] as const).map((op) =>
    fc.integer({ min: 0, max: 3 }).map((n) => `${op}: ${n}`),
  ),
);
const windows = ['PT1H', 'P1D', 'P2D'] as const;
const count = fc
  .tuple(fc.constantFrom(...names), fc.option(fc.constantFrom(...windows)), comparison)
  .map(([name, within, compared]) => `{ event_count: { name: ${name}, ${within === null ? '' : `within: ${within}, `}${compared} } }`);
const consent = fc.constantFrom('{ consent: { channel: email } }', '{ consent: { channel: email, granted: false } }');
const who = fc.letrec<{ one: string }>((tie) => ({
  one: fc.oneof(
    { maxDepth: 3 },
    count,
    consent,
    fc.array(tie('one'), { minLength: 1, maxLength: 3 }).map((of) => `{ all: [${of.join(', ')}] }`),
    fc.array(tie('one'), { minLength: 1, maxLength: 3 }).map((of) => `{ any: [${of.join(', ')}] }`),
    tie('one').map((of) => `{ not: ${of} }`),
  ),
})).one;

const hour = 3_600_000;
const past = fc.array(
  fc.tuple(
    fc.constantFrom(...names),
    fc.integer({ min: 0, max: 72 }).map((hours) => hours * hour),
  ),
  { maxLength: 6 },
);

test('stays the same until the instant that it names, whatever the definition, the past and the instant', async () => {
  await fc.assert(
    fc.asyncProperty(who, past, fc.option(fc.integer({ min: 60, max: 120 })), async (source, happened, consentHours) => {
      const segment = await segmentOf(source);
      const factsAt = (at: number): ConditionFacts => ({
        ...nothing,
        at,
        consents:
          consentHours === null
            ? []
            : [{ channel: 'email', topic: 'marketing', state: 'granted', at: 0, expiresAt: consentHours * hour } as never],
        known: {
          event_instants: Object.fromEntries(
            names.map((name) => [name, happened.flatMap(([one, instant]) => (one === name && instant <= at ? [instant] : []))]),
          ),
        },
      });
      // From the last event on nothing happens; each step looks once at what was promised, and a quarter of an hour before.
      for (let at = 72 * hour; ; ) {
        const { isMember, changesAt } = membershipOf(segment, factsAt(at));
        const until = changesAt ?? at + 100 * hour;
        expect(until).toBeGreaterThan(at);
        for (let look = at; look < until; look += hour / 4) expect(membershipOf(segment, factsAt(look)).isMember).toBe(isMember);
        if (changesAt === null) return;
        at = changesAt;
      }
    }),
    { numRuns: 300 },
  );
});
