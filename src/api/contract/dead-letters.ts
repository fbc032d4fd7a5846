import { z } from 'zod';
import { instant, maybeInstant, pageQuery, plainText } from './shared.js';

export const deadLetter = z
  .object({
    id: z.string(),
    source: z.string(),
    reason: z.string(),
    detail: z.string(),
    receivedAt: instant,
    retriedAt: maybeInstant,
    resolvedAt: maybeInstant,
  })
  .meta({ id: 'DeadLetter' });
export type DeadLetter = z.input<typeof deadLetter>;

export const wholeDeadLetter = deadLetter
  .extend({ payload: z.unknown().meta({ description: 'The content, unchanged.' }) })
  .meta({ id: 'WholeDeadLetter' });
export type WholeDeadLetter = z.input<typeof wholeDeadLetter>;

/** Named one by one, or all that wait of a source, or with a reason. Both are said, also as null: an empty body must not mean all. */
export const deadLetterChoice = z.union([
  z.strictObject({ ids: z.array(plainText(100)).min(1).max(1_000) }),
  z.strictObject({ source: plainText(100).nullable(), reason: plainText(100).nullable() }),
]);

export const chosenDeadLetters = z.object({ ids: z.array(z.string()).readonly() });
export type ChosenDeadLetters = z.input<typeof chosenDeadLetters>;

export const deadLetterListQuery = pageQuery.extend({
  state: z.enum(['open', 'all']).default('open'),
  source: plainText(100).optional().meta({ description: '`email`: returned mails that could not be read.' }),
  reason: plainText(100).optional(),
});

export const deadLetterRetryAnswer = z.object({ id: z.string(), resolved: z.boolean(), reason: z.string().nullable() });
export type DeadLetterRetryAnswer = z.input<typeof deadLetterRetryAnswer>;
