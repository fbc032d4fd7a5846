import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import { day, hour, minute } from '../../src/domain/time/instant.js';
import { parseJourney } from '../../src/journey/parse.js';
import { castPersona } from '../../src/simulator/persona.js';
import { simulate } from '../../src/simulator/simulate.js';
import { shippedPolicies } from '../support/policies.js';

const policies = shippedPolicies();
const shop = { timeZone: 'Europe/London', country: 'GB' };

/** A text at once, and the next day at 02:30, where clocks like to change, an email; then a text again. */
const parsed = parseJourney(
  `journey: clock-changes
name: Clock changes
class: marketing
topic: cart_reminder
trigger: { event: { name: order.paid } }
entry: { reentry: always }
steps:
  - send: { id: first, channel: sms, template: a-text, deadline: P3D }
  - wait: { for: P1D, at: "02:30" }
  - send: { id: night, channel: email, template: an-email }
  - wait: { for: PT24H }
  - send: { id: second, channel: sms, template: a-text, deadline: P3D, on_capped: skip }
`,
  {},
);
if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
const { definition } = parsed;

function local(at: number, zone: string) {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const field = (type: string) => parts.find((part) => part.type === type)!.value;
  return { date: `${field('year')}-${field('month')}-${field('day')}`, minute: Number(field('hour')) * 60 + Number(field('minute')) };
}

/** Every so many changes of the world's clocks from 2024 to 2030. */
function sampledChanges(every: number) {
  const changes = Intl.supportedValuesOf('timeZone').flatMap((zone) => {
    const found: { readonly zone: string; readonly at: number }[] = [];
    let at = Temporal.Instant.from('2024-01-01T00:00Z').toZonedDateTimeISO(zone);
    for (;;) {
      const next = at.getTimeZoneTransition('next');
      if (next === null || next.epochMilliseconds >= Date.UTC(2031, 0, 1)) return found;
      found.push({ zone, at: next.epochMilliseconds });
      at = next;
    }
  });
  return changes.filter((_, index) => index % every === 0);
}

test('from the order to the last message, across a change of clocks: each message once, texts inside the hours, waits by the wall or by the clock', () => {
  const sample = sampledChanges(19);
  expect(sample.length).toBeGreaterThan(80);
  for (const [index, { zone, at: change }] of sample.entries()) {
    const startAt = change - (index % 3) * day - ((index * 17) % 24) * hour - ((index * 7) % 60) * minute;
    const persona = castPersona('mobile-subscriber', startAt);
    const where = `${zone} ${new Date(change).toISOString()} from ${new Date(startAt).toISOString()}`;
    const ordered = { kind: 'event', type: 'track', name: 'Order Completed', who: null, happenedAt: startAt, messageId: null } as const;
    const story = simulate({
      definition,
      shop,
      policies,
      script: {
        name: where,
        startAt,
        persona: { ...persona, traits: { ...persona.traits, timezone: zone } },
        happenings: [{ at: startAt, what: { ...ordered, properties: { order_id: 'o1', total: 1, currency: 'GBP' } } }],
        answers: {},
      },
    });

    expect(story.messages.map(({ step, state }) => `${step} ${state}`).slice(0, 2), where).toEqual(['first sent', 'night sent']);
    const [first, night] = story.messages;
    const { minute: ofDay } = local(first!.at, zone);
    expect(ofDay >= 480 && ofDay < 1250, `${where}: text at ${ofDay}`).toBe(true);
    expect(first!.at - startAt).toBeLessThan(3 * day);
    // The first instant of the day's 02:30, or the first after a gap over it.
    const shown = local(night!.at, zone);
    const before = local(night!.at - minute, zone);
    const isReached = before.date === shown.date ? before.minute < 150 && shown.minute >= 150 : shown.minute >= 150;
    expect(isReached, `${where}: email at ${shown.date} ${shown.minute}`).toBe(true);
    expect(night!.at).toBeGreaterThan(first!.at);
    expect(night!.at - first!.at).toBeLessThan(2 * day);
    // A day of hours is that long, whatever the clocks do; then the gate is asked, and may put the text off or leave it out.
    const [, , second, ...more] = story.messages;
    expect(more, where).toEqual([]);
    expect(second!.at - night!.at).toBeGreaterThanOrEqual(day);
    if (second!.state === 'skipped') expect(second!.at - night!.at).toBe(day);
  }
});
