import { z } from 'zod';
import type { StepId } from '../../domain/values/ids.js';
import type { Condition } from '../conditions/condition.js';
import { describeCondition, describeTruth, evaluate } from '../conditions/kind-of.js';
import { factsAbout } from '../context.js';
import { idText } from '../fields.js';
import { branchesOf, listsOf, otherWay } from './branches.js';
import type { StepKind, StepParts } from './kind.js';
import type { StepBase } from './step.js';

declare module '../definition.js' {
  interface StepShapes {
    readonly split: SplitStep;
  }
}

interface SplitStep extends StepBase {
  readonly kind: 'split';
  readonly branches: readonly { readonly id: string; readonly when: Condition; readonly next: StepId | null }[];
}

const yaml = (parts: StepParts) =>
  z.strictObject({
    id: idText.optional(),
    get branches() {
      return branchesOf({ when: parts.condition() }, parts);
    },
    get else() {
      return otherWay(parts);
    },
  });

/** The first branch whose condition holds; what is not known does not hold. */
export const split: StepKind<SplitStep, z.output<ReturnType<typeof yaml>>> = {
  yaml,
  inside: (source) => listsOf(source.branches, 'else', source.else),
  compile({ branches }, { id, way, branchIds, condition }) {
    const ids = branchIds(branches, (_, index) => `branch-${index + 1}`);
    return {
      kind: 'split',
      id,
      next: way(branches.length),
      branches: branches.map(({ when }, index) => ({
        id: ids[index] ?? '',
        when: condition(when, 'branches', index, 'when'),
        next: way(index),
      })),
    };
  },
  isEnd: false,
  ways: ({ branches, next }) => [...branches.map((branch) => ({ to: branch.next })), { to: next }],
  listens: () => [],
  reads: ({ branches }) => branches.map(({ when }) => when),
  needs: () => [],
  lint: () => [],
  sentence: ({ branches }) =>
    `Takes the first way that fits: ${branches.map(({ id, when }) => `${id}, where ${describeCondition(when)}`).join('; ')}.`,
  dueAt: () => null,
  arrival: () => null,
  move(step, state, context) {
    const facts = factsAbout(context, state.trigger, state.told);
    const branch = step.branches.find(({ when }) => evaluate(when, facts) === 'true');
    if (branch)
      return { kind: 'go', to: branch.next, line: { kind: 'branch', text: `${takes(branch.id)} ${describeCondition(branch.when)}.` } };
    const text = `${takesNone} ${step.branches.map(({ id }) => id).join(', ')}: ${step.branches.map(({ when }) => describeTruth(when, evaluate(when, facts))).join('; ')}.`;
    return { kind: 'go', to: step.next, line: { kind: 'branch', text } };
  },
  message: () => null,
  told: ({ branches }) => [...branches.map(({ id }) => ({ way: id, begins: takes(id) })), { way: 'else', begins: takesNone }],
};

const takes = (branch: string): string => `Takes ${branch}:`;
const takesNone = 'Takes none of';
