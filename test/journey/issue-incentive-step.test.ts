import { describe, expect, test } from 'vitest';
import type { LiveOffer } from '../../src/domain/offers/offer.js';
import { day, hour, type Instant } from '../../src/domain/time/instant.js';
import { parseJourney } from '../../src/journey/parse.js';
import { castPersona } from '../../src/simulator/persona.js';
import { simulate } from '../../src/simulator/simulate.js';
import type { Story } from '../../src/simulator/story.js';
import { definitionOf, startAt, trialJourney } from '../house/trials.js';
import { liveOffer } from '../support/offers.js';
import { shippedPolicies } from '../support/policies.js';

const issue = 'issue_incentive: { offer: ten-percent, refused: { steps: [{ exit: { reason: no-code } }] } }';
const steps = `
  - ${issue}
  - send: { id: deal, channel: email, template: deal }
  - wait: { for: P2D }
  - send: { id: deal-again, channel: email, template: deal }`;

interface Plot {
  readonly offers?: readonly LiveOffer[];
  readonly steps?: string;
  readonly empty?: readonly string[];
  readonly events?: readonly { readonly at: Instant; readonly name: string; readonly properties?: Readonly<Record<string, unknown>> }[];
}

/** The messages say the code, until when it holds, and nothing else. */
function play({
  offers = [liveOffer()],
  steps: written = steps,
  empty = [],
  events = [{ at: startAt, name: 'Quiz Finished' }],
}: Plot = {}) {
  const said: string[] = [];
  const story = simulate({
    definition: definitionOf(trialJourney({ steps: written })),
    script: {
      name: 'a trial',
      startAt,
      until: startAt + 70 * day,
      persona: castPersona('subscriber', startAt),
      emptyOffers: empty,
      answers: {},
      happenings: events.map(({ at, name, properties = {} }) => {
        const who = { who: null, happenedAt: at, messageId: null };
        return { at, what: { kind: 'event', type: 'track', name, properties, ...who } as const };
      }),
    },
    shop: { timeZone: 'Europe/London', country: 'GB' },
    policies: shippedPolicies(),
    offers,
    asks: (template) => (template === 'deal' ? ['offer'] : []),
    render: (_template, { known }) => {
      const { code, expires } = (known?.['offer'] ?? {}) as { readonly code?: string; readonly expires?: number };
      said.push(`${code} ${expires === undefined ? '' : (expires + 1 - startAt) / day}`);
      return { kind: 'email', subject: 'Deal', html: '<p></p>', text: 'Deal', locale: 'en', contentHash: 'x' };
    },
  });
  return { story, said };
}

const textsOf = ({ lines }: Story): string => lines.map(({ text }) => text).join('\n');

describe('a step that gives a code', () => {
  test('gives one code an entry, the same in all its messages, with the day on which it really ends', () => {
    const { story, said } = play();
    expect(story.messages).toMatchObject([
      { step: 'deal', state: 'sent', at: startAt },
      { step: 'deal-again', state: 'sent', at: startAt + 2 * day },
    ]);
    expect(new Set(said)).toEqual(new Set(['WREN-SIMULATED-1 5']));
    expect(textsOf(story)).toContain('Offer ten-percent: a code is given, valid until Sun 6 Dec 10:00 (Europe/London).');
  });

  test('gives no second one within sixty days, in any journey, and goes the other way', () => {
    const again = (at: Instant) => ({ at, name: 'Quiz Finished' });
    const { story } = play({ events: [again(startAt), again(startAt + 10 * day), again(startAt + 61 * day)] });
    expect(story.messages.filter(({ step }) => step === 'deal').map(({ at }) => at)).toEqual([startAt, startAt + 61 * day]);
    expect(textsOf(story)).toContain('no code is given, since the person got one of ten-percent within 60 days (period).');
  });

  test('shows an open code that is at least as good, and gives none beside one that is worse', () => {
    const better = liveOffer({ id: 'fifteen', terms: { benefit: { kind: 'percent', percent: 15, atMost: null } } });
    const beside = (offer: string) => `
  - issue_incentive: { id: first, offer: ${offer}, refused: { steps: [] } }
  - wait: { for: P1D }
  - issue_incentive: { id: second, offer: ten-percent, refused: { steps: [{ exit: { reason: no-code } }] } }
  - send: { id: deal, channel: email, template: deal }`;
    const shown = play({ offers: [better, liveOffer()], steps: beside('fifteen') });
    expect(shown.said).toEqual(['WREN-SIMULATED-1 5']);
    expect(textsOf(shown.story)).toContain('the person has a code of fifteen, as good or better');
    const worse = liveOffer({ id: 'five', terms: { benefit: { kind: 'percent', percent: 5, atMost: null } } });
    const refused = play({ offers: [worse, liveOffer()], steps: beside('five') });
    expect(refused.story.messages).toEqual([]);
    expect(textsOf(refused.story)).toContain('since a code of five is open, valid until Sun 6 Dec 10:00 (Europe/London) (undercut)');
  });

  test('is refused by a limit, and where the offer is not in force', () => {
    const people = [liveOffer({ limits: [{ per: 'day', codes: null, cost: 3.99 }] })];
    expect(textsOf(play({ offers: people }).story)).toContain('since the limit of day:2026-12-01 is reached (budget)');
    expect(textsOf(play({ offers: [] }).story)).toContain('since the offer is not in force (not-in-force)');
  });

  test('waits for imported codes, with the reason, and sends no message without one', () => {
    const pool = liveOffer({ codes: { kind: 'imported', lowAt: 10 } });
    const { story, said } = play({ offers: [pool], empty: ['ten-percent'] });
    expect(said).toEqual([]);
    expect(story.messages).toEqual([]);
    expect(textsOf(story)).toContain('Offer ten-percent: no imported code is left: waits up to 2 days for more.');
    expect(textsOf(story)).toContain('Offer ten-percent: no imported code is left, and none came within 2 days.');
    expect(story.lines.at(-1)!.at).toBe(startAt + 2 * day);
  });

  test('never sends a template that names a code where there is none: it waits, and says why', () => {
    const { story } = play({ steps: '\n  - send: { id: deal, channel: email, template: deal, deadline: PT1H }' });
    expect(story.messages).toMatchObject([{ step: 'deal', state: 'skipped' }]);
    expect(textsOf(story)).toContain('Waits: no content (there is no code to show); next possible Tue 1 Dec 10:15 (Europe/London).');
    expect(story.lines.at(-1)!.at).toBe(startAt + hour);
  });

  test('shows a code no more once it was used, and after an order at the full price that ended the entry', () => {
    const order = (at: Instant, coupon?: string) => ({
      at,
      name: 'Order Completed',
      properties: { order_id: `o-${at}`, total: 50, currency: 'GBP', ...(coupon === undefined ? {} : { coupon }) },
    });
    const begins = { at: startAt, name: 'Quiz Finished' };
    const used = play({ events: [begins, order(startAt + hour, 'wren-simulated-1')] });
    expect(used.story.messages.filter(({ state }) => state === 'sent')).toHaveLength(1);
    const unused = play({ events: [begins, order(startAt + hour)] });
    expect(unused.story.messages.filter(({ state }) => state === 'sent')).toHaveLength(2);
  });

  test('gives nobody who is held out a code', () => {
    const held = { ...definitionOf(trialJourney({ steps })), holdout: 1 };
    const { lines } = simulate({
      definition: held,
      script: {
        name: 'a trial',
        startAt,
        persona: castPersona('subscriber', startAt),
        answers: {},
        happenings: [
          {
            at: startAt,
            what: { kind: 'event', type: 'track', name: 'Quiz Finished', properties: {}, who: null, happenedAt: startAt, messageId: null },
          },
        ],
      },
      shop: { timeZone: 'Europe/London', country: 'GB' },
      policies: shippedPolicies(),
      offers: [liveOffer()],
    });
    expect(lines.map(({ text }) => text).join('\n')).toContain('no code is given, since the person is held out');
  });

  test('names an offer that there is', () => {
    const source = trialJourney({ steps });
    expect(parseJourney(source, { offers: ['ten-percnt', 'other'] }).problems).toMatchObject([
      { message: 'There is no offer "ten-percent".', suggestion: 'Did you mean "ten-percnt"?' },
    ]);
    expect(parseJourney(source, { offers: ['ten-percent'] }).problems).toEqual([]);
  });
});
