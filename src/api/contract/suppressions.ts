import { z } from 'zod';
import { channels } from '../../domain/messages/channel.js';
import { plainText } from './shared.js';

export const suppressionLiftParams = z.object({ id: plainText(200), channel: z.enum(channels) });

export const suppressionLiftBody = z.strictObject({
  reason: plainText(1000).meta({ description: 'Why it was a mistake. Kept as an event of the person, by origin `operator`.' }),
  actor: plainText(200).nullable().default(null).meta({ description: 'Who lifts it: an id, not a name.' }),
});

export const suppressionLiftAnswer = z.object({
  profileId: z.string(),
  channel: z.enum(channels),
  lifted: z.string().meta({ description: 'The reason for which it was suppressed.' }),
  stands: z.string().nullable().meta({ description: 'Another reason that applies now; null: none.' }),
  sentence: z.string(),
  eventId: z.string().meta({ description: 'The event that records who did it and why.' }),
});
export type SuppressionLiftAnswer = z.input<typeof suppressionLiftAnswer>;
