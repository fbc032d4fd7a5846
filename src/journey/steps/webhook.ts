import { z } from 'zod';
import type { CallKind } from '../../domain/calls/call.js';
import { subjectId } from '../../domain/events/subject.js';
import { durationWords } from '../../domain/time/duration.js';
import { formatLocal } from '../../domain/time/time.js';
import type { StepId } from '../../domain/values/ids.js';
import { durationText, toLimitMs } from '../../yaml/duration-source.js';
import type { EngineContext } from '../context.js';
import { answerKey, type EntryState } from '../entry.js';
import { idText } from '../fields.js';
import { error } from '../finding.js';
import { compileValues, heardByValues, needsOfValues, referencesOfValues, type Values, valuesOf, valuesSource } from '../values.js';
import { listsOf, otherWay } from './branches.js';
import type { Move, StepKind, StepParts } from './kind.js';
import type { StepBase } from './step.js';

declare module '../definition.js' {
  interface StepShapes {
    readonly webhook: WebhookStep;
  }
  interface StepEffects {
    readonly call: CallAsked;
  }
}

interface WebhookStep extends StepBase {
  readonly kind: 'webhook';
  readonly to: string;
  readonly data: Values;
  /** It waits so long for the answer; null: it goes on at once. */
  readonly timeoutMs: number | null;
  readonly onFailure: StepId | null;
  /** Properties of the answer that are kept. */
  readonly remember: readonly string[];
}

/** Something to tell a receiver of `shop.yaml`. */
export interface CallAsked {
  readonly kind: 'call';
  readonly what: CallKind;
  readonly to: string;
  readonly orderId: string | null;
  /** Personal data. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly isAwaited: boolean;
}

const yaml = (parts: StepParts) =>
  z.strictObject({
    id: idText.optional(),
    to: idText.meta({ description: 'A receiver of shop.yaml with a url.' }),
    data: valuesSource.default({}).meta({ description: 'What it tells, beside person, order, journey and step.' }),
    timeout: durationText.optional().meta({ description: 'Waits so long for the answer. Absent: goes on at once.' }),
    remember: z
      .array(z.string().min(1).max(100))
      .max(20)
      .default([])
      .meta({ description: 'Properties of the answer for conditions and messages: heard.<id>.<property>; status is that of HTTP.' }),
    get on_failure() {
      return otherWay(parts).meta({ description: 'With timeout: where no answer came in time, or the receiver refused.' });
    },
  });

/** Tells one of the shop's programs something, signed, and tried again until it is taken. It may wait for the answer. */
export const webhook: StepKind<WebhookStep, z.output<ReturnType<typeof yaml>>, CallAsked> = {
  yaml,
  // Behind the last, empty one the journey goes on where the answer came.
  inside: ({ on_failure }) => [...listsOf([], 'on_failure', on_failure), { at: [], steps: [] }],
  compile({ to, data, timeout, remember }, { id, next, way, note }) {
    const values = compileValues(data);
    for (const named of referencesOfValues(Object.values(values))) note(named, 'data');
    note({ kind: 'receiver', name: to, by: ['webhook'] }, 'to');
    return {
      kind: 'webhook',
      id,
      next,
      to,
      data: values,
      timeoutMs: timeout === undefined ? null : toLimitMs(timeout),
      onFailure: way(0),
      remember,
    };
  },
  isEnd: false,
  ways: ({ next, timeoutMs, onFailure }) => (timeoutMs === null ? [{ to: next }] : [{ to: onFailure }, { to: next }]),
  listens: () => [],
  isAnswered: ({ timeoutMs }) => timeoutMs !== null,
  reads: () => [],
  needs: ({ data }) => needsOfValues(Object.values(data)),
  takes: ({ id, data, remember }) => [
    ...heardByValues(Object.values(data)),
    ...['status', ...remember].map((property) => ({ step: id, property })),
  ],
  lint: ({ timeoutMs, remember, onFailure, next }, { path }) =>
    timeoutMs === null && (remember.length > 0 || onFailure !== next)
      ? [error(path, 'Without a timeout it waits for no answer.', 'Write how long it waits: timeout: PT10M.')]
      : [],
  sentence: ({ to, timeoutMs }) =>
    `Calls ${to}${timeoutMs === null ? '' : `, and waits at most ${durationWords(timeoutMs)} for the answer`}.`,
  dueAt: ({ timeoutMs }, state) => (timeoutMs === null ? null : state.arrivedAt + timeoutMs),
  arrival: () => null,
  move(step, state, context) {
    const asks = [callOf(step, state, context)];
    const { to, next, timeoutMs } = step;
    if (timeoutMs === null) return { kind: 'go', to: next, line: { kind: 'note', text: `Calls ${to}.` }, asks };
    const dueAt = state.dueAt ?? state.arrivedAt + timeoutMs;
    const answered = settled(step, state, dueAt);
    if (answered !== null) return answered;
    if (context.at >= dueAt)
      return { ...wentBy(step.onFailure, `${to} did not answer within ${durationWords(timeoutMs)}`), dueSince: dueAt };
    const sentence = `Waits for the answer of ${to}, at most until ${formatLocal(dueAt, context.timeZone)} (${context.timeZone})`;
    return { kind: 'stay', sentence, ...(context.at === state.arrivedAt ? { asks } : {}) };
  },
  message: () => null,
};

function callOf({ to, data, timeoutMs }: WebhookStep, state: EntryState, context: EngineContext): CallAsked {
  const { known } = valuesOf(data, state, context);
  return { kind: 'call', what: 'webhook', to, orderId: subjectId(context.about, 'order'), data: known, isAwaited: timeoutMs !== null };
}

/** The answer that came in time; null: none did. */
function settled({ id, to, next, onFailure }: WebhookStep, { heard, visit }: EntryState, dueAt: number): Move | null {
  const [answeredAt, refusedAt] = [heard[answerKey(id, visit, 'answered')], heard[answerKey(id, visit, 'failed')]];
  if (answeredAt !== undefined && answeredAt <= dueAt) return { ...wentBy(next, `${to} answered`), dueSince: answeredAt };
  return refusedAt !== undefined && refusedAt <= dueAt ? { ...wentBy(onFailure, `${to} refused the call`), dueSince: refusedAt } : null;
}

function wentBy(to: StepId | null, what: string) {
  return { kind: 'go', to, line: { kind: 'branch', text: `Goes on: ${what}.` } } as const;
}
