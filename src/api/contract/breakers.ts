import { z } from 'zod';
import { instant, plainText } from './shared.js';

const kind = z.enum(['journey', 'provider']);

export const breaker = z
  .object({
    kind: kind.meta({ description: 'What is stopped: a journey, or marketing to a mailbox provider.' }),
    id: z.string().meta({ description: 'The journey’s id, or the provider’s name, such as gmail.' }),
    trippedAt: instant,
    rule: z.string(),
    finding: z.string().meta({ description: 'The finding, as a clause.' }),
  })
  .meta({ id: 'Breaker' });

export const breakerListAnswer = z.object({ items: z.array(breaker) });
export type BreakerListAnswer = z.input<typeof breakerListAnswer>;

export const breakerResetParams = z.object({ kind, id: plainText(200) });

export const breakerResetAnswer = z.object({
  changed: z.boolean().meta({ description: 'False: it had not tripped.' }),
  entries: z.number().meta({ description: 'Held entries that continue.' }),
});
export type BreakerResetAnswer = z.input<typeof breakerResetAnswer>;
