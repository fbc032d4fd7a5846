// How a file of scenarios is written: its form. What it means is read in `scenario.ts`.
import { z } from 'zod';
import { suppressionReasons } from '../domain/consent/suppression.js';
import { tiers } from '../domain/engagement/engagement-tier.js';
import { verdictReasons } from '../domain/gate/verdict.js';
import { channels } from '../domain/messages/channel.js';
import { entryOutcomes } from '../journey/entry.js';
import { personaNames } from './persona.js';
import { pauseScopes, receiptStatuses } from './script.js';
import { storyMessageStates } from './story.js';

/** When a scenario does not say: a Tuesday morning. */
const usualStart = '2026-12-01T10:00';
/** More people of one kind than this are no story any more. */
const mostAlike = 200;

const when = z.string();
const properties = z.record(z.string(), z.unknown());
export const outcome = z.enum([...entryOutcomes, 'none', 'running']);

const consentSchema = z.strictObject({
  channel: z.enum(channels),
  topic: z.string().default('marketing'),
  state: z.enum(['granted', 'denied']).default('granted'),
});

const personaShape = z.strictObject({
  like: z.enum(personaNames),
  identified: z.boolean().optional(),
  traits: properties.optional(),
  consents: z.array(consentSchema.extend({ at: when.default('-30d') })).optional(),
  tier: z.enum(tiers).optional(),
  suppressed: z.partialRecord(z.enum(channels), z.enum(suppressionReasons)).optional(),
  unreachable: z.partialRecord(z.enum(channels), z.string()).optional(),
  messages_before: z.array(z.strictObject({ channel: z.enum(channels), topic: z.string().default('marketing'), at: when })).optional(),
  orders_before: z.array(when).optional(),
  /** By experiment, the arm that they are to get. */
  arms: z.record(z.string(), z.string()).optional(),
});

const byName = (written: unknown): unknown => (typeof written === 'string' ? { like: written } : written);
/** One of the cast by name, or somebody like one. */
const personaSchema = z.preprocess(byName, personaShape);
/** The same; `times`: so many of them, called `<name>-1` and so on. */
const peopleSchema = z.preprocess(byName, personaShape.extend({ times: z.number().int().min(1).max(mostAlike).optional() }));

const actions = [
  'track',
  'identify',
  'page',
  'consent',
  'receipt',
  'pause',
  'resume',
  'suppress',
  'order_lookup',
  'exit',
  'close_task',
  'answered',
  'broadcast',
  'message',
] as const;

const priority = z.number().int().min(0).max(100).optional();
const pauseScope = z.union([z.enum(pauseScopes), z.strictObject({ journey: z.string() })]);

const happeningSchema = z
  .strictObject({
    at: when,
    /** Name of a Segment track event, as the shop sends it. */
    track: z.string().optional(),
    properties: properties.optional(),
    identify: properties.optional(),
    page: z.string().optional(),
    consent: consentSchema.optional(),
    /** Somebody else than the persona. */
    who: z.string().optional(),
    /** With `who` of several: so far apart. */
    apart: z.string().optional(),
    /** When it happened, where that is earlier than it arrives. */
    happened: when.optional(),
    /** The client's own id: two events with the same are one. */
    message_id: z.string().optional(),
    receipt: z.strictObject({ step: z.string(), status: z.enum(receiptStatuses) }).optional(),
    pause: pauseScope.optional(),
    resume: pauseScope.optional(),
    suppress: z.strictObject({ channel: z.enum(channels), reason: z.enum(suppressionReasons) }).optional(),
    order_lookup: z.enum(['found', 'none', 'failed']).optional(),
    exit: z.string().optional(),
    /** The receiver answers the call of a webhook step: with an object, or `failed`: it refuses. */
    answered: z.strictObject({ step: z.string(), with: properties.default({}), failed: z.boolean().default(false) }).optional(),
    /** Somebody of the team closes the person's open tasks with this reason. */
    close_task: z.string().optional(),
    /** One message to many. */
    broadcast: z
      .strictObject({
        template: z.string(),
        name: z.string().optional(),
        to: z.union([z.literal('everyone'), z.array(z.string()).min(1)]).default('everyone'),
        over: z.string().optional(),
        deadline: z.string().optional(),
        priority,
        data: properties.optional(),
      })
      .optional(),
    /** A message of the shop's own. */
    message: z.strictObject({ template: z.string(), deadline: z.string().optional(), priority, data: properties.optional() }).optional(),
  })
  .refine((happening) => actions.filter((action) => happening[action] !== undefined).length === 1, {
    message: `needs exactly one of ${actions.join(', ')}`,
  });

export const answerSchema = z.union([z.enum(['rejected', 'silent']), z.strictObject({ busy: z.number().int().min(1) })]);

const expectShape = z.strictObject({
  outcome: outcome.optional(),
  reason: z.string().optional(),
  not_entered: z.string().optional(),
  entries: z.array(outcome).optional(),
  sent: z.array(z.string()).optional(),
  messages: z
    .array(
      z.strictObject({
        step: z.string(),
        state: z.enum(storyMessageStates).optional(),
        reason: z.enum(verdictReasons).optional(),
        at: when.optional(),
        products: z.array(z.string()).optional(),
        attempts: z.number().int().optional(),
        says: z.string().optional(),
      }),
    )
    .optional(),
  says: z.array(z.string()).optional(),
});

const expectSchema = expectShape.extend({
  /** The same about one person, one journey, or one person in one journey. */
  of: z.array(expectShape.extend({ person: z.string().optional(), journey: z.string().optional() })).optional(),
});

export const scenarioFile = z.array(
  z.strictObject({
    name: z.string(),
    start: when.default(usualStart),
    until: when.optional(),
    /** Files of journeys that run beside the one that is played, as this file's folder finds them. */
    journeys: z.array(z.string()).default([]),
    persona: personaSchema.optional(),
    people: z.record(z.string(), peopleSchema).default({}),
    events: z.array(happeningSchema),
    answers: z.record(z.string(), answerSchema).default({}),
    /** Offers whose imported codes are used up. */
    empty_offers: z.array(z.string()).default([]),
    expect: expectSchema,
  }),
);

export type WrittenScenario = z.output<typeof scenarioFile>[number];
export type WrittenHappening = WrittenScenario['events'][number];
export type WrittenPersona = z.output<typeof personaShape>;
export type WrittenExpectation = z.output<typeof expectShape>;
export type WrittenAnswer = z.output<typeof answerSchema>;
