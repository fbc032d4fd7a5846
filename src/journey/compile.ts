import type { FactName } from '../domain/events/fact.js';
import type { JourneyId, StepId } from '../domain/values/ids.js';
import { toLimitMs } from '../yaml/duration-source.js';
import { compileCondition } from './condition-source.js';
import type { ConditionSource } from './conditions/kind.js';
import { kindOfCondition } from './conditions/kind-of.js';
import type { EntryRules, ExitRule, JourneyDefinition, NamedCondition, Trigger } from './definition.js';
import { distinctIds } from './distinct-ids.js';
import { slug } from './fields.js';
import type { Path, Reference } from './finding.js';
import type { JourneySource } from './source.js';
import { type Repeated, StepTree } from './step-tree.js';
import type { TriggerSource } from './triggers/kind.js';
import { kindOfTrigger } from './triggers/kind-of.js';

/** The flat graph with what lint needs: where each step stands, what is named where, and steps that stand behind an exit. */
export interface Compiled {
  readonly definition: JourneyDefinition;
  readonly places: ReadonlyMap<StepId, Path>;
  readonly references: readonly Reference[];
  /** Ids that were written twice, at the second place. Those of branches are apart for each step. */
  readonly repeated: readonly Repeated[];
  /** Steps behind one that ends the entry on every way. */
  readonly unreachable: readonly { readonly id: StepId; readonly path: Path }[];
}

/** The tree of steps as a flat graph with stable ids: written ones, else kind and number in the order of the file. */
export function compileJourney(source: JourneySource): Compiled {
  const references: Reference[] = [];
  const repeated: Repeated[] = [];
  const note = (named: Reference): void => void references.push(named);
  const key = keyRule(source.entry.key);
  const condition = (of: ConditionSource, path: Path) => compileCondition(of, path, note, key);
  const event = (name: string, path: Path): FactName => {
    note({ kind: 'event', name, path });
    return name as FactName;
  };
  const tree = new StepTree({ note, condition, event, repeated: (one) => void repeated.push(one), quietHours: source.quiet_hours });
  const start = tree.compile(source.steps, ['steps']);
  const exitIds = distinctIds(
    source.exits,
    (rule, index) => (rule.on === undefined ? `condition-${index + 1}` : slug(rule.on)),
    (id, index) => repeated.push({ of: 'exit', id, path: ['exits', index, 'id'] }),
  );
  distinctIds(
    source.goals,
    ({ id }) => id,
    (id, index) => repeated.push({ of: 'goal', id, path: ['goals', index, 'id'] }),
  );

  const definition: JourneyDefinition = {
    format: 1,
    id: source.journey as JourneyId,
    name: source.name,
    description: source.description,
    priority: source.priority,
    class: source.class,
    topic: source.topic,
    trigger: compileTrigger(source.trigger, { condition, event, note }),
    entry: entryRules(source.entry, condition),
    exits: source.exits.map((rule, index) => exitRule(rule, exitIds[index] ?? '', ['exits', index], condition, event)),
    goals: source.goals.map((goal, index) => ({
      id: goal.id,
      event: event(goal.event, ['goals', index, 'event']),
      withinMs: toLimitMs(goal.within),
    })),
    maxDurationMs: source.max_duration === undefined ? null : toLimitMs(source.max_duration),
    catchUp:
      typeof source.catch_up === 'string'
        ? { kind: source.catch_up }
        : { kind: 'send_if_within', ms: toLimitMs(source.catch_up.send_if_within) },
    holdout: source.holdout,
    start,
    steps: tree.steps,
  };
  note({ kind: 'topic', name: source.topic, path: ['topic'] });
  return { definition, places: tree.places, references, repeated, unreachable: tree.unreachable };
}

interface Noting {
  readonly condition: Conditions;
  readonly event: Events;
  readonly note: (named: Reference) => void;
}

function compileTrigger(source: TriggerSource, { condition, event, note }: Noting): Trigger {
  const { name, kind, of } = kindOfTrigger(source);
  const path: Path = ['trigger', name];
  return kind.compile(of, {
    condition: (inside, ...at) => condition(inside, [...path, ...at]),
    event: (fact, ...at) => event(fact, [...path, ...at]),
    note: (named, ...at) => note({ ...named, path: [...path, ...at] }),
  });
}

type Conditions = (of: ConditionSource, path: Path) => ReturnType<typeof compileCondition>;
type Events = (name: string, path: Path) => FactName;

function entryRules(entry: JourneySource['entry'], condition: Conditions): EntryRules {
  return {
    key: keyRule(entry.key),
    filters: entry.filters.map((filter, index): NamedCondition => {
      const { reason, ...of } = filter;
      return { reason: reason ?? reasonOf(of), condition: condition(of, ['entry', 'filters', index]) };
    }),
    reentry: reentryRule(entry.reentry),
    concurrency: entry.concurrency,
  };
}

function reentryRule(reentry: JourneySource['entry']['reentry']): EntryRules['reentry'] {
  if (reentry === 'once_per_key') return { kind: 'once', per: 'key' };
  if (typeof reentry === 'string') return { kind: reentry };
  return { kind: 'interval', ms: toLimitMs(reentry.interval), ...(reentry.per === 'key' ? { per: 'key' } : {}) };
}

function keyRule(key: JourneySource['entry']['key']): EntryRules['key'] {
  return typeof key === 'string' ? { kind: key } : { kind: 'event', path: key.event };
}

function reasonOf(source: ConditionSource): string {
  const { kind, of } = kindOfCondition(source);
  return kind.notMet(of);
}

function exitRule(rule: JourneySource['exits'][number], id: string, path: Path, condition: Conditions, event: Events): ExitRule {
  const on: ExitRule['on'] =
    rule.on === undefined
      ? { kind: 'condition', condition: condition(rule.when ?? {}, [...path, 'when']) }
      : {
          kind: 'event',
          event: event(rule.on, [...path, 'on']),
          match: rule.match ?? 'any',
          where: rule.where ? condition(rule.where, [...path, 'where']) : null,
        };
  return { id, on, outcome: rule.outcome };
}
