import { z } from 'zod';
import { tiers } from '../../domain/engagement/engagement-tier.js';
import { channels } from '../../domain/messages/channel.js';
import { instant, maybeInstant } from './shared.js';

const rule = z.object({
  rule: z.string(),
  channels: z.array(z.enum(channels)).readonly().nullable().meta({ description: 'Null: both channels together.' }),
  topics: z.array(z.string()).readonly().nullable().meta({ description: 'Null: both channels together.' }),
  window: z.string().meta({ description: '`7 days` (rolling), or `calendar week`.' }),
  limit: z.number().int().meta({ description: 'For this person: includes tier, interest, fatigue and their own choice.' }),
  used: z.number().int(),
  nextFreeAt: maybeInstant.meta({ description: 'When there is room for one more; null: not foreseeable.' }),
  promisedAt: z.array(instant).readonly(),
  headroom: z
    .array(z.object({ priorityUpTo: z.number(), keepFree: z.number() }))
    .readonly()
    .meta({ description: 'Messages of this priority or lower keep this many slots free.' }),
  why: z.string().meta({ description: 'Where the limit comes from; empty: it is the same for everyone.' }),
  sentence: z.string(),
});

export const personCaps = z
  .object({
    profileId: z.string(),
    at: instant,
    policyVersion: z.number().int(),
    tier: z.enum(tiers),
    tierSentence: z.string(),
    timeZone: z.string(),
    rules: z.array(rule).readonly(),
    promised: z
      .array(z.object({ messageId: z.string(), channel: z.enum(channels), topic: z.string(), priority: z.number(), slotAt: instant }))
      .readonly(),
  })
  .meta({ id: 'PersonCaps' });
export type PersonCaps = z.input<typeof personCaps>;
