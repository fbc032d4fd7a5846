import { describe, expect, test } from 'vitest';
import type { IncomingEvent } from '../../../src/domain/events/incoming.js';
import { ourselves } from '../../../src/domain/keys/speaker.js';
import { readEvent } from '../../../src/projection/read-event.js';
import { shippedPolicies } from '../../support/policies.js';
import { shop } from '../../support/shop.js';
import { identify, shopEvent, track } from '../../support/shop-events.js';

const policies = shippedPolicies();
const read = (incoming: IncomingEvent) => readEvent({ policies: { current: () => policies }, shop }, incoming);
const meaningsOf = (incoming: IncomingEvent) => {
  const reading = read(incoming);
  return reading.kind === 'refused' ? reading.rejected.reason : reading.meanings.map(({ kind }) => kind).join();
};

describe('what an event means', () => {
  const yes = { channel: 'email', method: 'form', source: 'test' };

  test.each([
    ['traits of a person', identify({ city: 'Paris' }), 'traits'],
    ['traits, and a refusal among them', identify({ consents: [{ channel: 'email', state: 'denied' }] }), 'traits,consent'],
    ['a yes', track('Consent Granted', yes), 'consent'],
    ['a cart', track('Product Added', { product_id: 'mug' }), 'commerce'],
    ['an order, which its cart hears too', track('Order Completed', { order_id: 'o' }), 'commerce,order'],
    ['a shipment', track('Shipment Delivered', { order_id: 'o' }), 'order'],
    ['a ticket', track('Ticket Opened', { ticket_id: 't' }), 'service'],
    ['a name of the shop’s own', track('Quiz Finished'), 'own'],
    ['an answer', track('Question Answered', { field: 'style', value: 'modern' }), 'quiz'],
    ['the end of a quiz', track('Quiz Completed', { quiz: 'gifts' }), 'quiz'],
    ['an answer without a value', track('Question Answered', { field: 'style' }), 'answer-not-readable'],
    ['a page', shopEvent({ type: 'page', name: 'Home' }), 'visit'],
    ['a screen', shopEvent({ type: 'screen' }), 'visit'],
    ['nothing that Sojourn knows', shopEvent({ type: 'group', traits: { size: 3 } }), ''],
    ['a yes that is said wrongly', track('Consent Granted', { ...yes, channel: 'fax' }), 'invalid-consent-event'],
    ['a yes with traits, said wrongly', identify({ city: 'Paris', consents: [{ ...yes, state: 'granted' }] }), 'invalid-consent-event'],
    [
      'history that a browser tells',
      { ...shopEvent({ type: 'page', origin: 'import' }), speaker: { ...ourselves, kind: 'browser' as const } },
      'needs-server-key',
    ],
  ])('%s', (_what, incoming, expected) => {
    expect(meaningsOf(incoming)).toBe(expected);
  });

  test('is noted where it was read otherwise than it was said, after what its source noted', () => {
    const reading = read({ ...track('Order Completed', { order_id: 'o1', total: 'a lot' }), notes: ['clock-ahead'] });

    expect(reading).toMatchObject({ kind: 'understood', incoming: { notes: ['clock-ahead', 'unreadable:total'] } });
  });
});
