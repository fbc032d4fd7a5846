import { expect, test } from 'vitest';
import { secretsOf } from '../../../src/domain/keys/secrets.js';
import { readTracked, signTracked } from '../../../src/domain/tracking/tracking-token.js';

const id = 'abcdefghijklmnopqrstuvwxyz234567';

test('reads what it signed, in 46 characters', () => {
  for (const link of [null, 0, 1, 7]) {
    const token = signTracked(secretsOf('a-secret'), { messageId: id, link });
    expect(token).toHaveLength(46);
    expect(readTracked(secretsOf('a-secret'), token)).toEqual({ messageId: id, link });
  }
});

test('reads nothing that was changed, or signed with another key', () => {
  const token = signTracked(secretsOf('a-secret'), { messageId: id, link: 3 });
  const [link, message, mac] = token.split('.') as [string, string, string];
  const forged = [
    ['4', message, mac],
    ['o', message, mac],
    ['03', message, mac],
    [link, message.replace('a', 'b'), mac],
    [link, message, `${mac.startsWith('A') ? 'B' : 'A'}${mac.slice(1)}`],
    [link, message, mac.slice(0, 10)],
    [link, message, `${mac}A`],
    [link, message],
    ['https://evil.example', message, mac],
  ].map((parts) => parts.join('.'));
  for (const one of [...forged, '', signTracked(secretsOf('another'), { messageId: id, link: 3 })])
    expect(readTracked(secretsOf('a-secret'), one)).toBeNull();
});
