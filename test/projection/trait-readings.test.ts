import { describe, expect, test } from 'vitest';
import { traitNotes, traitReadings } from '../../src/projection/trait-readings.js';

describe('what a trait counts as', () => {
  test.each([
    ['a number as people write it at home', { phone: '07700 900123' }, 'phone', '+447700900123'],
    ['a number with 00', { phone: '0044 7700 900123' }, 'phone', '+447700900123'],
    ['a number with an invisible mark', { phone: '\u202a+447700900123\u202c' }, 'phone', '+447700900123'],
    ['a number of the country that the person names', { phone: '0151 23456789', country: 'DE' }, 'phone', '+4915123456789'],
    ['an address in capitals and blanks', { email: ' Ada@Example.TEST ' }, 'email', 'Ada@example.test'],
    ['an address with an invisible mark', { email: '\u200bada@example.test' }, 'email', 'ada@example.test'],
    ['a country by its name', { country: 'Germany' }, 'country', 'DE'],
    ['a country in small letters', { country: 'gb' }, 'country', 'GB'],
    ['a country of an address', { address: { country: 'France' } }, 'address.country', 'FR'],
    ['a zone in small letters', { timezone: 'europe/london' }, 'timezone', 'Europe/London'],
    ['a language of a system', { locale: 'de_DE.UTF-8' }, 'locale', 'de-DE'],
    ['a language by its name', { language: 'German' }, 'language', 'de'],
    ['a name with blanks', { firstName: '  Ada ' }, 'firstName', 'Ada'],
  ])('%s is told as given and as kept', (_what, traits, trait, kept) => {
    const told = traitReadings(traits, 'GB').find((one) => one.trait === trait);

    expect(told).toMatchObject({ trait, kept });
    expect(told?.given).not.toBe(kept);
  });

  test.each([
    ['timezone', 'BST'],
    ['timezone', 'Mars/Olympus'],
    ['timezone', 7],
    ['country', 'Atlantis'],
    ['country', ['GB']],
    ['locale', '{{ locale }}'],
    ['locale', 42],
    ['phone', 'call me'],
    ['email', 'ada at example'],
    ['firstName', 'null'],
    ['firstName', 'N/A'],
  ])('%s %j says nothing, and that is told', (trait, value) => {
    expect(traitReadings({ [trait]: value }, 'GB')).toMatchObject([{ trait, kept: null }]);
  });

  test.each([
    [{ phone: '+447700900123', email: 'ada@example.test', timezone: 'Europe/London', country: 'GB', locale: 'en-GB', firstName: 'Ada' }],
    [{ phone: '', email: null, timezone: undefined }],
    [{}],
  ])('what counts as it was given is not told', (traits) => {
    expect(traitReadings(traits, 'GB')).toEqual([]);
  });
});

test('an event notes what it brought that cannot be read, and nothing of before', () => {
  const traits = { timezone: 'BST', country: 'Atlantis', locale: 'de_DE', phone: 'call me' };

  expect(traitNotes(traits, ['timezone', 'locale', 'phone'])).toEqual(['unreadable:traits.timezone']);
});
