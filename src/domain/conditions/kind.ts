import type { Condition, ConditionFacts, Truth } from './condition.js';

export type ConditionOf<K extends Condition['kind']> = Extract<Condition, { readonly kind: K }>;

/** How to judge a condition inside another. */
export type Judge = (condition: Condition, facts: ConditionFacts) => Truth;
export type Describe = (condition: Condition, holds: boolean) => string;

/** What a kind of condition knows about itself. */
export interface ConditionKind<C extends Condition> {
  evaluate(condition: C, facts: ConditionFacts, judge: Judge): Truth;
  /** A clause for people, from the journey's own words and never from a person's data: `the cart's value is at least 20`, or that it is not so. */
  describe(condition: C, holds: boolean, describe: Describe): string;
  /** Conditions inside this one. */
  readonly parts?: (condition: C) => readonly Condition[];
}

export function truth(value: boolean): Truth {
  return value ? 'true' : 'false';
}
