import { z } from 'zod';
import { subjectKinds } from '../domain/events/subject.js';
import { messageClasses } from '../domain/messages/channel.js';
import { durationText } from '../yaml/duration-source.js';
import { topicText } from '../yaml/topic-text.js';
import { conditionShape, conditionSource, oneCondition } from './condition-source.js';
import type { ConditionSource } from './conditions/kind.js';
import { factText, idText, matchText, quietHours } from './fields.js';
import { oneOf } from './one-of.js';
import type { StepParts, StepSource } from './steps/kind.js';
import { allStepKinds, stepKindNames } from './steps/kind-of.js';
import type { TriggerSource } from './triggers/kind.js';
import { allTriggerKinds, triggerNames } from './triggers/kind-of.js';

const parts: StepParts = { steps: () => z.array(stepSource).default([]), condition: () => conditionSource };

/** A step: an object with one key, its kind. */
const stepSource: z.ZodType<StepSource> = z
  .strictObject(Object.fromEntries(allStepKinds.map(([name, kind]) => [name, kind.yaml(parts).optional()])))
  .superRefine(oneOf(stepKindNames, 'one kind of step', 'Make them steps of their own, each after "- ".'))
  .meta({ id: 'Step' });

const trigger: z.ZodType<TriggerSource> = z
  .strictObject(
    Object.fromEntries(allTriggerKinds.map(([name, kind]) => [name, kind.yaml({ condition: () => conditionSource }).optional()])),
  )
  .superRefine(oneOf(triggerNames, 'one kind of trigger', 'Keep one of them.'));

/** A condition with the reason that a trace gives when it does not hold. */
const filter: z.ZodType<ConditionSource & { readonly reason?: string | undefined }> = z
  .strictObject(Object.defineProperties({ reason: idText.optional() }, Object.getOwnPropertyDescriptors(conditionShape)))
  .superRefine(oneCondition);

const exitRule = z
  .strictObject({
    id: idText.optional(),
    on: factText.optional(),
    match: matchText.optional(),
    where: conditionSource.optional(),
    when: conditionSource.optional(),
    outcome: z.enum(['exited', 'converted']).default('exited'),
  })
  .superRefine(oneOf(['on', 'when'], 'either an event (on) or a condition (when)', 'Make them rules of their own, each after "- ".'))
  .superRefine((rule, context) => {
    if (rule.when === undefined || rule.on !== undefined) return;
    for (const key of ['where', 'match'] as const)
      if (rule[key] !== undefined)
        context.addIssue({
          code: 'custom',
          path: [key],
          message: 'goes with an event (on) only',
          params: { suggestion: 'Delete it, and say all of it in "when".' },
        });
  });

/** The file, as marketers write it: one definition gives the parser, the types and the editors' schema. */
export const journeySource = z
  .strictObject({
    journey: idText.meta({ description: 'The journey’s id: stays the same over all its versions.' }),
    name: z.string().min(1),
    description: z.string().default(''),
    priority: z.number().int().min(0).max(100).default(50).meta({ description: '0–100, higher wins.' }),
    class: z.enum(messageClasses),
    topic: topicText,
    trigger,
    entry: z.strictObject({
      key: z.union([z.enum(['profile', ...subjectKinds]), z.strictObject({ event: z.string().min(1) })]).default('profile'),
      filters: z.array(filter).default([]),
      reentry: z.union([
        z.enum(['always', 'once', 'once_per_key']),
        z.strictObject({
          interval: durationText,
          per: z.enum(['person', 'key']).default('person').meta({ description: 'key: entries with another key do not count.' }),
        }),
      ]),
      concurrency: z.enum(['reject', 'merge', 'parallel']).default('reject'),
    }),
    exits: z.array(exitRule).default([]),
    goals: z.array(z.strictObject({ id: idText, event: factText, within: durationText })).default([]),
    max_duration: durationText.optional(),
    quiet_hours: quietHours.optional(),
    catch_up: z
      .union([z.enum(['skip_step', 'exit']), z.strictObject({ send_if_within: durationText })])
      .default({ send_if_within: 'PT4H' })
      .meta({ description: 'What a resume does with what fell due during a pause.' }),
    holdout: z.number().min(0).max(1).default(0).meta({
      description: 'The share of people who walk and get no marketing message, such as 0.1: what the journey brings is known by them.',
    }),
    steps: z.array(stepSource).min(1),
  })
  .meta({ id: 'Journey', title: 'Sojourn journey' });
export type JourneySource = z.output<typeof journeySource>;
