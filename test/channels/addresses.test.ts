import { expect, test } from 'vitest';
import { checkEmail } from '../../src/channels/email/address.js';
import { checkPhone } from '../../src/channels/sms/address.js';

test.each([
  ['ada@example.com', { kind: 'ok', address: 'ada@example.com' }],
  ['  Ada.L+news@EXAMPLE.co.uk ', { kind: 'ok', address: 'Ada.L+news@example.co.uk' }],
  ['zoe@müller.example', { kind: 'ok', address: 'zoe@xn--mller-kva.example' }],
  ['', { kind: 'no', code: 'no-address' }],
  [null, { kind: 'no', code: 'no-address' }],
  ['ada@localhost', { kind: 'no', code: 'invalid-address' }],
  ['ada@127.0.0.1', { kind: 'no', code: 'invalid-address' }],
  ['ada..l@example.com', { kind: 'no', code: 'invalid-address' }],
  ['ada@example.com\r\nBcc: eve@example.com', { kind: 'no', code: 'invalid-address' }],
  ['friends: ada@example.com, eve@example.com;', { kind: 'no', code: 'invalid-address' }],
  ['"Ada" <ada@example.com>', { kind: 'no', code: 'invalid-address' }],
  [`${'a'.repeat(65)}@example.com`, { kind: 'no', code: 'invalid-address' }],
])('reads %j as an email address or says why not', (text, expected) => {
  expect(checkEmail(text)).toEqual(expected);
});

test.each([
  ['+447911123456', { kind: 'ok', e164: '+447911123456' }],
  ['+44 7911 123456', { kind: 'ok', e164: '+447911123456' }],
  ['+4915112345678', { kind: 'ok', e164: '+4915112345678' }],
  ['+14155552671', { kind: 'ok', e164: '+14155552671' }],
  ['+442079460000', { kind: 'no', code: 'not-mobile' }],
  ['+4930123456', { kind: 'no', code: 'not-mobile' }],
  ['+447700900123', { kind: 'no', code: 'fictional-number' }],
  ['+12125550123', { kind: 'no', code: 'fictional-number' }],
  ['12', { kind: 'no', code: 'invalid-address' }],
  ['call me', { kind: 'no', code: 'invalid-address' }],
  [undefined, { kind: 'no', code: 'no-address' }],
])('reads %j as a mobile number or says why not', (text, expected) => {
  expect(checkPhone(text, { allowFictional: false })).toEqual(expected);
});

test('takes numbers reserved for fiction only when they are allowed', () => {
  expect(checkPhone('+447700900123', { allowFictional: true })).toEqual({ kind: 'ok', e164: '+447700900123' });
  expect(checkPhone('+12125550123', { allowFictional: true })).toEqual({ kind: 'ok', e164: '+12125550123' });
  expect(checkPhone('+12125550223', { allowFictional: true })).not.toEqual({ kind: 'no', code: 'fictional-number' });
});

test('reads a national number as from the shop country', () => {
  expect(checkPhone('07911 123456', { allowFictional: false, country: 'GB' })).toEqual({ kind: 'ok', e164: '+447911123456' });
  expect(checkPhone('07911 123456', { allowFictional: false })).toEqual({ kind: 'no', code: 'invalid-address' });
});
