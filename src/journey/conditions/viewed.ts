import { z } from 'zod';
import { listViewed } from '../../domain/events/fact.js';
import { type ConditionKind, earliestAfter } from './kind.js';
import { choiceWords, judgeChoice, oneChoice, type ProductChoice, productChoiceShape, toChoice } from './product-choice.js';
import { toWindowMs, windowShape, windowStart, windowWords } from './window.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly viewed: ViewedCondition;
  }
}

interface ViewedCondition {
  readonly kind: 'viewed';
  readonly choice: ProductChoice;
  /** Milliseconds back from the instant of evaluation; null: ever. */
  readonly windowMs: number | null;
}

const yaml = z
  .strictObject({ ...productChoiceShape, ...windowShape })
  .superRefine(oneChoice)
  .meta({ description: 'Products that the person looked at.', examples: [{ tags: { any_of: ['skin:dry'] }, within: 'P30D' }] });

/** What the person looked at within a half-open window that ends now. A list of products counts for its collection. */
export const viewed: ConditionKind<ViewedCondition, z.output<typeof yaml>> = {
  yaml: () => yaml,
  compile: (source) => ({
    kind: 'viewed',
    choice: toChoice(source),
    windowMs: toWindowMs(source),
  }),
  notMet: () => 'not-viewed',
  about: 'person',
  parts: () => [],
  needs: ({ windowMs }) => [{ of: 'viewed', windowMs }],
  evaluate: ({ choice, windowMs }, { at: now, known }) =>
    judgeChoice(
      choice,
      (known.viewed ?? []).filter(({ at }) => at !== null && at > windowStart(windowMs, now)),
    ),
  changedBy: () => ['product.viewed', listViewed],
  changesAt({ windowMs }, { at: now, known }) {
    const edges = (known.viewed ?? []).flatMap(({ at, next }) => [
      ...(next === null ? [] : [next]),
      ...(at === null || windowMs === null ? [] : [at + windowMs]),
    ]);
    return earliestAfter(now, edges);
  },
  describe: ({ choice, windowMs }, holds) =>
    `the person ${holds ? 'looked' : 'did not look'} at ${choiceWords(choice)}${windowWords(windowMs)}`,
};
