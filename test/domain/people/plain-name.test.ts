import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { claimedName, plainName } from '../../../src/domain/people/plain-name.js';
import { processorMs } from '../../support/processor-time.js';

describe('a name in a mail', () => {
  test.each([
    ['Ada', 'Ada'],
    ['  Jean  Luc ', 'Jean Luc'],
    ['Ada\u202e\u200b Lovelace\r\nBcc: x', 'Ada Lovelace Bcc: x'],
    ['Dr.Martens 1460', 'Dr Martens 1460'],
    ['Dr. Oetker', 'Dr. Oetker'],
    ['Flat white 3.5mm v2.0', 'Flat white 3.5mm v2.0'],
    ['A. B. Smith', 'A. B. Smith'],
    ['Mug™ ½ l', 'Mug™ ½ l'],
    ['می‌خواهم', 'می‌خواهم'],
    ['👩‍🍳 apron', '👩‍🍳 apron'],
  ])('stays what it is: %j', (name, shown) => {
    expect(plainName(name)).toBe(shown);
  });

  test.each([
    'https://evil.example/x',
    'HTTP://EVIL.EXAMPLE',
    'www.evil.example',
    'evil.example',
    'evil.com/pay',
    'Evil.Com',
    'bit.ly/3x',
    '(evil.co.uk)',
    'evil。example',
    'ｅｖｉｌ．ｃｏｍ',
    'evil\u200d.com',
    'evil.\u200bcom',
    'billing@evil.example',
    'ftp://evil.example',
    'javascript://x',
    'xn--80ak6aa92e.com',
    'paypal.com.evil.example',
  ])('has no address: %j', (address) => {
    for (const cut of [plainName, claimedName]) expect(cut(`Ada ${address} Smith`)).toBe('Ada Smith');
  });

  test.each(['07700 900123', '+44 (0)7700-900-123', '60300', '0 7 7 0 0 9 0', '0800.555.111', '١٢٣٤٥', 'call077009now', 'INV-2026-00417'])(
    'that nobody vouches for has no number to call either: %j',
    (number) => {
      expect(claimedName(`Call ${number} today`)).toBe('Call today');
      if (!number.includes('.')) expect(plainName(`Call ${number} today`)).toContain(number);
    },
  );

  test('that nobody vouches for keeps the small numbers of products', () => {
    for (const name of ['iPhone 15 Pro 256 GB', 'Mug 0.5 l', "Levi's 501", 'Set of 6', 'Calendar 2027', 'Frame 30 x 40', '501, 32 × 34'])
      expect(claimedName(name)).toBe(name);
  });

  test('is cut, never within a letter', () => {
    expect(plainName('ä'.repeat(300))).toBe(`${'ä'.repeat(99)}…`);
    expect(claimedName('👩‍🍳'.repeat(80))).toBe(`${'👩‍🍳'.repeat(59)}…`);
  });

  test('never links, whatever it is made of, and is cut once and for all', () => {
    const parts = fc.constantFrom('evil', 'com', 'Com', '.', '。', '/', ':', '@', ' ', 'www', '\u200d', '\u200b', '1', 'Ä', '-', '(');
    fc.assert(
      fc.property(fc.string({ unit: parts, maxLength: 40 }), (name) => {
        for (const cut of [plainName, claimedName]) {
          const shown = cut(name);
          const read = shown.normalize('NFKC').replaceAll(/[\u200c\u200d]/g, '');
          expect(read).not.toMatch(/:\/\/|@|[a-z0-9][.。](com|Com)/);
          expect(cut(shown)).toBe(shown);
        }
      }),
    );
  });

  test('of a megabyte takes no time', () => {
    for (const hostile of [' '.repeat(1e6), 'a.'.repeat(5e5), '1 '.repeat(5e5), '.'.repeat(1e6), '(+1'.repeat(3e5)]) {
      expect(processorMs(() => claimedName(hostile))).toBeLessThan(200);
    }
  });
});
