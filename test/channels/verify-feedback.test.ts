import { expect, test } from 'vitest';
import { verifyFeedback } from '../../src/channels/email/verify-feedback.js';
import { localDns, loops, signingProvider } from '../support/mail-back.js';

const hotmail = signingProvider('hotmail.example');
const yahoo = signingProvider('yahoo.example');
const stranger = signingProvider('stranger.example');
const configured = loops('staff@hotmail.example, feedback@arf.yahoo.example=yahoo.example, @fbl.example');
const dns = localDns([hotmail, yahoo, stranger]);

const mail = (from: string, more = ''): string =>
  `From: ${from}\r\nTo: fbl@in.shop.example\r\nSubject: complaint\r\n${more}\r\nThe mail was called spam.\r\n`;
const check = (raw: string, resolve = dns) => verifyFeedback(Buffer.from(raw), configured, resolve);

test.each([
  ['the address and its domain', hotmail, 'Staff <staff@hotmail.example>'],
  ['the address in capitals', hotmail, 'STAFF@Hotmail.example'],
  ['a domain that signs for another', yahoo, 'feedback@arf.yahoo.example'],
])('believes a report that its provider has signed: %s', async (_what, provider, from) => {
  expect(await check(await provider.sign(mail(from)))).toBe('verified');
});

test.each<[string, () => Promise<string> | string]>([
  ['no signature', () => mail('staff@hotmail.example')],
  ['another customer of the provider', () => hotmail.sign(mail('somebody@hotmail.example'))],
  ['the signature of somebody else', () => stranger.sign(mail('staff@hotmail.example'))],
  ['a provider that nobody has set', () => stranger.sign(mail('staff@stranger.example'))],
  ['another body', async () => `${await hotmail.sign(mail('staff@hotmail.example'))}And more.\r\n`],
  ['another sender', async () => (await hotmail.sign(mail('staff@hotmail.example'))).replace('From: staff@', 'From: feedback@')],
  ['a second From', async () => `From: staff@hotmail.example\r\n${await hotmail.sign(mail('x@hotmail.example'))}`],
  ['two addresses in From', () => hotmail.sign(mail('staff@hotmail.example, x@hotmail.example'))],
  ['a signature over a part of the body', async () => (await hotmail.sign(mail('staff@hotmail.example'))).replace(/; bh=/, '; l=5; bh=')],
  [
    'very many signatures',
    async () =>
      `${'DKIM-Signature: v=1; a=rsa-sha256; d=a.example; s=s1; h=from; bh=x; b=x\r\n'.repeat(9)}${await hotmail.sign(mail('staff@hotmail.example'))}`,
  ],
  ['nothing', () => ''],
])('believes nobody by %s', async (_what, raw) => {
  expect(await check(await raw())).toBe('unverified');
});

test('waits where DNS is away, and asks it for no name of a stranger', async () => {
  const away = async () => Promise.reject(Object.assign(new Error('away'), { code: 'ESERVFAIL' }));
  expect(await check(await hotmail.sign(mail('staff@hotmail.example')), away)).toBe('away');
  const asked: string[] = [];
  expect(await check(await stranger.sign(mail('staff@hotmail.example')), localDns([stranger], asked))).toBe('unverified');
  expect(asked).toEqual([]);
});
