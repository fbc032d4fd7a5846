import { day, hour } from '../../src/domain/time/instant.js';
import type { JourneyId, StepId } from '../../src/domain/values/ids.js';
import type { JourneyDefinition, SendStep } from '../../src/journey/definition.js';

const step = (id: string): StepId => id as StepId;

/** A short cart journey: an email after an idle hour, a text four hours later, and an email after a day. */
export function cartJourney(overrides: Partial<JourneyDefinition> = {}): JourneyDefinition {
  return {
    format: 1,
    id: 'short-cart' as JourneyId,
    name: 'Short cart',
    description: '',
    priority: 80,
    class: 'marketing',
    topic: 'cart_reminder',
    trigger: { kind: 'inactivity', after: ['cart.updated'], resetOn: ['cart.updated'], forMs: hour },
    entry: {
      key: { kind: 'cart' },
      filters: [
        { reason: 'ordered', condition: { kind: 'cart', field: 'state', comparison: { op: 'is', value: 'open' } } },
        { reason: 'ordered', condition: { kind: 'event_count', name: 'order.paid', windowMs: day, comparison: { op: 'is', value: 0 } } },
        { reason: 'below-minimum', condition: { kind: 'cart', field: 'value', comparison: { op: 'at_least', value: 20 } } },
      ],
      reentry: { kind: 'interval', ms: 7 * day },
      concurrency: 'merge',
    },
    exits: [
      { id: 'ordered', on: { kind: 'event', event: 'order.paid', match: 'any', where: null }, outcome: 'converted' },
      { id: 'emptied', on: { kind: 'event', event: 'cart.emptied', match: 'cart', where: null }, outcome: 'exited' },
    ],
    goals: [{ id: 'order', event: 'order.paid', withinMs: 5 * day }],
    maxDurationMs: 5 * day,
    catchUp: { kind: 'send_if_within', ms: 2 * hour },
    holdout: 0,
    start: step('first-email'),
    steps: {
      'first-email': send('first-email', 'email', 4 * hour, 'until-text'),
      'until-text': waitUntil('until-text', 4 * hour, 'text'),
      text: { ...send('text', 'sms', day, 'until-second'), notAfterStartMs: 47 * hour },
      'until-second': waitUntil('until-second', day, 'second-email'),
      'second-email': send('second-email', 'email', day, null),
    },
    ...overrides,
  };
}

function send(id: string, channel: 'email' | 'sms', deadlineMs: number, next: string | null): SendStep {
  const place = { id: step(id), next: next === null ? null : step(next) };
  return { ...place, kind: 'send', channel, template: id, deadlineMs, notAfterStartMs: null, onCapped: 'defer' };
}

function waitUntil(id: string, ms: number, next: string): JourneyDefinition['steps'][string] {
  return { id: step(id), kind: 'wait', length: { kind: 'elapsed', ms }, from: { kind: 'start' }, next: step(next) };
}
