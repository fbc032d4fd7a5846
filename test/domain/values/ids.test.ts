import { expect, test } from 'vitest';
import { messageIdFor } from '../../../src/domain/values/ids.js';
import vectors from '../../vectors/identity.json' with { type: 'json' };

test.each(vectors.message_id)('$message_key gives the same Message-ID on every attempt', ({ message_key: key, message_id: expected }) => {
  expect(`<${messageIdFor('test-msgid-key', key)}@mail.example.com>`).toBe(expected);
});
