import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { greetingName, isProgramWord, nameInMail } from '../../../src/domain/people/person-name.js';
import { processorMs } from '../../support/processor-time.js';

describe('a first name in a mail', () => {
  test.each([
    [' Ada ', 'Ada'],
    ['\tAda\n', 'Ada'],
    ['Ada\u0000', 'Ada'],
    ['Ada\r\nBcc: x', 'Ada Bcc: x'],
    ['\u202eadA\u202c', 'adA'],
    ['\u2066Ada\u2069', 'Ada'],
    ['\ufeffAda\u200b', 'Ada'],
    ['"Ada"', 'Ada'],
    ['Ada,', 'Ada'],
    ['Ada ada@example.com', 'Ada'],
    ['Ada 😀', 'Ada 😀'],
    ["O'Brien", "O'Brien"],
    ['Anne-Marie', 'Anne-Marie'],
    ['J.R.R.', 'J.R.R.'],
    ['Łukasz', 'Łukasz'],
    ['张伟', '张伟'],
    ['أحمد', 'أحمد'],
    ['می‌خواهم', 'می‌خواهم'],
    ['Ø', 'Ø'],
    ['Nguyễn Thị', 'Nguyễn Thị'],
    ['ADA', 'ADA'],
    ['Ada (Lovelace)', 'Ada (Lovelace)'],
  ])('%j greets as %j', (name, shown) => {
    expect(greetingName(name)).toBe(shown);
  });

  test.each([
    'null',
    'NULL',
    ' Null ',
    'undefined',
    'NaN',
    'None',
    'N/A',
    'n/a',
    '#N/A',
    '-',
    '--',
    '—',
    '.',
    '?',
    '0',
    '12345',
    'true',
    'test',
    'TEST',
    'Tester',
    'Guest',
    'Customer',
    'First Name',
    'firstname',
    'Vorname',
    'xxx',
    'asdf',
    '[object Object]',
    '{{first_name}}',
    '{{ customer.first_name | default }}',
    '${name}',
    '%FIRSTNAME%',
    '*|FNAME|*',
    '<b>Ada</b>',
    '<script>alert(1)</script>',
    'ada@example.com',
    'https://evil.example',
    'evil.example',
    '😀',
    '👨‍👩‍👧',
    '\u200b',
    '\u3164',
    '\ud83d',
    '=?utf-8?Q?Ada?=',
    'Ada=1',
    '',
    '   ',
    'A'.repeat(1200),
    'Ada '.repeat(300),
    'a\u0301'.repeat(1200),
  ])('%j greets nobody', (name) => {
    expect(greetingName(name)).toBeNull();
  });

  test('heaps no marks on a letter, and is quick however long it is', () => {
    expect(greetingName(`Z${'\u0336'.repeat(300)}oe`)).toBe(`Z${'\u0336'.repeat(4)}oe`);
    const hostile = ['<'.repeat(1e6), '{{'.repeat(5e5), '&#'.repeat(5e5), ' '.repeat(1e6), '"'.repeat(1e6), `Ada${'!'.repeat(1e6)}x`];
    expect(processorMs(() => hostile.map(greetingName))).toBeLessThan(500);
  });

  test('is one line of at most forty letters without a mark that turns it around, whatever was given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (name) => {
        const shown = greetingName(name);
        if (shown === null) return;
        expect(shown).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
        expect(shown).toMatch(/\p{L}/u);
        expect(Array.from(shown).length).toBeLessThanOrEqual(40);
      }),
    );
  });
});

test('other names may be long, and are none where a program wrote them', () => {
  expect(nameInMail('Analytical Engines & Daughters of Marylebone, Limited')).toBe('Analytical Engines & Daughters of Marylebone, Limited');
  for (const word of ['undefined', 'null', '[object Object]', '{{company}}', '<%= name %>']) {
    expect(nameInMail(word)).toBeNull();
    expect(isProgramWord(word)).toBe(true);
  }
  for (const word of ['Nullarbor mug', '50% off', 'None such', 'Set of 6']) expect(isProgramWord(word)).toBe(false);
});
