import type { BranchWay, EventRead, ReadBy } from '../domain/contracts/contract.js';
import type { Condition } from './conditions/condition.js';
import { allConditions, conditionKind } from './conditions/kind-of.js';
import type { JourneyDefinition, Step } from './definition.js';
import type { HeardPart } from './steps/kind.js';
import { listensAt, readBy, stepKind, takenAt } from './steps/kind-of.js';
import { triggerKind } from './triggers/kind-of.js';

/** The facts that a journey reads, for what, and which of their properties: derived from its definition. In the order of the file. */
export function readsOfJourney(definition: JourneyDefinition): readonly EventRead[] {
  const { trigger, entry, exits, goals } = definition;
  const steps = Object.values(definition.steps);
  const conditions = [...entry.filters.map(({ condition }) => condition), ...steps.flatMap(ofPerson)];
  const ofTrigger = [...triggerKind(trigger).reads(trigger), ...conditions].flatMap(propertiesIn);
  const key = entry.key.kind === 'event' ? [rootOf(entry.key.path)] : [];
  const taken = [...steps.flatMap(takenAt), ...conditions.flatMap(heardIn)];
  const asked = [...conditions, ...exits.flatMap(({ on }) => (on.kind === 'condition' ? [on.condition] : []))];
  return together([
    ...triggerKind(trigger)
      .facts(trigger)
      .map((fact) => ({ fact, by: 'trigger' as const, properties: [...ofTrigger, ...key] })),
    ...exits.flatMap(({ on }) => (on.kind === 'event' ? [{ fact: on.event, by: 'exit' as const, properties: inWhere(on.where) }] : [])),
    ...goals.map(({ event }) => ({ fact: event, by: 'goal' as const, properties: [] })),
    ...steps.flatMap((step) => readsOfWait(step, taken)),
    ...asked.flatMap(readsOfCondition),
  ]);
}

/** The conditions of a step that do not ask about what it listens to. */
function ofPerson(step: Step): readonly Condition[] {
  const heard = listensAt(step).map(({ where }) => where);
  return readBy(step).filter((condition) => !heard.includes(condition));
}

/** The facts by which a condition about a person may change. */
export function readsOfCondition(condition: Condition): readonly EventRead[] {
  return together(
    allConditions(condition)
      .flatMap((one) => conditionKind(one).changedBy(one))
      .filter((fact) => fact !== 'profile.updated')
      .map((fact) => ({ fact, by: 'condition' as const, properties: [] })),
  );
}

function readsOfWait(step: Step, taken: readonly HeardPart[]): readonly EventRead[] {
  const later = taken.flatMap((one) =>
    one.property !== null && (one.step === step.id || one.step === null) ? [rootOf(one.property)] : [],
  );
  return listensAt(step).map(({ event, where }) => ({ fact: event, by: 'wait' as const, properties: [...inWhere(where), ...later] }));
}

function inWhere(where: Condition | null): readonly string[] {
  return where === null ? [] : propertiesIn(where);
}

function propertiesIn(condition: Condition): readonly string[] {
  return allConditions(condition).flatMap((one) => (one.kind === 'event_property' ? [rootOf(one.path)] : []));
}

function heardIn(condition: Condition): readonly HeardPart[] {
  return allConditions(condition).flatMap((one) => (one.kind === 'heard' ? [{ step: one.step, property: one.property }] : []));
}

function rootOf(path: string): string {
  return path.split('.')[0] ?? path;
}

/** One for each fact and what it does. */
function together(
  all: readonly { readonly fact: string; readonly by: ReadBy; readonly properties: readonly string[] }[],
): readonly EventRead[] {
  const found = new Map<string, { fact: string; by: ReadBy; properties: Set<string> }>();
  for (const { fact, by, properties } of all) {
    const key = `${by} ${fact}`;
    const known = found.get(key) ?? { fact, by, properties: new Set<string>() };
    for (const property of properties) known.properties.add(property);
    found.set(key, known);
  }
  return [...found.values()].map((one) => ({ ...one, properties: [...one.properties].toSorted() }));
}

/** The ways of steps that choose, where no other way leads to the same step. */
export function branchWaysOf({ steps }: Pick<JourneyDefinition, 'steps'>): readonly BranchWay[] {
  const all = Object.values(steps).flatMap((step) => {
    const ways = stepKind(step).ways(step);
    return ways.flatMap(({ to }) =>
      to === null ? [] : [{ step: step.id, to, chooses: ways.length > 1 && (step.kind === 'split' || step.kind === 'wait_until') }],
    );
  });
  const times = new Map<string, number>();
  for (const { to } of all) times.set(to, (times.get(to) ?? 0) + 1);
  return all.filter(({ to, chooses }) => chooses && times.get(to) === 1).map(({ step, to }) => ({ step, to }));
}
