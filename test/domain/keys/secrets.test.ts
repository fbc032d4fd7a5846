import { hkdfSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { spellingsOf, suppressionKey, unsubscribeKey } from '../../../src/domain/consent/suppression.js';
import { readLink, signLink } from '../../../src/domain/keys/link-token.js';
import { judgeSecrets, type SecretEra } from '../../../src/domain/keys/secret-eras.js';
import { fingerprintOf, keyAt, keyed, keyedByOthers, type Secrets, secretsOf, signingKey } from '../../../src/domain/keys/secrets.js';
import { subKey } from '../../../src/domain/keys/sub-key.js';
import { readReturnAddress, writeReturnAddress } from '../../../src/domain/messages/return-address.js';
import { readTracked, signTracked } from '../../../src/domain/tracking/tracking-token.js';
import { type MessageId, messageIdFor } from '../../../src/domain/values/ids.js';

const old = secretsOf('the-old-secret-of-the-shop');
const plainOld: Secrets = { ...old, plain: new Set([old.first]) };
const eras = [
  { secret: old.first, since: 0 },
  { secret: 'the-new-secret-of-the-shop', since: 1000 },
];
const rotated: Secrets = { ...secretsOf('the-new-secret-of-the-shop', old.first), eras };
/** The old one signed before keys were derived. */
const rotatedFromPlain: Secrets = { ...rotated, plain: new Set([old.first]) };
/** Nobody has noted what the old one did. */
const given = secretsOf(rotated.first, old.first);
const alone = secretsOf(rotated.first);
const id = messageIdFor('x', 'entry|step|1');

describe('after a rotation', () => {
  const signed: readonly [string, (secrets: Secrets) => string, (secrets: Secrets, text: string) => unknown][] = [
    ['a link', (secrets) => signLink(secrets, { purpose: 'unsubscribe', id }), readLink],
    ['a tracked link', (secrets) => signTracked(secrets, { messageId: id, link: 2 }), readTracked],
    ['a picture', (secrets) => signTracked(secrets, { messageId: id, link: null }), readTracked],
    [
      'a return address',
      (secrets) => writeReturnAddress(secrets, 'in.shop.example', { kind: 'bounce', messageId: id as MessageId }),
      (secrets, text) => readReturnAddress(secrets, 'in.shop.example', text),
    ],
  ];

  test.each(signed)('%s of either age is read, and a new one is signed by the new secret', (_name, sign, read) => {
    expect(read(rotated, sign(old))).not.toBeNull();
    expect(read(rotated, sign(rotated))).not.toBeNull();
    expect(sign(rotated)).toBe(sign(alone));
    expect(read(old, sign(rotated))).toBeNull();
    expect(read(alone, sign(old))).toBeNull();
  });

  test.each(signed)(
    '%s that was signed before keys were derived is read for ever, and the secret goes on as it was',
    (_name, sign, read) => {
      expect(sign(plainOld)).not.toBe(sign(old));
      expect(read(plainOld, sign(plainOld))).not.toBeNull();
      expect(read(rotatedFromPlain, sign(plainOld))).not.toBeNull();
      expect(sign(rotatedFromPlain)).toBe(sign(alone));
      expect([sign(plainOld), sign(old)].map((text) => read(given, text))).not.toContain(null);
      // A derived key is never taken for the secret itself, nor the other way round.
      expect(read(plainOld, sign(old))).toBeNull();
      expect(read(old, sign(plainOld))).toBeNull();
    },
  );

  test('an address is looked for under every secret, and written under the new one', () => {
    for (const keyOf of [suppressionKey, unsubscribeKey] as const) {
      const spellings = (secrets: Secrets) => spellingsOf(keyOf(secrets, 'email', 'ada@example.test')!);
      expect(spellings(rotated)).toEqual([...spellings(alone), ...spellings(old)]);
      expect(spellings(rotatedFromPlain)).toEqual([...spellings(alone), ...spellings(plainOld)]);
      expect(spellings(given)).toEqual([...spellings(alone), ...spellings(old), ...spellings(plainOld)]);
    }
  });

  test('what belongs to an instant goes by the secret that signed then', () => {
    const [before, after] = [old.first, rotated.first].map((secret) => subKey(secret, 'message-ids'));
    expect([0, 999, 1000, 5000].map((at) => keyAt(rotated, 'message-ids', at))).toEqual([before, before, after, after]);
    expect([999, 1000].map((at) => keyAt(rotatedFromPlain, 'message-ids', at))).toEqual([old.first, after]);
    expect(keyAt(given, 'message-ids', 0)).toBe(after);
  });
});

test('no purpose sees the key of another, nor the secret', () => {
  const purposes = ['local-phone', 'links', 'tracking', 'return-addresses', 'addresses', 'message-ids', 'told-twice'] as const;
  const keys = purposes.map((purpose) => signingKey(old, purpose));
  expect(new Set([old.first, ...keys]).size).toBe(purposes.length + 1);
  for (const key of keys) expect(key).toMatch(/^[\w-]{43}$/);
  // RFC 5869 with SHA-256, no salt, and the purpose as its info: anybody can count it again.
  expect(subKey('a-secret-of-the-shop', 'links')).toBe(
    Buffer.from(hkdfSync('sha256', 'a-secret-of-the-shop', '', 'sojourn.links', 32)).toString('base64url'),
  );
  expect(keyedByOthers(rotated, 'addresses', 'x')).toEqual([keyed(old, 'addresses', 'x')]);
});

describe('a store takes', () => {
  const era = (secret: string, since: number, retiredAt: number | null = null, derives = true): SecretEra => ({
    fingerprint: fingerprintOf(secret),
    place: 'SOJOURN_SECRET',
    since,
    retiredAt,
    derives,
  });
  const eras = [era(old.first, 0)];

  test('those that signed before keys were derived as they were', () => {
    const before = [era(old.first, 0, null, false)];
    expect(judgeSecrets(old, before)).toMatchObject({ secrets: { plain: new Set([old.first]) } });
    expect(judgeSecrets(rotated, before)).toMatchObject({ begins: true, secrets: { plain: new Set([old.first]) } });
    // Also when it is the first again, which the next era says otherwise of nothing.
    expect(judgeSecrets(secretsOf(old.first, rotated.first), [...before, era(rotated.first, 5)])).toMatchObject({
      secrets: { plain: new Set([old.first]) },
    });
    expect(judgeSecrets(old, eras)).not.toHaveProperty('secrets.plain');
  });

  test('its own secret, alone, in front and behind', () => {
    expect(judgeSecrets(old, eras)).toMatchObject({ kind: 'fits', begins: false });
    expect(judgeSecrets(secretsOf(old.first, 'soon-to-be-the-first-one'), eras)).toMatchObject({ kind: 'fits', begins: false });
    expect(judgeSecrets(rotated, eras)).toMatchObject({ kind: 'fits', begins: true });
  });

  test('no other, and no list that leaves out one that has signed, unless that is retired', () => {
    expect(judgeSecrets(alone, eras)).toEqual({ kind: 'lacks', era: eras[0] });
    expect(judgeSecrets(old, [...eras, era(rotated.first, 5)])).toMatchObject({ kind: 'lacks', era: { since: 5 } });
    expect(judgeSecrets(alone, [era(old.first, 0, 9), era(rotated.first, 5)])).toMatchObject({ kind: 'fits', begins: false });
  });
});
