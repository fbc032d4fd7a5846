import { z } from 'zod';
import { durationWords } from '../../domain/time/duration.js';
import { durationText, toLimitMs } from '../../yaml/duration-source.js';
import { type ConditionKind, earliestAfter } from './kind.js';
import { choiceWords, judgeChoice, oneChoice, type ProductChoice, productChoiceShape, toChoice } from './product-choice.js';

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
  .strictObject({ ...productChoiceShape, within: durationText.optional() })
  .superRefine(oneChoice)
  .meta({ description: 'Products that the person looked at.', examples: [{ tags: { any_of: ['skin:dry'] }, within: 'P30D' }] });

/** What the person looked at within a half-open window that ends now. A list of products counts for its collection. */
export const viewed: ConditionKind<ViewedCondition, z.output<typeof yaml>> = {
  yaml: () => yaml,
  compile: (source) => ({
    kind: 'viewed',
    choice: toChoice(source),
    windowMs: source.within === undefined ? null : toLimitMs(source.within),
  }),
  notMet: () => 'not-viewed',
  about: 'person',
  parts: () => [],
  needs: ({ windowMs }) => [{ of: 'viewed', windowMs }],
  evaluate({ choice, windowMs }, { at: now, known }) {
    const from = windowMs === null ? Number.NEGATIVE_INFINITY : now - windowMs;
    return judgeChoice(
      choice,
      (known.viewed ?? []).filter(({ at }) => at !== null && at > from),
    );
  },
  changedBy: () => ['product.viewed', 'event:Product List Viewed'],
  changesAt({ windowMs }, { at: now, known }) {
    const edges = (known.viewed ?? []).flatMap(({ at, next }) => [
      ...(next === null ? [] : [next]),
      ...(at === null || windowMs === null ? [] : [at + windowMs]),
    ]);
    return earliestAfter(now, edges);
  },
  describe({ choice, windowMs }, holds) {
    const window = windowMs === null ? '' : ` within ${durationWords(windowMs)}`;
    return `the person ${holds ? 'looked' : 'did not look'} at ${choiceWords(choice)}${window}`;
  },
};
