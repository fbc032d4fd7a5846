import { z } from 'zod';
import { channels } from '../../domain/messages/channel.js';
import { instant, maybeInstant, pageQuery } from './shared.js';

export const waitingConsent = z
  .object({
    seq: z.number(),
    profileId: z.string(),
    channel: z.enum(channels),
    topic: z.string(),
    at: instant,
    recordedAt: instant,
    source: z.string(),
    requestedAt: maybeInstant,
  })
  .meta({ id: 'WaitingConsent' });
export type WaitingConsent = z.input<typeof waitingConsent>;

export const waitingConsentListQuery = pageQuery.extend({ state: z.enum(['quarantined', 'pending']) });
