import type { StepKind, StepOf } from './kind.js';

/** Ends the entry. */
export const exit: StepKind<StepOf<'exit'>> = {
  move: (step) => ({ kind: 'finish', outcome: step.outcome, reason: step.reason, text: `Ends at ${step.id}: ${step.outcome}.` }),
};
