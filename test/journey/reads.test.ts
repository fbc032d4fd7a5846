import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseJourney } from '../../src/journey/parse.js';
import { branchWaysOf, readsOfJourney } from '../../src/journey/reads.js';

function journeyOf(source: string) {
  const parsed = parseJourney(source, {});
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
}

test('a journey says which facts it reads, for what, and with which properties', () => {
  const definition = journeyOf(`journey: quiz
name: Quiz
class: marketing
topic: newsletter
trigger: { event: { name: event:Quiz Finished, where: { event_property: { path: result.style, is: modern } } } }
entry:
  reentry: once
  filters: [{ event_count: { name: order.paid, is: 0 }, reason: bought }]
exits:
  - on: order.refunded
steps:
  - wait_until:
      id: rating
      timeout: P7D
      branches:
        - { on: feedback.submitted, where: { event_property: { path: rating, at_least: 4 } }, steps: [{ send: { id: glad, channel: email, template: thanks } }] }
      on_timeout: { steps: [{ send: { id: ask, channel: email, template: ask } }] }
`);
  expect(readsOfJourney(definition)).toEqual([
    { fact: 'event:Quiz Finished', by: 'trigger', properties: ['result'] },
    { fact: 'order.refunded', by: 'exit', properties: [] },
    { fact: 'feedback.submitted', by: 'wait', properties: ['rating'] },
    { fact: 'order.paid', by: 'condition', properties: [] },
  ]);
  expect(branchWaysOf(definition)).toEqual([
    { step: 'rating', to: 'glad' },
    { step: 'rating', to: 'ask' },
  ]);
});

test('the journey that is shipped reads carts and orders', () => {
  const reads = readsOfJourney(journeyOf(readFileSync('journeys/abandoned-cart.journey.yaml', 'utf8')));
  expect(reads.map(({ fact, by }) => `${by} ${fact}`)).toEqual(expect.arrayContaining(['trigger cart.updated', 'exit order.paid']));
});
