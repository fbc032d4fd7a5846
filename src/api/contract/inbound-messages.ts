import { z } from 'zod';
import { instant, maybeInstant, pageQuery, plainText } from './shared.js';

export const inboundMessage = z
  .object({
    id: z.string(),
    profileId: z.string().nullable(),
    channel: z.string(),
    action: z.string().meta({ description: '`stop`, `stop-to-review`, `start`, `confirm`, `help` or `reply`.' }),
    body: z.string().nullable(),
    receivedAt: instant,
    reviewedAt: maybeInstant,
  })
  .meta({ id: 'InboundMessage' });
export type InboundMessage = z.input<typeof inboundMessage>;

export const inboundMessageListQuery = pageQuery.extend({
  review: z.enum(['open', 'all']).default('all'),
  profileId: plainText(100).optional(),
});

export const inboundMessageReviewBody = z.object({ isStop: z.boolean() });

export const inboundMessageReviewAnswer = z.object({
  result: z.enum(['stands', 'not-a-stop', 'changed-since', 'reviewed-already']),
  message: inboundMessage,
});
export type InboundMessageReviewAnswer = z.input<typeof inboundMessageReviewAnswer>;
