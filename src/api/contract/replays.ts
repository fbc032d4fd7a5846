import { z } from 'zod';
import { momentKinds } from '../../replay/moments.js';
import { instant, plainText } from './shared.js';

const counted = {
  journey: z.string(),
  what: z
    .enum(momentKinds)
    .meta({ description: '`armed` to `ended` happened; `waiting`, `under-way` and `idle` are the state at the end.' }),
  step: z.string().nullable().meta({ description: 'Null: it is about the whole entry.' }),
  reason: z.string().nullable().meta({ description: 'A code: why it was not sent, or how it ended.' }),
  live: z.number().int(),
  draft: z.number().int(),
};

const moment = z.object({
  at: instant,
  journey: z.string(),
  what: z.enum(momentKinds),
  step: z.string().nullable(),
  reason: z.string().nullable(),
  text: z.string().nullable().meta({ description: 'Why, in the words of the entry’s story.' }),
});

const load = z
  .object({
    from: instant,
    to: instant,
    people: z.number().int(),
    weeks: z.number().int().meta({ description: 'Weeks of seven days, from `from`; the last one may be shorter.' }),
    sent: z.number().int(),
    perPersonWeek: z.object({
      mean: z.number(),
      median: z.number(),
      p90: z.number(),
      most: z.number(),
      spread: z.array(z.object({ messages: z.number().int(), personWeeks: z.number().int() })).readonly(),
    }),
    mostInSevenDays: z.number().int(),
    senders: z
      .array(
        z.object({
          sender: z.string().meta({ description: 'A journey, `broadcast.<id>`, or `message.<template>` of the shop’s own.' }),
          sent: z.number().int(),
          people: z.number().int(),
          perPersonWeek: z.number(),
          deferred: z.number().int(),
          skipped: z.number().int(),
          displaced: z.number().int(),
        }),
      )
      .readonly(),
    losses: z
      .array(
        z.object({
          loser: z.string(),
          winner: z.string(),
          messages: z.number().int(),
          people: z.number().int(),
          displaced: z.number().int(),
          deferred: z.number().int(),
          skipped: z.number().int(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'LoadMap', description: 'Messages per person and week over all senders, and which senders lose slots to which.' });

export const replay = z
  .object({
    journeyId: z.string(),
    liveVersion: z.number().int().nullable().meta({ description: 'Null: no version is live, so everything that the draft does is new.' }),
    from: instant,
    to: instant,
    people: z.number().int().meta({ description: 'People with an event in that time.' }),
    events: z
      .number()
      .int()
      .meta({ description: 'Their events up to `to`, also those from before `from`, which give people their state.' }),
    beside: z.array(z.string()).readonly().meta({ description: 'Other live journeys that were played with it.' }),
    messagesTaken: z.number().int().meta({
      description: 'Messages that were really sent and count as they were: of broadcasts, of the shop itself, of earlier entries.',
    }),
    differing: z.object({
      what: z.number().int().meta({ description: 'People with a different result.' }),
      when: z.number().int().meta({ description: 'People with the same result at other times.' }),
    }),
    counts: z.array(z.object(counted)).readonly(),
    days: z
      .array(z.object({ day: z.iso.date(), ...counted }))
      .readonly()
      .meta({ description: 'The same by day of the shop.' }),
    load: z.object({ live: load, draft: load }).nullable().meta({ description: 'Null: there were too many messages.' }),
    leftOut: z.object({
      people: z.number().int().meta({ description: 'People with more events than a person can have.' }),
      events: z.number().int().meta({ description: 'Events whose payload cannot be read any more.' }),
    }),
    cannotKnow: z.array(z.object({ code: z.string(), sentence: z.string() })).readonly(),
    shown: z
      .array(
        z.object({
          profileId: z.string(),
          differs: z.enum(['what', 'when']),
          live: z.array(moment).readonly(),
          draft: z.array(moment).readonly(),
        }),
      )
      .readonly()
      .meta({ description: 'People with a different result, as many as `show` asked for, each with the difference.' }),
  })
  .meta({ id: 'Replay' });
export type Replay = z.input<typeof replay>;

export const replayLine = z
  .union([
    z.object({ progress: z.object({ people: z.number().int(), of: z.number().int() }) }),
    z.object({ replay }),
    z.object({ problem: z.object({ code: z.string(), detail: z.string() }) }),
  ])
  .meta({ id: 'ReplayLine', description: 'Lines of JSON: `progress` now and then, `replay` or `problem` at the end.' });
export type ReplayLine = z.input<typeof replayLine>;

export const replayBody = z.object({
  source: plainText(200_000).meta({ description: 'The draft: a journey’s YAML.' }),
  from: instant,
  to: instant,
  show: z.number().int().min(0).max(100).default(0).meta({ description: 'How many people with a different result to name.' }),
});
