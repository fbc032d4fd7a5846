import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withoutPersonalData } from '../../../src/domain/values/reply-text.js';

const known = ['ada.lovelace@example.test', 'Ada Lovelace', '+447700900123'];

test.each([
  ['550 5.7.1 Message rejected due to content policy', '550 5.7.1 Message rejected due to content policy'],
  ['550 5.1.1 <ada.lovelace@example.test>: Recipient address rejected', '550 5.1.1 …: Recipient address rejected'],
  ['550 5.1.1 The account ADA.LOVELACE does not exist', '550 5.1.1 The account … does not exist'],
  ['550 mailbox for Lovelace, Ada is full', '550 mailbox for …, … is full'],
  ['450 4.2.1 other.person@elsewhere.example is over quota', '450 4.2.1 … is over quota'],
  ['550 see https://postmaster.example/why?address=ada&id=1', '550 see https://postmaster.example/…'],
  ["The 'To' number +447700900123 is not valid", "The 'To' number … is not valid"],
  ['The number +44 7700 900 999 is not valid', 'The number … is not valid'],
  ['421 4.7.0 [198.51.100.7] Try again later', '421 4.7.0 [198.51.100.7] Try again later'],
  ['550 first\r\n550 second', '550 first 550 second'],
  ['', ''],
])('%s', (said, told) => {
  expect(withoutPersonalData(said, known)).toBe(told);
});

// A look for each kind's sign comes before its search: what folds to the same letter in another script must not slip past it.
test.each([
  ['550 mailbox of ſmith is full', ['smith@example.test', null], '550 mailbox of … is full'],
  ['550 mailbox of JÄGER is full', ['a@example.test', 'Jäger'], '550 mailbox of … is full'],
  ['550 mailbox of \u212Aim is full', ['kim@example.test', null], '550 mailbox of … is full'],
  ['550 mailbox of SMITH is full', ['ſmith@example.test', null], '550 mailbox of … is full'],
  ['250 HTTPS://Postmaster.example/x/y', [], '250 https://Postmaster.example/…'],
])('%s', (said, whom, told) => {
  expect(withoutPersonalData(said, whom)).toBe(told);
});

test('whatever a provider says, neither address nor name nor number is in it, and it stays short', () => {
  const leaks = [...known, 'ada.lovelace', 'lovelace', 'else@where.example'];
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...leaks), fc.string()), { maxLength: 12 }),
      fc.constantFrom(' ', '<', ';', ''),
      (parts, between) => {
        const told = withoutPersonalData(parts.join(between), known);
        expect(told.length).toBeLessThanOrEqual(200);
        for (const leak of ['lovelace', '447700900123', 'else@where']) expect(told.toLowerCase()).not.toContain(leak);
      },
    ),
  );
});
