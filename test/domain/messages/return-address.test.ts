import { expect, test } from 'vitest';
import { secretsOf } from '../../../src/domain/keys/secrets.js';
import { readReturnAddress, writeReturnAddress } from '../../../src/domain/messages/return-address.js';
import { messageIdFor } from '../../../src/domain/values/ids.js';

const id = messageIdFor('key', 'entry|step|1');
const write = (kind: 'bounce' | 'unsubscribe') => writeReturnAddress(secretsOf('secret'), 'in.shop.example', { kind, messageId: id });
const read = (text: string) => readReturnAddress(secretsOf('secret'), 'in.shop.example', text);

test('a return address names its message, in whatever case it comes back', () => {
  for (const kind of ['bounce', 'unsubscribe'] as const) {
    expect(write(kind).split('@')[0]?.length).toBeLessThanOrEqual(64);
    expect(read(` <${write(kind).toUpperCase()}>`)).toEqual({ kind, messageId: id });
  }
  expect(read('FBL@in.shop.example')).toEqual({ kind: 'feedback' });
});

test('one that we did not sign is none: another message, another purpose, another domain, another key', () => {
  const bounce = write('bounce');
  for (const text of [
    bounce.replace(id, id.replace(/^./, id.startsWith('a') ? 'b' : 'a')),
    bounce.replace('b+', 'unsub+'),
    bounce.replace('in.shop', 'shop'),
    'b+@in.shop.example',
    'hello@in.shop.example',
    '',
  ])
    expect(read(text)).toBeNull();
  expect(readReturnAddress(secretsOf('another secret'), 'in.shop.example', bounce)).toBeNull();
});
