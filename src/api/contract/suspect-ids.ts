import { z } from 'zod';
import { instant } from './shared.js';

export const suspectId = z
  .object({
    value: z.string(),
    why: z
      .enum(['placeholder', 'crowded'])
      .meta({ description: 'It is a placeholder; or it brought more browsers or addresses within a day than one person has.' }),
    sinceAt: instant,
    seenAt: instant,
  })
  .meta({ id: 'SuspectId' });
export type SuspectId = z.input<typeof suspectId>;

export const suspectIdListAnswer = z.object({ items: z.array(suspectId).readonly() });
export type SuspectIdListAnswer = z.input<typeof suspectIdListAnswer>;
