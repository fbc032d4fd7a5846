import type { Condition } from '../conditions/condition.js';
import type { SendStep, Step, StepEffect } from '../definition.js';
import { stepKinds } from './index.js';
import type { HeardPart, Listening, StepKind, StepSource, ToldWay } from './kind.js';

type AnyStepKind = StepKind<Step, unknown, StepEffect>;

const kinds = stepKinds as unknown as Readonly<Record<string, AnyStepKind>>;

export const allStepKinds: readonly (readonly [name: string, kind: AnyStepKind])[] = Object.entries(kinds);

/** As they stand in the file. */
export const stepKindNames: readonly string[] = Object.keys(kinds);

/** All that is known of this kind of step. Throws for one that this version does not know. */
export function stepKind({ id, kind }: Pick<Step, 'id' | 'kind'>): AnyStepKind {
  return kindNamed(kind, `The step ${id}`);
}

/** The kind that a written step names, and what stands under it. The schema has seen that there is exactly one. */
export function kindOfSource(source: StepSource): { readonly name: string; readonly kind: AnyStepKind; readonly of: unknown } {
  const name = stepKindNames.find((key) => source[key] !== undefined) ?? 'nothing';
  return { name, kind: kindNamed(name, 'A step'), of: source[name] };
}

/** The facts that a step listens to. */
export function listensAt(step: Step): readonly Listening[] {
  return stepKind(step).listens(step);
}

/** Whether a step waits for the answer to what it asks for. */
export function isAnsweredAt(step: Step): boolean {
  return stepKind(step).isAnswered?.(step) ?? false;
}

/** What waits heard that a step takes. */
export function takenAt(step: Step): readonly HeardPart[] {
  return stepKind(step).takes?.(step) ?? [];
}

/** The message that a step asks the gate for; null: it sends none. */
export function messageOf(step: Step): SendStep | null {
  return stepKind(step).message(step);
}

/** The ways between which a step chooses, as its story tells them. */
export function toldWays(step: Step): readonly ToldWay[] {
  return stepKind(step).told?.(step) ?? [];
}

/** The conditions of a step. */
export function readBy(step: Step): readonly Condition[] {
  return stepKind(step).reads(step);
}

function kindNamed(name: string, what: string): AnyStepKind {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind === undefined) throw new Error(`${what} is of the kind ${name}, which this version does not know.`);
  return kind;
}
