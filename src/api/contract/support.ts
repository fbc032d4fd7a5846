import { z } from 'zod';
import { serviceKinds } from '../../domain/service/service-record.js';
import { answerList } from './answers.js';
import { call } from './calls.js';
import { hold } from './holds.js';
import { instant, maybeInstant } from './shared.js';
import { task } from './tasks.js';

export const supportPage = z
  .object({
    profileId: z.string(),
    holds: z.array(hold).readonly(),
    heldUntil: maybeInstant.meta({ description: 'Until when marketing waits at the latest; null: it does not.' }),
    tasks: z.array(task).readonly(),
    records: z
      .array(
        z.object({
          kind: z.enum(serviceKinds),
          id: z.string(),
          state: z.enum(['open', 'closed']).nullable(),
          openedAt: instant,
          closedAt: maybeInstant,
          subject: z.string().nullable(),
          priority: z.string().nullable(),
          rating: z.number().nullable(),
          comment: z.string().nullable(),
          orderId: z.string().nullable(),
          productId: z.string().nullable(),
        }),
      )
      .readonly()
      .meta({ description: 'Tickets, feedback and reviews.' }),
    shipments: z
      .array(
        z.object({
          orderId: z.string(),
          shipmentId: z.string(),
          shippedAt: maybeInstant,
          promisedAt: maybeInstant,
          exceptionAt: maybeInstant,
          deliveredAt: maybeInstant,
          trackingUrl: z.string().nullable(),
        }),
      )
      .readonly(),
    answers: answerList.shape.items,
    messages: z
      .array(
        z.object({
          id: z.string(),
          at: instant,
          channel: z.string(),
          template: z.string(),
          journeyId: z.string().nullable(),
          step: z.string().nullable(),
          state: z.string(),
          why: z.string().meta({ description: 'The last word on it.' }),
        }),
      )
      .readonly(),
    next: z
      .array(
        z.object({
          entryId: z.string(),
          journeyId: z.string(),
          at: maybeInstant,
          what: z.string(),
          stoppedBy: z.array(z.string()).readonly().meta({ description: 'What would end the entry before.' }),
        }),
      )
      .readonly(),
    calls: z.array(call).readonly(),
    acts: z
      .array(z.object({ at: instant, act: z.string(), by: z.string().nullable() }))
      .readonly()
      .meta({ description: 'Who of the team changed something about the person.' }),
  })
  .meta({ id: 'SupportPage' });
export type SupportPage = z.input<typeof supportPage>;

export const profileExitBody = z
  .object({
    reason: z
      .string()
      .regex(/^[a-z0-9-]{1,60}$/, 'A code such as `by-request`.')
      .default('by-request'),
  })
  .default({ reason: 'by-request' });
export const profileExitAnswer = z.object({ profileId: z.string(), entries: z.number().meta({ description: 'How many exit.' }) });
export type ProfileExitAnswer = z.input<typeof profileExitAnswer>;

export const messageAgainAnswer = z.object({ messageId: z.string().meta({ description: 'Of the new message.' }) });
export type MessageAgainAnswer = z.input<typeof messageAgainAnswer>;
