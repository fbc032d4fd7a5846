import { z } from 'zod';
import { instant, pageQuery, plainText, subject } from './shared.js';

export const event = z
  .object({
    messageId: z.string(),
    profileId: z.string(),
    type: z.string(),
    name: z.string().nullable(),
    occurredAt: instant,
    receivedAt: instant,
    origin: z.string(),
    keyId: z.string().nullable().meta({ description: 'The write key that sent it.' }),
    toldId: z.string().nullable().meta({ description: 'The client’s own id, if another sender’s event already had it.' }),
  })
  .meta({ id: 'Event' });

export const listedEvent = event
  .extend({ did: z.string().meta({ description: 'Its effect, or why it had none.' }) })
  .meta({ id: 'ListedEvent' });
export type ListedEvent = z.input<typeof listedEvent>;

export const eventStory = event
  .extend({
    payload: z.record(z.string(), z.unknown()),
    facts: z
      .array(z.object({ name: z.string(), at: instant, cartId: z.string().nullable(), about: z.array(subject).readonly() }))
      .readonly(),
    effects: z
      .array(
        z.object({
          fact: z.string(),
          journeyId: z.string().nullable(),
          entryId: z.string().nullable(),
          result: z.string(),
          reason: z.string().nullable(),
          sentence: z.string(),
        }),
      )
      .readonly(),
    others: z
      .array(z.string())
      .readonly()
      .meta({ description: 'Events that came under the same id from another key, or about another person.' }),
  })
  .meta({ id: 'EventStory' });
export type EventStory = z.input<typeof eventStory>;

export const eventListQuery = pageQuery.extend({ profileId: plainText(100).optional() });

export const eventShowParams = z.object({ messageId: plainText(300) });
