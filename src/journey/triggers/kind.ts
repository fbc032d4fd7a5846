import type { z } from 'zod';
import type { Fact, FactName } from '../../domain/events/fact.js';
import type { Instant } from '../../domain/time/instant.js';
import type { Condition } from '../conditions/condition.js';
import type { ConditionParts, ConditionSource, Unplaced } from '../conditions/kind.js';
import type { Finding, Path, Reference } from '../finding.js';

/** A trigger as marketers write it: an object with one key, its kind. What stands under it is the kind's own. */
export type TriggerSource = Readonly<Record<string, unknown>>;

/** What compiling a trigger needs of the journey around it. Places count from what stands under the kind. */
export interface TriggerTools {
  readonly condition: (source: ConditionSource, ...at: Path) => Condition;
  readonly event: (name: string, ...at: Path) => FactName;
  readonly note: (named: Unplaced<Reference>, ...at: Path) => void;
}

/**
 * Everything about a kind of trigger. Filters, version and re-entry count later: when the entry is due. The compiler asks for each part.
 */
export type TriggerKind<T extends { readonly kind: string }, Source> = AboutTrigger<T, Source> & Starts<T>;

/**
 * The ways in which entries begin. A kind of trigger can only name a way that is here. To add one: its shape here; the compiler then asks
 * `src/matching` what begins by it (`beginnings`).
 */
export type Starts<T> = StartsByFact<T> | StartsByCall;
export type StartsBy = Starts<never>['startsBy'];

interface AboutTrigger<T, Source> {
  /** The schema of what stands under the kind. */
  yaml(parts: ConditionParts): z.ZodType<Source>;
  compile(source: Source, tools: TriggerTools): T;
  /** The facts that begin it; none if it starts by something else. */
  facts(trigger: T): readonly FactName[];
  /** Its conditions, which see what happened and nothing of the person. */
  reads(trigger: T): readonly Condition[];
  /** How long before the entry's start it began, in milliseconds: idle time counts for carriers. */
  leadMs(trigger: T): number;
  /** What is wrong although its form is right. `path`: where the kind stands. */
  lint(trigger: T, path: Path): readonly Finding[];
  /** When it starts, as a sentence for people. */
  sentence(trigger: T): string;
}

/** It is asked for by the API, or by a step of another journey. Journeys of any trigger begin so, too. */
export interface StartsByCall {
  readonly startsBy: 'call';
}

/** Facts meet it at ingest. */
export interface StartsByFact<T> {
  readonly startsBy: 'fact';
  /** Does the fact start the journey, put off a start, or neither? */
  role(trigger: T, fact: Pick<Fact, 'name' | 'properties'>): 'start' | 'reset' | null;
  /** When an entry that this fact arms is due. */
  dueAt(trigger: T, fact: Pick<Fact, 'at'>): Instant;
  /** Does the trigger's own condition on the fact hold? */
  holds(trigger: T, fact: Fact): boolean;
}
