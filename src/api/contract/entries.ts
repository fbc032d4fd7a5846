import { z } from 'zod';
import { subjectKinds } from '../../domain/events/subject.js';
import { message } from './messages.js';
import { instant, maybeInstant, pageQuery, plainText, subject } from './shared.js';

export const entry = z
  .object({
    id: z.string(),
    journeyId: z.string(),
    version: z.number().nullable(),
    profileId: z.string(),
    key: z.string(),
    cartId: z.string().nullable(),
    about: z.array(subject).readonly().meta({ description: 'What it is about, beside the person: its cart, its order.' }),
    state: z.enum(['armed', 'open', 'finished']),
    activity: z.enum(['ready', 'waiting', 'queued', 'submitting', 'held', 'done']),
    step: z.string().nullable(),
    dueAt: maybeInstant,
    outcome: z.string().nullable(),
    reason: z.string().nullable(),
    triggerEventId: z.string().nullable(),
    createdAt: instant,
    enteredAt: maybeInstant,
    finishedAt: maybeInstant,
    workflowId: z.string(),
    fruitlessPokes: z.number(),
    fault: z.object({ words: z.string(), times: z.number() }).nullable().meta({
      description: 'How its last turn failed (class of the error, code, place), and how often in a row; three times and more is stuck.',
    }),
    sentence: z.string().meta({ description: 'Its state, in words.' }),
  })
  .meta({ id: 'Entry' });
export type Entry = z.input<typeof entry>;

export const entryStory = entry
  .extend({
    trace: z.array(z.object({ at: instant, step: z.string().nullable(), kind: z.string(), text: z.string() })).readonly(),
    reactsTo: z.array(z.object({ event: z.string(), by: z.enum(['profile', ...subjectKinds]), purpose: z.string() })).readonly(),
    messages: z.array(message).readonly(),
    unseenInputs: z.number(),
    temporalUrl: z.string().nullable(),
  })
  .meta({ id: 'EntryStory' });
export type EntryStory = z.input<typeof entryStory>;

export const stuckEntry = z
  .object({
    id: z.string(),
    journeyId: z.string(),
    workflowId: z.string(),
    pokes: z.number(),
    fault: z.string().nullable(),
    finding: z.string(),
  })
  .meta({ id: 'StuckEntry' });

export const entryExitAnswer = z.object({
  entryId: z.string(),
  asked: z.boolean().meta({ description: 'False: it had already ended.' }),
  outcome: z.string().nullable(),
});
export type EntryExitAnswer = z.input<typeof entryExitAnswer>;

export const entryListQuery = pageQuery.extend({
  journeyId: plainText(200).optional(),
  profileId: plainText(100).optional(),
  state: entry.shape.state.optional(),
  activity: entry.shape.activity.optional(),
});

export const entryExitBody = z
  .object({
    reason: z
      .string()
      .regex(/^[a-z0-9-]{1,60}$/, 'A code such as `by-request`.')
      .default('by-request'),
  })
  .default({ reason: 'by-request' });

export const entryRestartAnswer = z.object({ entryId: z.string(), asked: z.literal(true) });
export type EntryRestartAnswer = z.input<typeof entryRestartAnswer>;

export const stuckEntryListAnswer = z.object({ items: z.array(stuckEntry).readonly() });
export type StuckEntryListAnswer = z.input<typeof stuckEntryListAnswer>;

export const entryReconcileAnswer = z.object({ done: z.number(), total: z.number() });
export type EntryReconcileAnswer = z.input<typeof entryReconcileAnswer>;
