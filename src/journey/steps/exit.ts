import { z } from 'zod';
import { idText } from '../fields.js';
import type { StepKind } from './kind.js';
import type { StepBase } from './step.js';

declare module '../definition.js' {
  interface StepShapes {
    readonly exit: ExitStep;
  }
}

interface ExitStep extends StepBase {
  readonly kind: 'exit';
  readonly outcome: 'completed' | 'exited' | 'converted';
  readonly reason: string;
}

const yaml = z.strictObject({
  id: idText.optional(),
  outcome: z.enum(['completed', 'exited', 'converted']).default('completed'),
  reason: idText.optional(),
});

/** Ends the entry. */
export const exit: StepKind<ExitStep, z.output<typeof yaml>> = {
  yaml: () => yaml,
  inside: () => [],
  compile: ({ outcome, reason = outcome }, { id }) => ({ kind: 'exit', id, next: null, outcome, reason }),
  isEnd: true,
  ways: () => [],
  listens: () => [],
  reads: () => [],
  needs: () => [],
  lint: () => [],
  sentence: ({ outcome, reason }) => `Ends: ${outcome}${reason === outcome ? '' : ` (${reason})`}.`,
  dueAt: () => null,
  arrival: () => null,
  move: ({ id, outcome, reason }) => ({ kind: 'finish', outcome, reason, text: `Ends at ${id}: ${outcome}.` }),
  message: () => null,
};
