import { z } from 'zod';
import { channels } from '../../domain/messages/channel.js';
import { messageStates } from '../../domain/messages/message.js';
import { instant, instantOrDuration, maybeInstant, pageQuery, plainText, recipient, verdictAnswer } from './shared.js';

/** A row of the ledger, without its content. */
export const message = z
  .object({
    id: z.string(),
    origin: z.enum(['journey', 'test', 'api', 'broadcast']),
    entryId: z.string().nullable(),
    journeyId: z.string().nullable(),
    version: z.number().nullable(),
    step: z.string().nullable(),
    visit: z.number().nullable(),
    profileId: z.string(),
    to: z.string().nullable().meta({ description: 'The address or number that it went to, or would go to now.' }),
    channel: z.string(),
    class: z.string(),
    topic: z.string(),
    priority: z.number(),
    template: z.string(),
    templateVersion: z.number().nullable(),
    state: z.string(),
    reason: z.string().nullable(),
    slotAt: instant,
    deadlineAt: instant,
    attempts: z.number(),
    segments: z.number().nullable(),
    provider: z.string().nullable(),
    providerId: z.string().nullable(),
    submittedAt: maybeInstant,
    acceptedAt: maybeInstant,
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Message' });
export type Message = z.input<typeof message>;

const parts = z.object({ content: z.number(), itemToItem: z.number(), popularity: z.number() });

const recommendedRecord = z
  .object({
    slot: z.string(),
    modelVersion: z.number().nullable(),
    isFallback: z.boolean().meta({ description: 'Nothing was recommended: it is what the template shows instead.' }),
    weights: parts.meta({ description: 'How much each part counts for the person.' }),
    items: z
      .array(
        z.object({
          productId: z.string(),
          url: z.string().nullable(),
          score: z.number(),
          parts,
          reason: z.object({
            kind: z.enum(['declared', 'liked', 'due', 'bought-with', 'popular', 'fallback']),
            tag: z.string().optional(),
            itemId: z.string().optional(),
          }),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'Recommended' });

export const messageStory = message
  .extend({
    sentence: z.string().meta({ description: 'The last answer, for people.' }),
    verdicts: z
      .array(
        z.object({
          at: instant,
          decision: z.string(),
          reason: z.string().nullable(),
          detail: z.record(z.string(), z.unknown()),
          untilAt: maybeInstant,
          sentence: z.string(),
        }),
      )
      .readonly(),
    attemptsMade: z
      .array(
        z.object({
          n: z.number(),
          startedAt: instant,
          finishedAt: maybeInstant,
          outcome: z.string().nullable(),
          code: z.string().nullable(),
          host: z.string().nullable().meta({ description: 'The address of the provider.' }),
          reply: z.string().nullable().meta({ description: 'Its words, without personal data.' }),
        }),
      )
      .readonly(),
    receipts: z.array(z.object({ at: instant, status: z.string(), code: z.string().nullable(), provider: z.string() })).readonly(),
    interactions: z
      .array(
        z.object({
          at: instant,
          kind: z.enum(['open', 'click', 'reply']),
          link: z.number().nullable().meta({ description: 'The number of the link; 0 is the hidden link.' }),
          address: z.string().nullable(),
          verdict: z.enum(['pending', 'human', 'machine']).meta({ description: 'Whether a person did it; `pending` for two seconds.' }),
          reason: z.string().nullable().meta({ description: 'Why it is a machine’s.' }),
        }),
      )
      .readonly(),
    recommended: recommendedRecord.nullable().meta({ description: 'The products that it recommended, with weights and reasons.' }),
    temporalUrl: z.string().nullable(),
  })
  .meta({ id: 'MessageStory' });
export type MessageStory = z.input<typeof messageStory>;

export const requestedMessage = z
  .object({ message, verdict: verdictAnswer.meta({ description: 'What the gate said first.' }) })
  .meta({ id: 'RequestedMessage' });

export const messageListQuery = pageQuery.extend({
  profileId: plainText(100).optional(),
  journeyId: plainText(200).optional(),
  entryId: plainText(100).optional(),
  state: z.enum(messageStates).optional(),
  channel: z.enum(channels).optional(),
  origin: message.shape.origin.optional(),
});

export const messageSendHeaders = z.object({
  'idempotency-key': z.string('Send an Idempotency-Key header, such as shipped-W-10482.').min(1).max(255),
});

export const messageSendBody = z.object({
  to: recipient,
  template: plainText(100),
  data: z.record(z.string(), z.unknown()).default({}).meta({ description: 'What the template reads as `data`.' }),
  topic: plainText(100).optional().meta({ description: 'Must be the template’s own topic, if given.' }),
  priority: z.number().int().min(0).max(100).optional().meta({ description: '0–100, higher wins; default: that of the class.' }),
  deadline: instantOrDuration.optional().meta({ description: 'The last instant at which it may be sent; default: a day from now.' }),
});
