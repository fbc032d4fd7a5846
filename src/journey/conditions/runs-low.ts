import { z } from 'zod';
import { orderFactNames } from '../../domain/orders/known-order.js';
import { dueAgain } from '../../domain/recommendations/due-again.js';
import { type ConditionKind, earliestAfter, plain } from './kind.js';
import { choiceWords, judgeChoice, oneChoice, type ProductChoice, productChoiceShape, toChoice } from './product-choice.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly runs_low: RunsLow;
  }
}

interface RunsLow {
  readonly kind: 'runs_low';
  readonly choice: ProductChoice;
}

const yaml = z
  .strictObject(productChoiceShape)
  .superRefine(oneChoice)
  .meta({
    description: 'Products that the person bought and may have used up by now.',
    examples: [{ tags: { any_of: ['category:cream'] } }],
  });

/** What a person bought is due again: from when a quarter of people would have used it up, until nine in ten would have. */
export const runsLow: ConditionKind<RunsLow, z.output<typeof yaml>> = {
  ...plain,
  yaml: () => yaml,
  compile: (source) => ({ kind: 'runs_low', choice: toChoice(source) }),
  notMet: () => 'not-due-again',
  about: 'person',
  needs: () => [{ of: 'lasting' }],
  evaluate: ({ choice }, { at, known }) =>
    judgeChoice(
      choice,
      dueAgain(known.lasting ?? [], at)
        .filter(({ first, until }) => at >= first && at < until)
        .flatMap(({ products }) => products),
    ),
  changedBy: () => orderFactNames,
  changesAt: (_condition, { at, known }) =>
    earliestAfter(at, [
      ...(known.lasting ?? []).flatMap(({ times }) => times.map((one) => one.at)),
      ...dueAgain(known.lasting ?? [], at).flatMap(({ first, until }) => [first, until]),
    ]),
  describe: ({ choice }, holds) => `${choiceWords(choice)} that the person bought ${holds ? 'is' : 'is not'} due again`,
};
