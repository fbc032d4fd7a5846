import { z } from 'zod';
import type { FactName } from '../domain/events/fact.js';
import type { Condition } from './conditions/condition.js';
import type { ConditionSource, ConditionTools } from './conditions/kind.js';
import { allConditionKinds, conditionNames, kindOfCondition } from './conditions/kind-of.js';
import type { Path, Reference } from './finding.js';
import { bothConditions, oneOf } from './one-of.js';

/**
 * The keys of a condition; exactly one of them says its kind. Each schema is made when it is first asked for, since some contain
 * conditions.
 */
export const conditionShape: Readonly<Record<string, z.ZodType>> = Object.defineProperties(
  {},
  Object.fromEntries(
    allConditionKinds.map(([name, kind]) => {
      let made: z.ZodType | undefined;
      return [name, { enumerable: true, get: () => (made ??= kind.yaml({ condition: () => conditionSource }).optional()) }];
    }),
  ),
);

export const oneCondition = oneOf(conditionNames, 'one kind of condition', bothConditions);

/** A condition as marketers write it. */
export const conditionSource: z.ZodType<ConditionSource> = z
  .strictObject(conditionShape)
  .superRefine(oneCondition)
  .meta({ id: 'Condition' });

/** The condition that the engine judges; what it names is handed to `note`. `key`: of the journey around it; null: there is none. */
export function compileCondition(
  source: ConditionSource,
  path: Path,
  note: (named: Reference) => void,
  key: ConditionTools['key'] = null,
): Condition {
  const { kind, of } = kindOfCondition(source);
  const tools: ConditionTools = {
    key,
    inside: (part, ...at) => compileCondition(part, [...path, ...at], note, key),
    event: (name, ...at) => {
      note({ kind: 'event', name, path: [...path, ...at] });
      return name as FactName;
    },
    note: (named, ...at) => note({ ...named, path: [...path, ...at] }),
  };
  return kind.compile(of, tools);
}
