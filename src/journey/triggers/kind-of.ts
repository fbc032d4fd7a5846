import type { Trigger } from '../definition.js';
import { triggerKinds } from './index.js';
import type { TriggerKind, TriggerSource } from './kind.js';

type AnyTriggerKind = TriggerKind<Trigger, unknown>;

const kinds = triggerKinds as unknown as Readonly<Record<string, AnyTriggerKind>>;

export const allTriggerKinds: readonly (readonly [name: string, kind: AnyTriggerKind])[] = Object.entries(kinds);

/** As they stand in the file. */
export const triggerNames: readonly string[] = Object.keys(kinds);

/** All that is known of this kind of trigger. Throws for one that this version does not know. */
export function triggerKind({ kind }: Pick<Trigger, 'kind'>): AnyTriggerKind {
  return kindNamed(kind);
}

/** The kind that a written trigger names, and what stands under it. The schema has seen that there is exactly one. */
export function kindOfTrigger(source: TriggerSource): { readonly name: string; readonly kind: AnyTriggerKind; readonly of: unknown } {
  const name = triggerNames.find((key) => source[key] !== undefined) ?? 'nothing';
  return { name, kind: kindNamed(name), of: source[name] };
}

function kindNamed(name: string): AnyTriggerKind {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind === undefined) throw new Error(`A trigger is of the kind ${name}, which this version does not know.`);
  return kind;
}
