import { z } from 'zod';
import type { FactName } from '../../domain/events/fact.js';
import { durationWords } from '../../domain/time/duration.js';
import { durationText, toLimitMs } from '../../yaml/duration-source.js';
import { type Comparison, compare, comparisonShape, describeComparison, oneComparison, toComparison } from './comparison.js';
import { type ConditionKind, earliestAfter } from './kind.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly event_count: EventCount;
  }
}

interface EventCount {
  readonly kind: 'event_count';
  readonly name: FactName;
  /** Milliseconds back from the instant of evaluation; null: ever. */
  readonly windowMs: number | null;
  readonly comparison: Comparison;
}

const yaml = z.strictObject({ name: z.string().min(1), within: durationText.optional(), ...comparisonShape }).superRefine(oneComparison);

/** How often something happened within a half-open window that ends now: after `at − window`, up to and with `at`. */
export const eventCount: ConditionKind<EventCount, z.output<typeof yaml>> = {
  yaml: () => yaml,
  compile: (source, { event }) => ({
    kind: 'event_count',
    name: event(source.name, 'event_count', 'name'),
    windowMs: source.within === undefined ? null : toLimitMs(source.within),
    comparison: toComparison(source),
  }),
  notMet: () => 'event-count-not-met',
  about: 'person',
  parts: () => [],
  needs: ({ name, windowMs }) => [{ of: 'event_instants', name, windowMs }],
  evaluate({ name, windowMs, comparison }, { at: now, known }) {
    const from = windowMs === null ? Number.NEGATIVE_INFINITY : now - windowMs;
    const count = (known.event_instants?.[name] ?? []).filter((at) => at > from && at <= now).length;
    return compare(comparison, count);
  },
  changedBy: ({ name }) => [name],
  changesAt({ name, windowMs }, { at: now, known }) {
    // Each comes into the window when its time has come, and goes out of it.
    const edges = (known.event_instants?.[name] ?? []).flatMap((at) => (windowMs === null ? [at] : [at, at + windowMs]));
    return earliestAfter(now, edges);
  },
  describe({ name, windowMs, comparison }, holds) {
    const window = windowMs === null ? '' : ` within ${durationWords(windowMs)}`;
    return `the number of ${name}${window} ${describeComparison(comparison, holds)}`;
  },
};
