import { durationWords } from '../time/duration.js';
import { compare, describeComparison } from './comparison.js';
import type { ConditionKind, ConditionOf } from './kind.js';

/** How often something happened within a half-open window that ends now: after `at − window`, up to and with `at`. */
export const eventCount: ConditionKind<ConditionOf<'event_count'>> = {
  evaluate(condition, facts) {
    const from = condition.windowMs === null ? Number.NEGATIVE_INFINITY : facts.at - condition.windowMs;
    const count = (facts.eventInstants[condition.name] ?? []).filter((at) => at > from && at <= facts.at).length;
    return compare(condition.comparison, count);
  },
  describe(condition, holds) {
    const window = condition.windowMs === null ? '' : ` within ${durationWords(condition.windowMs)}`;
    return `the number of ${condition.name}${window} ${describeComparison(condition.comparison, holds)}`;
  },
};
