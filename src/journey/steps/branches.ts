import { z } from 'zod';
import { idText } from '../fields.js';
import type { StepList, StepParts, StepSource } from './kind.js';

/** The branches of a step, each with the steps behind it. `of`: what says when a branch is taken. */
export function branchesOf<Of extends z.ZodRawShape>(of: Of, { steps }: StepParts) {
  const branch = {
    id: idText.optional(),
    ...of,
    get steps() {
      return steps();
    },
  };
  return z.array(z.strictObject(branch)).min(1);
}

/** The way where none of them is taken. */
export function otherWay({ steps }: StepParts) {
  return z
    .strictObject({
      get steps() {
        return steps();
      },
    })
    .optional();
}

/** The lists of steps inside: those of the branches, then the other way, which stands under `key`. */
export function listsOf(
  branches: readonly { readonly steps: readonly StepSource[] }[],
  key: string,
  other: { readonly steps: readonly StepSource[] } | undefined,
): readonly StepList[] {
  return [
    ...branches.map(({ steps }, index) => ({ at: ['branches', index, 'steps'], steps })),
    { at: [key, 'steps'], steps: other?.steps ?? [] },
  ];
}
