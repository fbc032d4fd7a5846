import { z } from 'zod';
import { type ConditionKind, plain, truth } from './kind.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly identified: IdentifiedCondition;
  }
}

interface IdentifiedCondition {
  readonly kind: 'identified';
  readonly is: boolean;
}

/**
 * Somebody whom one can write to: known by a user id of the shop's, or by an address that an event gave, as most guests at a checkout are.
 */
export function isIdentified(of: {
  readonly userId: string | null;
  readonly email: string | null;
  readonly phone: string | null;
}): boolean {
  return of.userId !== null || of.email !== null || of.phone !== null;
}

/** Is the person known, or only a browser? */
export const identified: ConditionKind<IdentifiedCondition, boolean> = {
  ...plain,
  yaml: () => z.boolean(),
  compile: (is) => ({ kind: 'identified', is }),
  notMet: (is) => (is ? 'not-identified' : 'identified'),
  about: 'person',
  changedBy: () => ['profile.updated'],
  evaluate: (condition, facts) => truth(facts.profile.identified === condition.is),
  describe: (condition, holds) => `the person is ${condition.is === holds ? 'known' : 'not known'}`,
};
