import { z } from 'zod';
import type { FactName } from '../../domain/events/fact.js';
import type { Instant } from '../../domain/time/instant.js';
import type { EntryRules } from '../definition.js';
import type { Known } from '../knowledge.js';
import { type Comparison, compare, comparisonShape, describeComparison, oneComparison, toComparison } from './comparison.js';
import type { ConditionKind } from './kind.js';
import { isInWindow, nextEdge, toWindowMs, windowShape, windowWords } from './window.js';

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
  /** Only facts with the key of the entry count, by this rule. Absent: all. */
  readonly key?: EntryRules['key'];
}

const yaml = z
  .strictObject({
    name: z.string().min(1),
    ...windowShape,
    match: z
      .enum(['any', 'key'])
      .default('any')
      .meta({ description: 'any (the default): of this person. key: with the key of this entry, such as its order.' }),
    ...comparisonShape,
  })
  .superRefine(oneComparison);

/** How often something happened within a half-open window that ends now: after `at − window`, up to and with `at`. */
export const eventCount: ConditionKind<EventCount, z.output<typeof yaml>> = {
  yaml: () => yaml,
  compile: (source, { event, key }) => ({
    kind: 'event_count',
    name: event(source.name, 'event_count', 'name'),
    windowMs: toWindowMs(source),
    comparison: toComparison(source),
    ...(source.match === 'key' && key !== null && key.kind !== 'profile' ? { key } : {}),
  }),
  notMet: () => 'event-count-not-met',
  about: 'person',
  parts: () => [],
  needs: ({ name, windowMs, key }) => [
    key === undefined ? { of: 'event_instants', name, windowMs } : { of: 'keyed_instants', name, windowMs, key },
  ],
  evaluate({ name, windowMs, comparison, key }, { at: now, known }) {
    const count = instantsOf({ name, key }, known).filter((at) => isInWindow(at, windowMs, now)).length;
    return compare(comparison, count);
  },
  changedBy: ({ name }) => [name],
  changesAt({ name, windowMs, key }, { at: now, known }) {
    return nextEdge(instantsOf({ name, key }, known), windowMs, now);
  },
  describe({ name, windowMs, comparison, key }, holds) {
    const which = key === undefined ? '' : ` with the same ${key.kind === 'event' ? key.path : key.kind}`;
    return `the number of ${name}${which}${windowWords(windowMs)} ${describeComparison(comparison, holds)}`;
  },
};

function instantsOf({ name, key }: { readonly name: FactName; readonly key: EventCount['key'] }, known: Known): readonly Instant[] {
  return (key === undefined ? known.event_instants : known.keyed_instants)?.[name] ?? [];
}
