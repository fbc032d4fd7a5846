import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { readLink, signLink } from '../../../src/domain/keys/link-token.js';
import { secretsOf } from '../../../src/domain/keys/secrets.js';
import { readUserToken } from '../../../src/domain/keys/user-token.js';
import { readTracked, signTracked } from '../../../src/domain/tracking/tracking-token.js';

const secrets = secretsOf('a-secret');
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const signed: readonly (readonly [string, string, (token: string) => boolean])[] = [
  ['a link', signLink(secrets, { purpose: 'preferences', id: 'm1' }), (token) => readLink(secrets, token) !== null],
  ['a tracked link', signTracked(secrets, { messageId: 'm1', link: 3 }), (token) => readTracked(secrets, token) !== null],
  ['a user token', userToken(), (token) => readUserToken(token, ['a-secret'], 0).kind === 'token'],
];

test.each(signed)('%s has one way to be written: no other last character, none missing and none more is read', (_name, token, isRead) => {
  const head = token.slice(0, -1);
  expect(letters.split('').filter((last) => isRead(head + last))).toEqual([token.at(-1)]);
  expect([isRead(head), isRead(`${token}A`)]).toEqual([false, false]);
});

function userToken(): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'HS256' })}.${part({ sub: 'u1', exp: 60 })}`;
  return `${text}.${createHmac('sha256', 'a-secret').update(text).digest('base64url')}`;
}
