import { z } from 'zod';
import { instant, maybeInstant, pageQuery, plainText } from './shared.js';

export const merge = z
  .object({
    id: z.string(),
    fromId: z.string().meta({ description: 'The profile that was merged into the other.' }),
    intoId: z.string(),
    eventId: z.string().nullable(),
    keyId: z.string().nullable().meta({ description: 'The write key that sent it.' }),
    at: instant,
    undoneAt: maybeInstant,
  })
  .meta({ id: 'Merge' });
export type Merge = z.input<typeof merge>;

export const mergeListQuery = pageQuery.extend({ profileId: plainText(100).optional() });

export const mergeUndoAnswer = z.object({ profileId: z.string(), fromProfileId: z.string() });
export type MergeUndoAnswer = z.input<typeof mergeUndoAnswer>;
