import { describeCondition, evaluate } from '../../domain/conditions/index.js';
import { factsAbout } from '../context.js';
import type { StepKind, StepOf } from './kind.js';

/** The first branch whose condition holds; what is not known does not hold. */
export const split: StepKind<StepOf<'split'>> = {
  move(step, state, context) {
    const facts = factsAbout(context, state.trigger);
    const branch = step.branches.find(({ when }) => evaluate(when, facts) === 'true');
    if (branch)
      return { kind: 'go', to: branch.next, line: { kind: 'branch', text: `Takes ${branch.id}: ${describeCondition(branch.when)}.` } };
    const text = `Takes none of ${step.branches.map(({ id }) => id).join(', ')}: ${step.branches.map(({ when }) => why(evaluate(when, facts) === 'unknown', when)).join('; ')}.`;
    return { kind: 'go', to: step.next, line: { kind: 'branch', text } };
  },
};

function why(unknown: boolean, when: StepOf<'split'>['branches'][number]['when']): string {
  return unknown ? `it is not known whether ${describeCondition(when)}` : describeCondition(when, false);
}
