import { z } from 'zod';
import { writeKeyKinds } from '../../domain/keys/speaker.js';
import { instant, maybeInstant, overlap, plainText } from './shared.js';

const kind = z.enum(writeKeyKinds).meta({ description: 'A browser key is public, a server key is secret.' });

export const writeKey = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z.string().meta({ description: 'The first characters of its secret.' }),
    kind,
    isOld: z.boolean().meta({ description: 'From before the two kinds: it is a browser key now.' }),
    createdAt: instant,
    endsAt: maybeInstant.meta({ description: 'It stops working then, because another key replaces it.' }),
    lastUsedAt: maybeInstant.meta({ description: 'At most some seconds old; null: never.' }),
    revokedAt: maybeInstant,
  })
  .meta({ id: 'WriteKey' });

export const listedWriteKey = writeKey
  .extend({
    refused: z
      .array(z.object({ code: z.string(), what: z.string(), count: z.number().int(), lastAt: instant }))
      .readonly()
      .meta({ description: 'What it tried that a browser key may not.' }),
  })
  .meta({ id: 'ListedWriteKey' });
export type ListedWriteKey = z.input<typeof listedWriteKey>;

const secret = z.string().meta({ description: 'Shown only now.' });

export const newWriteKey = z.object({ key: writeKey, secret }).meta({ id: 'NewWriteKey' });
export type NewWriteKey = z.input<typeof newWriteKey>;

const name = plainText(100);

export const writeKeyCreateBody = z.strictObject({ name, kind: kind.default('browser') });

export const writeKeyRotateBody = z.strictObject({ overlap }).default({ overlap: 'PT24H' });

export const rotatedWriteKey = newWriteKey.extend({ oldEndsAt: instant }).meta({ id: 'RotatedWriteKey' });
export type RotatedWriteKey = z.input<typeof rotatedWriteKey>;

export const writeKeyRevokeAnswer = z.object({ id: z.string(), revoked: z.literal(true) });
export type WriteKeyRevokeAnswer = z.input<typeof writeKeyRevokeAnswer>;
