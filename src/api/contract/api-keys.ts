import { z } from 'zod';
import { scopes } from '../../domain/keys/scopes.js';
import { instant, maybeInstant, overlap, plainText } from './shared.js';

const scope = z.enum(scopes);

export const apiKey = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z.string().meta({ description: 'The first characters of its secret.' }),
    scopes: z.array(scope).readonly(),
    isOfOldKind: z.boolean().meta({ description: 'From before scopes: it opens everything. Rotate it, or make narrower keys.' }),
    createdAt: instant,
    expiresAt: maybeInstant.meta({ description: 'It stops working then; null: it has no end.' }),
    lastUsedAt: maybeInstant.meta({ description: 'At most a minute old; null: never.' }),
    revokedAt: maybeInstant,
    parentId: z.string().nullable().meta({ description: 'The key that made it; null: a process made it.' }),
    replaces: z.string().nullable().meta({ description: 'The key that it replaces.' }),
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.input<typeof apiKey>;

const secret = z.string().meta({ description: 'Shown only now.' });

export const newApiKey = z.object({ key: apiKey, secret }).meta({ id: 'NewApiKey' });
export type NewApiKey = z.input<typeof newApiKey>;

export const apiKeyCreateBody = z.strictObject({
  name: plainText(100),
  scopes: z.array(scope).min(1).default(['admin']).meta({ description: 'What it may do; default: everything (`admin`).' }),
  expiresAt: instant.optional().meta({ description: 'A key ends at the latest with the key that made it.' }),
});

export const apiKeyRotateBody = z.strictObject({ overlap }).default({ overlap: 'PT24H' });

export const rotatedApiKey = newApiKey.extend({ oldEndsAt: instant }).meta({ id: 'RotatedApiKey' });
export type RotatedApiKey = z.input<typeof rotatedApiKey>;

export const apiKeyRevokeBody = z
  .strictObject({
    descendants: z.boolean().default(false).meta({ description: 'Also the keys that it made, directly or through others.' }),
    force: z.boolean().default(false).meta({ description: 'Also the last key of scope admin; without one nobody can make another.' }),
  })
  .default({ descendants: false, force: false });

export const apiKeyRevokeAnswer = z.object({
  id: z.string(),
  revoked: z.literal(true),
  also: z.array(apiKey).readonly().meta({ description: 'Keys that it had made and that were revoked with it.' }),
  left: z.array(apiKey).readonly().meta({ description: 'Keys that it had made and that still work.' }),
});
export type ApiKeyRevokeAnswer = z.input<typeof apiKeyRevokeAnswer>;
