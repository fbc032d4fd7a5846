import type { Instant } from '../../domain/time/instant.js';
import type { Condition, ConditionFacts, Truth } from './condition.js';
import { conditionKinds } from './index.js';
import type { ConditionKind, ConditionSource } from './kind.js';

type AnyConditionKind = ConditionKind<Condition, unknown>;

const kinds = conditionKinds as unknown as Readonly<Record<string, AnyConditionKind>>;

export const allConditionKinds: readonly (readonly [name: string, kind: AnyConditionKind])[] = Object.entries(kinds);

/** As they stand in the file. */
export const conditionNames: readonly string[] = Object.keys(kinds);

/** All that is known of this kind of condition. Throws for one that this version does not know. */
export function conditionKind({ kind }: Pick<Condition, 'kind'>): AnyConditionKind {
  return kindNamed(kind);
}

/** The kind that a written condition names, and what stands under it. The schema has seen that there is exactly one. */
export function kindOfCondition(source: ConditionSource): { readonly kind: AnyConditionKind; readonly of: unknown } {
  const name = conditionNames.find((key) => source[key] !== undefined) ?? 'nothing';
  return { kind: kindNamed(name), of: source[name] };
}

/** Three-valued: a missing value makes `unknown`, which filters and branches take for "does not hold". */
export function evaluate(condition: Condition, facts: ConditionFacts): Truth {
  return conditionKind(condition).evaluate(condition, facts, evaluate);
}

/**
 * The next instant after `facts.at` at which it may be judged otherwise although nothing has happened; null: none. It may come too early,
 * never too late.
 */
export function changesAt(condition: Condition, facts: ConditionFacts): Instant | null {
  let first: Instant | null = null;
  for (const one of allConditions(condition)) {
    const at = conditionKind(one).changesAt(one, facts);
    if (at !== null && (first === null || at < first)) first = at;
  }
  return first;
}

/** A clause for people: `the cart's value is at least 20`; with `holds` false that it is not so. */
export function describeCondition(condition: Condition, holds = true): string {
  return conditionKind(condition).describe(condition, holds, describeCondition);
}

/** What it was judged to be, as a clause: `it is not known whether the cart's value is at least 20`. */
export function describeTruth(condition: Condition, truth: Truth): string {
  return truth === 'unknown' ? `it is not known whether ${describeCondition(condition)}` : describeCondition(condition, truth === 'true');
}

/** The condition and all conditions inside it, outermost first. */
export function allConditions(condition: Condition): readonly Condition[] {
  const known = flattened.get(condition);
  if (known !== undefined) return known;
  const all = [condition, ...conditionKind(condition).parts(condition).flatMap(allConditions)];
  flattened.set(condition, all);
  return all;
}

/** Conditions never change; those of segments are asked for with every event. */
const flattened = new WeakMap<Condition, readonly Condition[]>();

function kindNamed(name: string): AnyConditionKind {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind === undefined) throw new Error(`A condition is of the kind ${name}, which this version does not know.`);
  return kind;
}
