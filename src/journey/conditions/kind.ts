import type { z } from 'zod';
import type { FactName } from '../../domain/events/fact.js';
import type { Instant } from '../../domain/time/instant.js';
import type { EntryRules } from '../definition.js';
import type { Path, Reference } from '../finding.js';
import type { Need } from '../knowledge.js';
import type { Condition, ConditionFacts, Truth } from './condition.js';

/** A condition as marketers write it: an object with one key, its kind. What stands under it is the kind's own. */
export type ConditionSource = Readonly<Record<string, unknown>>;

/** The schema of what a condition may contain, asked for when the file is read: the schema of conditions contains the kinds. */
export interface ConditionParts {
  readonly condition: () => z.ZodType<ConditionSource>;
}

/** What compiling a condition needs of the journey around it. Places count from the condition. */
export interface ConditionTools {
  /** What tells entries of the journey apart; null: it stands in no journey. */
  readonly key: EntryRules['key'] | null;
  /** A condition inside this one. */
  readonly inside: (source: ConditionSource, ...at: Path) => Condition;
  readonly event: (name: string, ...at: Path) => FactName;
  /** Anything else that lint is to look up. */
  readonly note: (named: Unplaced<Reference>, ...at: Path) => void;
}

/** Something that the file names, before its place is known. */
export type Unplaced<R extends Reference> = R extends Reference ? Omit<R, 'path'> : never;

/** How to judge a condition inside another. */
export type Judge = (condition: Condition, facts: ConditionFacts) => Truth;
export type Describe = (condition: Condition, holds: boolean) => string;

/** Everything about a kind of condition. Pure: all it may know is in its arguments. The compiler asks for each part. */
export interface ConditionKind<C extends { readonly kind: string }, Source> {
  /** The schema of what stands under the kind. */
  yaml(parts: ConditionParts): z.ZodType<Source>;
  compile(source: Source, tools: ConditionTools): C;
  /** The reason of a filter that does not hold, where the marketer gives none: it says what was missing. */
  notMet(source: Source): string;
  /**
   * What it speaks of: an event alone, so that a trigger may ask it; a person alone, so that a segment may; an entry of a journey; or only
   * of what its parts speak.
   */
  readonly about: 'event' | 'person' | 'entry' | 'parts';

  /** Conditions inside this one. */
  parts(condition: C): readonly Condition[];
  /** What must be loaded for it, beside what every turn knows. */
  needs(condition: C): readonly Need[];
  evaluate(condition: C, facts: ConditionFacts, judge: Judge): Truth;
  /**
   * The facts after which it may be judged otherwise of a person. `profile.updated` stands for all that is known of them. Its parts are
   * asked by themselves.
   */
  changedBy(condition: C): readonly FactName[];
  /**
   * The next instant after `facts.at` at which it may be judged otherwise although nothing has happened; null: none. Its parts are asked by
   * themselves.
   */
  changesAt(condition: C, facts: ConditionFacts): Instant | null;
  /**
   * A clause for people, from the journey's own words and never from a person's data: `the cart's value is at least 20`, or that it is not
   * so.
   */
  describe(condition: C, holds: boolean, describe: Describe): string;
}

export function truth(value: boolean): Truth {
  return value ? 'true' : 'false';
}

/** The earliest of these after an instant; null: none. */
export function earliestAfter(at: Instant, instants: readonly Instant[]): Instant | null {
  const ahead = instants.filter((one) => one > at);
  return ahead.length === 0 ? null : ahead.reduce((first, one) => Math.min(first, one));
}

/**
 * What most kinds are: without conditions inside, in need of nothing that must be loaded, and the same whatever the person does, and until
 * then.
 */
export const plain = { parts: () => [], needs: () => [], changedBy: () => [], changesAt: () => null } as const;
