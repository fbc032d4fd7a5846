import { expect, test } from 'vitest';
import { parseDefinition } from '../../src/definitions/parse.js';
import { segments as segmentKind } from '../../src/definitions/segment/kind.js';
import type { LiveSegment } from '../../src/definitions/segment/review.js';
import { day, type Instant } from '../../src/domain/time/instant.js';
import type { JourneyDefinition } from '../../src/journey/definition.js';
import { parseJourney } from '../../src/journey/parse.js';
import { castPersona } from '../../src/simulator/persona.js';
import { simulate } from '../../src/simulator/simulate.js';
import { shippedPolicies } from '../support/policies.js';

const startAt: Instant = Date.UTC(2026, 11, 1, 10);

async function segmentsOf(whos: Readonly<Record<string, string>>): Promise<readonly LiveSegment[]> {
  const parsed = await Promise.all(
    Object.entries(whos).map(([id, who]) =>
      parseDefinition(segmentKind, `segment: ${id}\nname: ${id}\nwho: ${who}\n`, { file: id, topics: null }),
    ),
  );
  return parsed.map((one) => {
    if (one.kind === 'invalid') throw new Error(JSON.stringify(one.problems));
    return { version: 1, definition: one.definition };
  });
}

const journey = (trigger: string, rest = '') =>
  `journey: trial\nname: Trial\nclass: marketing\ntopic: newsletter\ntrigger: ${trigger}\nentry: { reentry: always }\n${rest}`;

function definitionOf(source: string): JourneyDefinition {
  const parsed = parseJourney(source, { segments: ['lapsed', 'buyers'] });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
}

const asked = {
  lapsed: '{ all: [{ event_count: { name: order.paid, at_least: 1 } }, { event_count: { name: order.paid, within: P90D, is: 0 } }] }',
  buyers: '{ event_count: { name: order.paid, at_least: 1 } }',
};

async function story(source: string, days: readonly number[]) {
  const who = { who: null, messageId: null };
  return simulate({
    definition: definitionOf(source),
    segments: await segmentsOf(asked),
    script: {
      name: 'segments',
      startAt,
      persona: castPersona('subscriber', startAt),
      happenings: days.map((after) => {
        const at = startAt + after * day;
        const properties = { order_id: `o-${after}`, total: 20 };
        return { at, what: { kind: 'event', type: 'track', name: 'Order Completed', properties, ...who, happenedAt: at } as const };
      }),
      answers: {},
      until: startAt + 200 * day,
    },
    shop: { timeZone: 'Europe/London', country: 'GB' },
    policies: shippedPolicies(),
  });
}

test('a journey begins at the very instant at which time alone brings somebody into its segment', async () => {
  const source = journey('{ segment: { entered: lapsed } }', 'steps:\n  - send: { id: back, channel: email, template: back }\n');
  const { messages, lines } = await story(source, [1]);

  expect(messages).toMatchObject([{ step: 'back', state: 'sent', at: startAt + 91 * day }]);
  expect(lines.map(({ text }) => text).filter((text) => text.includes('segment'))).toEqual([
    'persona comes into the segment buyers.',
    'persona comes into the segment lapsed.',
  ]);
});

test('it hears of nobody who was there when the story began, and of no other segment', async () => {
  const source = journey('{ segment: { left: lapsed } }', 'steps:\n  - send: { id: hello, channel: email, template: hello }\n');

  expect((await story(source, [1])).messages).toEqual([]);
  expect((await story(source, [1, 100])).messages).toMatchObject([{ step: 'hello', at: startAt + 100 * day }]);
});

test('exits, waits and branches hear of segments and ask about them', async () => {
  const source = journey(
    '{ segment: { entered: lapsed } }',
    `exits:
  - { id: back, on: segment.left, where: { event_property: { path: segment, is: lapsed } } }
steps:
  - split: { branches: [{ when: { not: { segment: buyers } }, steps: [{ exit: { reason: never } }] }] }
  - wait: { for: P3D }
  - send: { id: nudge, channel: email, template: nudge }
`,
  );

  expect((await story(source, [1])).messages).toMatchObject([{ step: 'nudge', at: startAt + 94 * day }]);
  const returned = await story(source, [1, 92]);
  expect(returned.entries[0]).toMatchObject({ outcome: 'exited', reason: 'back' });
});

test.each([
  ['{ segment: { entered: lapsd } }', 'There is no segment "lapsd". Did you mean "lapsed"?'],
  ['{ segment: { entered: lapsed, left: buyers } }', 'one of entered and left'],
  ['{ segment: {} }', 'one of entered and left'],
])('a trigger %s is refused', (trigger, says) => {
  const { kind, problems } = parseJourney(journey(trigger, 'steps:\n  - exit: { reason: done }\n'), { segments: ['lapsed', 'buyers'] });

  expect(kind).toBe('invalid');
  expect(problems.map(({ message, suggestion }) => `${message} ${suggestion}`).join('\n')).toContain(says);
});
