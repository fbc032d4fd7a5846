import { expect, test } from 'vitest';
import { checkValue } from '../../../src/domain/answers/check-value.js';
import { mailDomains, meantDomain } from '../../../src/domain/answers/mail-domains.js';
import { shippedFields } from '../../support/fields.js';

const fields = await shippedFields();

test.each([
  ['gmial.com', 'gmail.com'],
  ['gmail.con', 'gmail.com'],
  ['gmal.com', 'gmail.com'],
  ['gmaill.com', 'gmail.com'],
  ['GMAIL.CMO', 'gmail.com'],
  ['hotmial.com', 'hotmail.com'],
  ['hotmail.co.ukk', 'hotmail.co.uk'],
  ['outlok.com', 'outlook.com'],
  ['yaho.com', 'yahoo.com'],
  ['yahooo.de', 'yahoo.de'],
  ['iclod.com', 'icloud.com'],
  ['t-onlin.de', 't-online.de'],
  ['googlemail.con', 'googlemail.com'],
  ['willow.con', 'willow.com'],
])('%s was most likely meant as %s', (given, meant) => {
  expect(meantDomain(given)).toBe(meant);
});

test.each(['mail.com', 'email.com', 'gmx.at', 'shop.example', 'me.com', 'we.de', 'university.edu', 'hotels.com', 'live.at', 'sky.de'])(
  'nobody is asked about %s',
  (domain) => {
    expect(meantDomain(domain)).toBeNull();
  },
);

test('no common domain is taken for a slip of another', () => {
  expect(mailDomains.filter((domain) => meantDomain(domain) !== null)).toEqual([]);
});

test.each([
  ['email', 'ada@gmial.com', { code: 'mail-domain', suggestion: 'ada@gmail.com' }],
  ['email', 'ada@gmail.com', null],
  ['email', 'no address', null],
  ['budget', 40, null],
  ['budget', '40', null],
  ['budget', -3, { code: 'out-of-range', suggestion: 'from 1 to 5000' }],
  ['budget', 99_999, { code: 'out-of-range', suggestion: 'from 1 to 5000' }],
  ['budget', '12,50', { code: 'not-a-number', suggestion: '12.50' }],
  ['budget', '£40', { code: 'not-a-number', suggestion: '40' }],
  ['budget', '20 or 30', { code: 'not-a-number', suggestion: null }],
  ['budget', Number.NaN, { code: 'not-a-number', suggestion: null }],
  ['style', 'modern', null],
  ['style', 'modren', { code: 'not-a-choice', suggestion: 'modern' }],
  ['style', 7, { code: 'not-a-choice', suggestion: null }],
  ['occasions', ['birthday', 'weding'], { code: 'not-a-choice', suggestion: 'wedding' }],
  ['allergies', { $sealed: 'v1.a.b' }, null],
  ['style', null, null],
  ['nobody_declared', 'x', null],
])('%s %j', (name, value, expected) => {
  expect(checkValue(name, value, fields.get(name))).toEqual(expected);
});
