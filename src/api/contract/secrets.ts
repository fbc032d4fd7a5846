import { z } from 'zod';
import { maybeInstant } from './shared.js';

const fingerprint = z.string().regex(/^[0-9a-f]{16}$/, 'a fingerprint is 16 hex digits, as the list of secrets shows it');

export const secret = z
  .object({
    fingerprint,
    place: z.string().nullable().meta({ description: 'Where it was set when it started to sign: the name of the setting, or a file.' }),
    since: maybeInstant.meta({ description: 'Since when it signs, or signed; null: it never did.' }),
    retiredAt: maybeInstant.meta({ description: 'Since when a start does not need it.' }),
    signs: z.boolean(),
    isGiven: z.boolean().meta({ description: 'This process has it.' }),
    suppressions: z.number().meta({ description: 'The number of suppressions under it.' }),
  })
  .meta({ id: 'Secret' });
export type Secret = z.input<typeof secret>;

export const secretListAnswer = z.object({ items: z.array(secret) });
export type SecretListAnswer = z.input<typeof secretListAnswer>;

export const secretCarryOverAnswer = z.object({
  carried: z.number(),
  left: z.number().meta({ description: 'Only under an older secret: of addresses that nobody here has any more.' }),
});
export type SecretCarryOverAnswer = z.input<typeof secretCarryOverAnswer>;

export const secretRetireParams = z.object({ fingerprint });

export const secretRetireBody = z
  .strictObject({
    force: z.boolean().default(false).meta({ description: 'Also if suppressions exist only under it; these are lost then.' }),
  })
  .default({ force: false });

export const secretRetireAnswer = z.object({ fingerprint, retired: z.literal(true) });
export type SecretRetireAnswer = z.input<typeof secretRetireAnswer>;
