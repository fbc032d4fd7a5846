import { z } from 'zod';
import { type Channel, channelKind, channels } from '../../domain/messages/channel.js';
import type { Instant } from '../../domain/time/instant.js';
import type { StepId } from '../../domain/values/ids.js';
import { durationText, toLimitMs } from '../../yaml/duration-source.js';
import type { JourneyDefinition } from '../definition.js';
import type { EntryState } from '../entry.js';
import { idText, narrowedHours, quietHours } from '../fields.js';
import { sayChannel, sayUntil } from '../words.js';
import type { StepKind, StepTools } from './kind.js';
import { lintSend } from './send-lint.js';
import { hourNeeds, hourOf, hourText, lintSendTime } from './send-time.js';
import type { SendStep } from './step.js';

declare module '../definition.js' {
  interface StepShapes {
    readonly send: SendStep;
  }
}

const onCapped = z.union([
  z.enum(['defer', 'skip', 'exit']),
  z.strictObject({ defer: z.strictObject({ within: durationText }) }),
  z.strictObject({ fallback_channel: z.strictObject({ template: z.string().min(1) }) }),
]);

const yaml = z
  .strictObject({
    id: idText.optional(),
    channel: z.enum(channels),
    template: z.string().min(1),
    deadline: durationText.default('PT24H').meta({ description: 'How long quiet hours and caps may hold it back before it is skipped.' }),
    not_after_start: durationText.optional().meta({ description: 'A hard limit counted from the start of the entry.' }),
    send_time: z
      .strictObject({ optimize: z.literal(true), within: durationText })
      .optional()
      .meta({
        description:
          'Waits for the hour at which the person usually clicks, at most this long; quiet hours and caps count then. Never for service messages or carts.',
        examples: [{ optimize: true, within: 'P1D' }],
      }),
    quiet_hours: quietHours.optional(),
    on_capped: onCapped.default('defer').meta({
      description:
        'Where a cap is in the way: wait for room (defer, until the deadline or within a time of its own), skip the message (skip), exit the journey (exit), or send a template on the other channel instead (fallback_channel).',
    }),
    obeys_cap: z
      .boolean()
      .optional()
      .meta({ description: 'false: caps do not hold it back, except ceilings and the person’s own choice. Else as its class does.' }),
    counts_toward_cap: z.boolean().optional().meta({ description: 'Whether it counts under caps. Else as its class does.' }),
    expected_margin: z.number().min(0).optional().meta({
      description: 'Its expected gain, in the shop’s currency: it is skipped if it risks more than that (policies/engagement.yaml, price).',
    }),
    user_initiated: z
      .boolean()
      .default(false)
      .meta({ description: 'The person’s own act asks for it, as for the result of a quiz: it need not keep the gaps between messages.' }),
  })
  .meta({ description: 'Asks the gate for a message.' });
type Source = z.output<typeof yaml>;

/** Asks the send gate for a message; the engine goes on when the gate or the provider has settled it. */
export const send: StepKind<SendStep, Source> = {
  yaml: () => yaml,
  inside: () => [],
  compile,
  isEnd: false,
  ways: ({ fallback = null, next }) => [{ to: fallback }, { to: next }],
  listens: () => [],
  reads: () => [],
  needs: hourNeeds,
  lint: (step, look) => [...lintSend(step, look), ...lintSendTime(step, look)],
  sentence: ({ channel, template }) => `Sends the ${sayChannel(channel)} ${template}.`,
  dueAt: (step, state, context) => hourOf(step, state, context)?.at ?? null,
  arrival: (step, state, context) => ({
    kind: 'step',
    text: hourText(step, state, context) ?? `Comes to the ${sayChannel(step.channel)} ${step.id}.`,
  }),
  move: (step, state, context) => {
    if (step.hourWithinMs === undefined || state.dueAt === null || context.at >= state.dueAt) return { kind: 'send' };
    const until = sayUntil(state.arrivedAt, state.dueAt, context.timeZone);
    return { kind: 'stay', sentence: `Waits ${until}, to send the ${sayChannel(step.channel)} ${step.id} at the chosen hour` };
  },
  message: (step) => step,
};

/** From when on deadlines of the present step count: a chosen hour is no delay. */
export function reachedAt({ hourWithinMs }: SendStep, { arrivedAt, dueAt }: EntryState): Instant {
  return hourWithinMs === undefined || dueAt === null ? arrivedAt : Math.max(arrivedAt, dueAt);
}

/** The last instant at which the message of the present step may leave. */
export function sendDeadline(definition: JourneyDefinition, step: SendStep, state: EntryState): Instant {
  return Math.min(
    reachedAt(step, state) + step.deadlineMs,
    step.notAfterStartMs === null ? Number.POSITIVE_INFINITY : state.startedAt + step.notAfterStartMs,
    definition.maxDurationMs === null ? Number.POSITIVE_INFINITY : state.startedAt + definition.maxDurationMs,
    state.deadlineAt ?? Number.POSITIVE_INFINITY,
  );
}

function compile(source: Source, tools: StepTools): SendStep {
  const { channel, template, deadline, not_after_start, on_capped, obeys_cap, counts_toward_cap, user_initiated, expected_margin } = source;
  tools.note({ kind: 'template', name: template, channel }, 'template');
  const step: SendStep = {
    kind: 'send',
    id: tools.id,
    next: tools.next,
    channel,
    template,
    deadlineMs: toLimitMs(deadline),
    notAfterStartMs: not_after_start === undefined ? null : toLimitMs(not_after_start),
    ...narrowedHours(tools.quietHours, source.quiet_hours),
    onCapped: 'defer',
    ...(obeys_cap === undefined ? {} : { obeysCap: obeys_cap }),
    ...(counts_toward_cap === undefined ? {} : { countsTowardCap: counts_toward_cap }),
    ...(user_initiated ? { isUserInitiated: true } : {}),
    ...(expected_margin === undefined ? {} : { expectedMargin: expected_margin }),
  };
  const hour = source.send_time === undefined ? {} : { hourWithinMs: toLimitMs(source.send_time.within) };
  if (typeof on_capped === 'string') return { ...step, ...hour, onCapped: on_capped };
  if ('defer' in on_capped) return { ...step, ...hour, deferWithinMs: toLimitMs(on_capped.defer.within) };
  // What goes by the other channel instead has waited already.
  return { ...step, ...hour, onCapped: 'fallback_channel', fallback: fallback(step, on_capped.fallback_channel.template, tools) };
}

/** A step of its own, so that its message has its own id, verdict and line: the same message on the other channel, once. */
function fallback(step: SendStep, template: string, { add, note }: StepTools): StepId {
  const at = ['on_capped', 'fallback_channel'];
  const channel = (channelKind(step.channel).fallsBackTo ?? step.channel) as Channel;
  note({ kind: 'template', name: template, channel }, ...at, 'template');
  return add(`${step.id}-${channel}`, at, (id) => ({ ...step, id, channel, template, onCapped: 'skip' }));
}
