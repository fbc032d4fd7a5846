import { z } from 'zod';
import { holdEnds, longestHoldMs, usualHoldMs } from '../../domain/holds/hold.js';
import { durationWords, limitMs, parseDuration } from '../../domain/time/duration.js';
import { instant, plainText } from './shared.js';

export const hold = z
  .object({
    id: z.string(),
    reason: z.string(),
    endsWith: z.enum(holdEnds).meta({ description: 'What ends it before `until`: its task, a ticket of the person, or nothing.' }),
    taskId: z.string().nullable(),
    since: instant,
    until: instant.meta({ description: 'It is over then, whatever is still open.' }),
  })
  .meta({ id: 'Hold' });
export type Hold = z.input<typeof hold>;

export const holdBody = z.object({
  reason: z
    .string()
    .regex(/^[a-z0-9-]{1,60}$/, 'A code such as `by-request`.')
    .default('by-request'),
  for: z
    .string()
    .max(60)
    .refine((text) => isLength(text), `It is a duration of ${durationWords(longestHoldMs)} at most, such as P7D.`)
    .default('P14D')
    .transform((text) => lengthMs(text) ?? usualHoldMs)
    .meta({ description: 'For so long; P14D when absent.' }),
  untilTicketCloses: z.boolean().default(false).meta({ description: 'It ends before, when the person’s last open ticket is closed.' }),
});

export const holdReleaseBody = z
  .object({ holdId: plainText(100).nullable().default(null).meta({ description: 'Only this one; null: all.' }) })
  .default({ holdId: null });

export const holdReleaseAnswer = z.object({ profileId: z.string(), released: z.number().meta({ description: 'How many holds ended.' }) });
export type HoldReleaseAnswer = z.input<typeof holdReleaseAnswer>;

function lengthMs(text: string): number | null {
  const read = parseDuration(text);
  return typeof read === 'object' ? limitMs(read) : null;
}

function isLength(text: string): boolean {
  const ms = lengthMs(text);
  return ms !== null && ms > 0 && ms <= longestHoldMs;
}
