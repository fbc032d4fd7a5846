import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLink, signLink } from '../../../src/domain/keys/link-token.js';
import { secretsOf } from '../../../src/domain/keys/secrets.js';

const purposes = ['unsubscribe', 'preferences', 'cart', 'confirm', 'data', 'view'] as const;
const secret = secretsOf('a-secret-of-the-shop');
const id = 'abcdefghijklmnopqrstuvwxyz234567';

describe('a link token', () => {
  test('says again what was signed, for every purpose', () => {
    for (const purpose of purposes) {
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

  test('is read whatever mailers and people put around it', () => {
    const junk = fc.string({
      unit: fc.constantFrom('.', ',', '>', '<', ' ', '"', "'", '”', ')', '=', '\r\n', '\u200b', '\u00a0', '\0', '*', '&', '%20', '/'),
    });
    fc.assert(
      fc.property(fc.constantFrom(...purposes), junk, junk, fc.nat(60), (purpose, before, after, at) => {
        const token = signLink(secret, { purpose, id });
        const link = { purpose, id };
        fc.pre(!/^[A-Za-z0-9_-]/.test(after) && !before.includes('%20'));
        expect(readLink(secret, before + token + after)).toEqual(link);
        expect(readLink(secret, `${token.slice(0, at)}=\r\n ${token.slice(at)}`)).toEqual(link);
      }),
    );
    for (const text of ['</a>', '&amp;lang=de', '?x=1', '. Then press the button.', '>, <mailto:x@y.example>'])
      expect(readLink(secret, signLink(secret, { purpose: 'unsubscribe', id }) + text)).toEqual({ purpose: 'unsubscribe', id });
  });

  test('is none when it is cut short, wherever', () => {
    const token = signLink(secret, { purpose: 'unsubscribe', id });
    for (let length = 0; length < token.length; length += 1) expect(readLink(secret, token.slice(0, length))).toBeNull();
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
