import { expect, test } from 'vitest';
import type { Tier } from '../../../src/domain/engagement/engagement-tier.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { castPersona } from '../../../src/simulator/persona.js';
import { simulate } from '../../../src/simulator/simulate.js';
import { definitionOf, problemsOf, startAt, trialJourney } from '../../house/trials.js';
import { shippedPolicies } from '../../support/policies.js';

const journeyWith = (tier: string) =>
  trialJourney({
    steps: `
  - wait: { for: P40D }
  - split:
      id: engaged
      branches:
        - { id: asked, when: { tier: ${tier} }, steps: [{ exit: { id: of-it, reason: of-it } }] }
      else: { steps: [{ exit: { id: of-another, reason: of-another } }] }`,
  });

/** How the entry of somebody ends who consented at its start and does nothing more, or does `deed` a day before the split. */
function endOf(tier: string, { told, deed }: { readonly told?: Tier; readonly deed?: string } = {}): string | undefined {
  const persona = castPersona('subscriber', startAt);
  const properties = { order_id: 'A-1', total: 40, currency: 'GBP' };
  const event = (name: string) => ({ kind: 'event', type: 'track', name, properties, who: null, messageId: null }) as const;
  const at = startAt + hour;
  const deedAt = at + 39 * day;
  const story = simulate({
    definition: definitionOf(journeyWith(tier)),
    script: {
      name: 'a tier',
      startAt,
      persona: told === undefined ? persona : { ...persona, tier: told },
      happenings: [
        { at, what: { ...event('Quiz Finished'), happenedAt: at } },
        ...(deed === undefined ? [] : [{ at: deedAt, what: { ...event(deed), happenedAt: deedAt } }]),
      ],
      answers: {},
    },
    shop: { timeZone: 'Europe/London', country: 'GB' },
    policies: shippedPolicies(),
  });
  return story.entries[0]?.reason ?? undefined;
}

test('a split asks how engaged the person is when it is reached', () => {
  expect(endOf('{ is: warm }')).toBe('of-it');
  expect(endOf('{ is: hot }')).toBe('of-another');
  expect(endOf('{ is: hot }', { deed: 'Order Completed' })).toBe('of-it');
  expect(endOf('{ is: cool }', { told: 'cool' })).toBe('of-it');
  expect(endOf('{ not_in: [new, hot] }')).toBe('of-it');
});

test('only tiers can be asked for', () => {
  expect(problemsOf(journeyWith('{ is: engaged }')).join('; ')).toContain('"is" cannot be "engaged"');
  expect(problemsOf(journeyWith('{}')).join('; ')).toContain('needs one comparison');
});
