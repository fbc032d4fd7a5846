import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLink, signLink } from '../../src/domain/link-token.js';
import { secretsOf } from '../../src/domain/secrets.js';

const secret = secretsOf('a-secret-of-the-shop');
const id = 'abcdefghijklmnopqrstuvwxyz234567';

describe('a link token', () => {
  test('says again what was signed, for every purpose', () => {
    for (const purpose of ['unsubscribe', 'preferences', 'cart'] as const) {
      expect(readLink(secret, signLink(secret, { purpose, id }))).toEqual({ purpose, id });
    }
  });

  test('is short enough for a text', () => {
    expect(signLink(secret, { purpose: 'cart', id }).length).toBeLessThanOrEqual(64);
  });

  test('cannot be turned into a link of another purpose', () => {
    const token = signLink(secret, { purpose: 'cart', id });
    expect(readLink(secret, token.replace(/^1c/, '1u'))).toBeNull();
  });

  test('is refused under another key', () => {
    expect(readLink(secretsOf('another-secret-of-it'), signLink(secret, { purpose: 'cart', id }))).toBeNull();
  });

  test('is refused whichever character is changed', () => {
    const token = signLink(secret, { purpose: 'unsubscribe', id });
    fc.assert(
      fc.property(fc.nat(token.length - 2), fc.constantFrom('a', 'b', 'X', 'Z', '0', '9', '.', '_', '-'), (at, character) => {
        fc.pre(token[at] !== character);
        expect(readLink(secret, token.slice(0, at) + character + token.slice(at + 1))).toBeNull();
      }),
    );
  });
});
