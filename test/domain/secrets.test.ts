import { describe, expect, test } from 'vitest';
import { type MessageId, messageIdFor } from '../../src/domain/ids.js';
import { readLink, signLink } from '../../src/domain/link-token.js';
import { readReturnAddress, writeReturnAddress } from '../../src/domain/return-address.js';
import { judgeSecrets, type SecretEra } from '../../src/domain/secret-eras.js';
import { fingerprintOf, type Secrets, secretAt, secretsOf } from '../../src/domain/secrets.js';
import { spellingsOf, suppressionKey, unsubscribeKey } from '../../src/domain/suppression.js';
import { readTracked, signTracked } from '../../src/domain/tracking-token.js';

const old = secretsOf('the-old-secret-of-the-shop');
const rotated = secretsOf('the-new-secret-of-the-shop', old.first);
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

  test('an address is looked for under every secret, and written under the new one', () => {
    for (const keyOf of [suppressionKey, unsubscribeKey] as const) {
      const spellings = (secrets: Secrets) => spellingsOf(keyOf(secrets, 'email', 'ada@example.test')!);
      expect(spellings(rotated)).toEqual([...spellings(alone), ...spellings(old)]);
    }
  });

  test('what belongs to an instant goes by the secret that signed then', () => {
    const eras = [
      { secret: old.first, since: 0 },
      { secret: rotated.first, since: 1000 },
    ];
    expect([0, 999, 1000, 5000].map((at) => secretAt({ ...rotated, eras }, at))).toEqual([
      old.first,
      old.first,
      rotated.first,
      rotated.first,
    ]);
    expect(secretAt(rotated, 0)).toBe(rotated.first);
  });
});

describe('a store takes', () => {
  const era = (secret: string, since: number, retiredAt: number | null = null): SecretEra => ({
    fingerprint: fingerprintOf(secret),
    place: 'SOJOURN_SECRET',
    since,
    retiredAt,
  });
  const eras = [era(old.first, 0)];

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
