import { describe, expect, test } from 'vitest';
import { normaliseEmail } from '../../../src/channels/email/address.js';
import { normalisePhone } from '../../../src/channels/sms/address.js';
import { suppressionHash } from '../../../src/domain/consent/suppression.js';
import { secretsOf } from '../../../src/domain/keys/secrets.js';
import vectors from '../../vectors/identity.json' with { type: 'json' };

describe('a suppressed address', () => {
  test.each(vectors.suppression)('$raw is known again by its hash', ({ raw, kind, normalised, hmac_sha256_hex: hash }) => {
    const channel = kind === 'email' ? 'email' : 'sms';
    const own = channel === 'email' ? normaliseEmail(raw) : normalisePhone(raw);

    expect(own).toBe(normalised);
    expect(suppressionHash({ ...secretsOf('test-pepper-1'), plain: new Set(['test-pepper-1']) }, channel, own!)).toBe(hash);
  });

  test.each(['ada', '@example.com', 'ada@', 'ada @example.com', 'ada@exam ple.com', 'ada@example.com/x', '<ada@example.com>'])(
    '%s is no email address',
    (raw) => {
      expect(normaliseEmail(raw)).toBeNull();
    },
  );

  test('dots and plus tags stay apart', () => {
    expect(normaliseEmail('A.da+Shop@Example.com')).toBe('a.da+shop@example.com');
  });

  test('a phone number is written one way, with its country', () => {
    expect(normalisePhone('+44 (7700) 900-123')).toBe('+447700900123');
    expect(normalisePhone('07700 900123')).toBeNull();
  });
});
