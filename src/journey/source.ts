import { z } from 'zod';
import { factNames } from '../domain/events/fact.js';
import { factProperties } from '../domain/events/fact-properties.js';
import { channels, messageClasses } from '../domain/messages/channel.js';
import { durationText } from '../yaml/duration-source.js';
import { topicText } from '../yaml/topic-text.js';
import { bothConditions, conditionKinds, conditionShape, conditionSource, oneOf } from './condition-source.js';

/** What editors complete. */
const factsThatHappen = factNames.filter((name) => factProperties[name] !== undefined);

const id = z
  .string()
  // `constructor` is what every object has in JavaScript; everything else goes.
  .regex(/^(?!constructor$)[a-z][a-z0-9-]{0,62}$/, 'must be a name of lower-case letters, digits and hyphens, such as cart-reminder-1');
const fact = z
  .string()
  .min(1)
  .meta({ examples: factsThatHappen, description: 'A fact such as order.paid, or event:Your Event for a track call of your own.' });
const match = z
  .enum(['any', 'cart', 'profile'])
  .meta({ description: 'any (unless said otherwise): by this person, or about this cart by anybody.' });
const localTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as "10:00", in quotes');

const quietHours = z
  .strictObject({
    opens: localTime,
    closes: z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time of day such as "18:00", in quotes'),
  })
  .refine(({ opens, closes }) => opens < closes, { path: ['closes'], error: 'must come after "opens", on the same day' })
  .meta({
    description: 'Local hours in which its messages may leave. They narrow quiet hours (policies/quiet-hours.yaml) and never widen them.',
  });

const onCapped = z.union([
  z.enum(['defer', 'skip', 'exit']),
  z.strictObject({ defer: z.strictObject({ within: durationText }) }),
  z.strictObject({ fallback_channel: z.strictObject({ template: z.string().min(1) }) }),
]);

const send = z
  .strictObject({
    id: id.optional(),
    channel: z.enum(channels),
    template: z.string().min(1),
    deadline: durationText.default('PT24H').meta({ description: 'How long quiet hours and caps may hold it back before it is skipped.' }),
    not_after_start: durationText.optional().meta({ description: 'A hard limit counted from the start of the entry.' }),
    quiet_hours: quietHours.optional(),
    on_capped: onCapped.default('defer').meta({
      description:
        'Where a cap is in the way: wait for room (defer, until the deadline or within a time of its own), leave the message out (skip), leave the journey (exit), or send a template on the other channel instead (fallback_channel).',
    }),
    obeys_cap: z
      .boolean()
      .optional()
      .meta({ description: 'false: caps do not hold it back, except ceilings and the person’s own choice. Else as its class does.' }),
    counts_toward_cap: z.boolean().optional().meta({ description: 'Whether it counts under caps. Else as its class does.' }),
    expected_margin: z.number().min(0).optional().meta({
      description:
        'What it is expected to bring, in the shop’s currency: it is left out where it risks more than that (policies/engagement.yaml, price).',
    }),
    user_initiated: z
      .boolean()
      .default(false)
      .meta({ description: 'The person’s own act asks for it, as for the result of a quiz: it need not keep the gaps between messages.' }),
  })
  .meta({ description: 'Asks the gate for a message.' });

const wait = z
  .strictObject({
    id: id.optional(),
    for: durationText,
    at: localTime.optional().meta({ description: 'With whole days: at this time of the person’s day.' }),
    from: z
      .string()
      .min(1)
      .default('previous')
      .meta({ description: '`previous` (arrival here), `start`, or the id of a step that was done.' }),
  })
  .superRefine((value, context) => {
    if (value.at !== undefined && value.for.startsWith('PT'))
      context.addIssue({
        code: 'custom',
        path: ['at'],
        message: 'goes with whole days only: elapsed time has no time of day',
        params: { suggestion: 'Write "for: P1D", or leave "at" out.' },
      });
  });

const branchSteps = (): z.ZodDefault<z.ZodArray<typeof stepSource>> => z.array(stepSource).default([]);

const split = z.strictObject({
  id: id.optional(),
  get branches() {
    return z
      .array(
        z.strictObject({
          id: id.optional(),
          when: conditionSource,
          get steps() {
            return branchSteps();
          },
        }),
      )
      .min(1);
  },
  get else() {
    return otherwise().optional();
  },
});

const waitUntil = z.strictObject({
  id: id.optional(),
  get branches() {
    return z
      .array(
        z.strictObject({
          id: id.optional(),
          on: fact,
          match: match.default('any'),
          where: conditionSource.optional(),
          get steps() {
            return branchSteps();
          },
        }),
      )
      .min(1);
  },
  timeout: durationText.meta({ description: 'Mandatory: nobody waits for ever.' }),
  get on_timeout() {
    return otherwise().optional();
  },
  lookback: z.enum(['since_entry', 'none']).default('since_entry'),
});

function otherwise() {
  return z.strictObject({
    get steps() {
      return branchSteps();
    },
  });
}

const exit = z.strictObject({
  id: id.optional(),
  outcome: z.enum(['completed', 'exited', 'converted']).default('completed'),
  reason: id.optional(),
});

export const stepKinds = ['send', 'wait', 'wait_until', 'split', 'exit'] as const;

/** A step: an object with one key, its kind. */
const stepSource: z.ZodType<StepSource> = z
  .strictObject({
    send: send.optional(),
    wait: wait.optional(),
    wait_until: waitUntil.optional(),
    split: split.optional(),
    exit: exit.optional(),
  })
  .superRefine(oneOf(stepKinds, 'one kind of step', 'Make them steps of their own, each after "- ".'))
  .meta({ id: 'Step' });

export interface StepSource {
  readonly send?: z.output<typeof send> | undefined;
  readonly wait?: z.output<typeof wait> | undefined;
  readonly wait_until?:
    | {
        readonly id?: string | undefined;
        readonly branches: readonly {
          readonly id?: string | undefined;
          readonly on: string;
          readonly match: 'any' | 'cart' | 'profile';
          readonly where?: z.output<typeof conditionSource> | undefined;
          readonly steps: readonly StepSource[];
        }[];
        readonly timeout: string;
        readonly on_timeout?: { readonly steps: readonly StepSource[] } | undefined;
        readonly lookback: 'since_entry' | 'none';
      }
    | undefined;
  readonly split?:
    | {
        readonly id?: string | undefined;
        readonly branches: readonly {
          readonly id?: string | undefined;
          readonly when: z.output<typeof conditionSource>;
          readonly steps: readonly StepSource[];
        }[];
        readonly else?: { readonly steps: readonly StepSource[] } | undefined;
      }
    | undefined;
  readonly exit?: z.output<typeof exit> | undefined;
}

const trigger = z
  .strictObject({
    event: z.strictObject({ name: fact, where: conditionSource.optional() }).optional(),
    inactivity: z.strictObject({ after: z.array(fact).min(1), reset_on: z.array(fact).default([]), for: durationText }).optional(),
  })
  .superRefine(oneOf(['event', 'inactivity'], 'one kind of trigger', 'Keep one of them.'));

const filter = z.strictObject(filterShape()).superRefine(oneOf(conditionKinds, 'one kind of condition', bothConditions));

/** A condition with the reason that a trace gives when it does not hold. */
function filterShape() {
  return Object.defineProperties({ reason: id.optional() }, Object.getOwnPropertyDescriptors(conditionShape)) as typeof conditionShape & {
    reason: z.ZodOptional<typeof id>;
  };
}

const exitRule = z
  .strictObject({
    id: id.optional(),
    on: fact.optional(),
    match: match.optional(),
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
    journey: id.meta({ description: 'The journey’s id: stays the same over all its versions.' }),
    name: z.string().min(1),
    description: z.string().default(''),
    priority: z.number().int().min(0).max(100).default(50).meta({ description: '0–100, higher wins.' }),
    class: z.enum(messageClasses),
    topic: topicText,
    trigger,
    entry: z.strictObject({
      key: z.union([z.enum(['profile', 'cart']), z.strictObject({ event: z.string().min(1) })]).default('profile'),
      filters: z.array(filter).default([]),
      reentry: z.union([z.enum(['always', 'once']), z.strictObject({ interval: durationText })]),
      concurrency: z.enum(['reject', 'restart', 'merge', 'parallel']).default('reject'),
    }),
    exits: z.array(exitRule).default([]),
    goals: z.array(z.strictObject({ id, event: fact, within: durationText })).default([]),
    max_duration: durationText.optional(),
    quiet_hours: quietHours.optional(),
    catch_up: z
      .union([z.enum(['skip_step', 'exit']), z.strictObject({ send_if_within: durationText })])
      .default({ send_if_within: 'PT4H' })
      .meta({ description: 'What a resume does with what fell due during a pause.' }),
    holdout: z.number().min(0).max(1).default(0),
    steps: z.array(stepSource).min(1),
  })
  .meta({ id: 'Journey', title: 'Sojourn journey' });
export type JourneySource = z.output<typeof journeySource>;
