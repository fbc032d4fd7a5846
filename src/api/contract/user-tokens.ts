import { z } from 'zod';
import { maybeInstant } from './shared.js';

export const userTokenSecret = z
  .object({
    secret: z.string().meta({ description: 'The key of HS256, as text. For the shop’s own servers, never for a browser.' }),
    version: z.number().int(),
    previousUntil: maybeInstant.meta({ description: 'Until when tokens of the earlier secret are valid.' }),
  })
  .meta({ id: 'UserTokenSecret' });
export type UserTokenSecret = z.input<typeof userTokenSecret>;

export const userTokenSecretRotateBody = z
  .strictObject({ now: z.boolean().default(false).meta({ description: 'After a leak: the old one stops working now.' }) })
  .default({ now: false });
