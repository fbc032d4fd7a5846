import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefusal } from '../../../src/domain/consent/consent.js';
import { readConsentEvent, readConsentTraits } from '../../../src/domain/consent/consent-events.js';

const both = ['email marketing', 'sms marketing'];

/** What a reading says no to. */
function noTo(reading: ReturnType<typeof readConsentEvent>): readonly string[] {
  return reading.kind !== 'consent'
    ? []
    : reading.told.filter(({ said }) => isRefusal(said.state)).map(({ said }) => `${said.channel} ${said.topic}`);
}

describe('a no counts as far as it can be read, and wider in doubt', () => {
  test.each([
    [{ channel: 'Email' }, ['email marketing']],
    [{ channel: 'EMAIL' }, ['email marketing']],
    [{ channel: ' e-mail ' }, ['email marketing']],
    [{ channel: 'SMS' }, ['sms marketing']],
    [{ channel: 'text message' }, ['sms marketing']],
    [{ channel: 'all' }, both],
    [{ channel: ['email', 'SMS'] }, both],
    [{ channel: 'email,sms' }, both],
    [{ channel: { email: false } }, ['email marketing']],
    [{ channels: ['Email'] }, ['email marketing']],
    [{}, both],
    [{ channel: null }, both],
    [{ channel: '' }, both],
    [{ channel: 'carrier pigeon' }, both],
    [{ channel: 7 }, both],
    [{ channel: ['email', 7] }, both],
    [{ channel: 'email', topic: 'Marketing' }, ['email marketing']],
    [{ channel: 'email', topic: 'cart-reminder' }, ['email cart_reminder']],
    [{ channel: 'email', topic: 'Cart Reminder ' }, ['email cart_reminder']],
    [{ channel: 'email', topic: ['newsletter', 'Sales'] }, ['email newsletter', 'email sales']],
    [{ channel: 'email', topic: 'all' }, ['email marketing']],
    [{ channel: 'email', topic: { id: 1 } }, ['email id']],
    [{ channel: 'email', topic: 'Über alles!' }, ['email marketing']],
    [{ channel: 'email', topic: 12 }, ['email marketing']],
    [{ channel: 'email', source: {} }, ['email marketing']],
    [{ channel: 'email', expires_at: '' }, ['email marketing']],
    [{ channel: 'email', expires_at: 'never' }, ['email marketing']],
    [{ channel: 'email', double_opt_in: 'false' }, ['email marketing']],
    [{ channel: 'email', legal_basis: 'gdpr' }, ['email marketing']],
    [{ channel: 'email', method: 7, text: ['x'], locale: false, ip: {} }, ['email marketing']],
    [{ channel: 'push' }, []],
    [{ channel: 'fax, push' }, []],
  ])('%j', (properties, expected) => expect(noTo(readConsentEvent('Consent Revoked', properties))).toEqual(expected));

  test.each([
    'Consent Revoked',
    'consent revoked',
    'CONSENT DENIED',
    'Consent Revoked ',
    ' Consent  Withdrawn',
    'Consent\u00a0Denied',
    'consent_revoked',
    'consent-denied',
    'ConsentRevoked',
    'Consent Refused\n',
  ])('by the name %j', (name) => expect(noTo(readConsentEvent(name, { channel: 'email' }))).toEqual(['email marketing']));

  test.each(['denied', 'Withdrawn', 'REVOKED', 'unsubscribed', 'opted-out', 'no', false])('as the state %j in a list', (state) => {
    expect(noTo(readConsentTraits({ consents: [{ channel: 'email', state, at: 'some day' }] }))).toEqual(['email marketing']);
  });

  test('in a list also where its instant, or a yes beside it, cannot be read', () => {
    const no = { channel: 'email', state: 'denied', at: 1796426786 };
    const reading = readConsentTraits({ consents: [{ channel: 'fax', state: 'granted', at: '2026-11-24T11:00:00Z' }, no] });
    expect(reading).toMatchObject({ told: [{ at: 1796426786000 }], notes: ['consent-unreadable'] });
    const long = [...Array.from({ length: 60 }, () => ({ channel: 'email', state: 'granted', at: '2026-11-24T11:00:00Z' })), no];
    expect(noTo(readConsentTraits({ consents: long }))).toEqual(['email marketing']);
  });

  test('whatever stands in it', () => {
    const names = fc.constantFrom(
      'channel',
      'channels',
      'topic',
      'source',
      'method',
      'legal_basis',
      'expires_at',
      'double_opt_in',
      'text',
      'ip',
    );
    fc.assert(
      fc.property(fc.dictionary(names, fc.anything({ maxDepth: 3 })), (fields) => {
        expect(readConsentEvent('Consent Revoked', fields).kind).toBe('consent');
      }),
    );
  });
});

describe('a yes stays strict', () => {
  const yes = { channel: 'email', method: 'form' };

  test.each([
    [{ ...yes, channel: 'Email' }],
    [{ ...yes, channel: 'all' }],
    [{ ...yes, channel: ['email'] }],
    [{ ...yes, channel: undefined }],
    [{ ...yes, topic: 'Marketing' }],
    [{ ...yes, topic: 'cart-reminder' }],
    [{ ...yes, source: {} }],
    [{ ...yes, expires_at: '' }],
    [{ ...yes, expires_at: '1796426786' }],
    [{ ...yes, double_opt_in: 'false' }],
    [{ ...yes, legal_basis: 'gdpr' }],
  ])('%j is none', (fields) => expect(readConsentEvent('Consent Granted', fields)).toMatchObject({ kind: 'problem' }));

  test.each(['Consent Granted ', 'Consent  Granted', 'consent_granted', 'ConsentGranted'])('the name %j gives none', (name) => {
    expect(readConsentEvent(name, yes)).toEqual({ kind: 'other' });
  });

  test.each(['Granted', 'yes', true, 'subscribed'])('the state %j gives none', (state) => {
    expect(readConsentTraits({ consents: [{ ...yes, state, at: '2026-11-24T11:00:00Z' }] })).toMatchObject({ kind: 'problem' });
  });

  test('nothing that no yes was read from gives one', () => {
    const words = fc.constantFrom('Consent Granted ', 'Consent Revoked', 'Consent Denied', 'grant consent');
    fc.assert(
      fc.property(words, fc.dictionary(fc.constantFrom('channel', 'topic', 'state'), fc.anything()), (name, fields) => {
        const reading = readConsentEvent(name, fields);
        expect(reading.kind === 'consent' && reading.told.some(({ said }) => !isRefusal(said.state))).toBe(false);
      }),
    );
  });
});
