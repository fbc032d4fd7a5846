import type { StepId } from '../domain/values/ids.js';
import type { JourneyDefinition, Step } from './definition.js';
import { stepKind } from './steps/kind-of.js';
import { triggerKind } from './triggers/kind-of.js';

/** Where an entry may go from a step: the ways in the order of the file, what follows them last. */
export function successors(step: Step): readonly StepId[] {
  return stepKind(step)
    .ways(step)
    .flatMap(({ to }) => to ?? []);
}

/**
 * The steps that can be reached, each behind all that lead to it and branches as the file has them: a tree of steps has no circles, so one
 * pass along this order is enough. The record of steps itself has no order: the database keeps its keys by length.
 */
export function stepsInOrder(definition: Pick<JourneyDefinition, 'start' | 'steps'>): readonly Step[] {
  const seen = new Set<StepId>();
  const backwards: Step[] = [];
  const visit = (id: StepId): void => {
    const step = definition.steps[id];
    if (!step || seen.has(id)) return;
    seen.add(id);
    for (const next of successors(step).toReversed()) visit(next);
    backwards.push(step);
  };
  visit(definition.start);
  return backwards.toReversed();
}

/** The soonest that an entry can come to each step, counted from its start; milliseconds. */
export function earliestArrivals(definition: Pick<JourneyDefinition, 'start' | 'steps'>): ReadonlyMap<StepId, number> {
  const arrivals = new Map<StepId, number>([[definition.start, 0]]);
  for (const step of stepsInOrder(definition)) {
    const at = arrivals.get(step.id) ?? 0;
    for (const { to, soonest } of stepKind(step).ways(step)) {
      if (to === null) continue;
      arrivals.set(to, Math.min(soonest?.(at, arrivals) ?? at, arrivals.get(to) ?? Number.POSITIVE_INFINITY));
    }
  }
  return arrivals;
}

/** For each step, those that everybody has come by before it. */
export function certainlyBefore(definition: Pick<JourneyDefinition, 'start' | 'steps'>): ReadonlyMap<StepId, ReadonlySet<StepId>> {
  const before = new Map<StepId, ReadonlySet<StepId>>([[definition.start, new Set()]]);
  for (const step of stepsInOrder(definition)) {
    const way = new Set([...(before.get(step.id) ?? []), step.id]);
    for (const next of successors(step)) {
      const known = before.get(next);
      before.set(next, known === undefined ? way : new Set([...known].filter((one) => way.has(one))));
    }
  }
  return before;
}

/** The steps at which an entry may have a code: those behind a step that gives one. */
export function stepsWithCode(definition: Pick<JourneyDefinition, 'start' | 'steps'>): ReadonlySet<StepId> {
  const having = new Set<StepId>();
  for (const step of stepsInOrder(definition)) {
    const given = step.kind === 'issue_incentive' ? step.issued : null;
    for (const next of successors(step)) if (having.has(step.id) || next === given) having.add(next);
  }
  return having;
}

/** When the journey begins, as a sentence. */
export function describeTrigger({ trigger }: Pick<JourneyDefinition, 'trigger'>): string {
  return triggerKind(trigger).sentence(trigger);
}

/** What each step does, in the order of the file, and where it may lead. */
export function describeSteps(
  definition: Pick<JourneyDefinition, 'start' | 'steps'>,
): readonly { readonly id: StepId; readonly sentence: string; readonly to: readonly StepId[] }[] {
  return stepsInOrder(definition).map((step) => ({ id: step.id, sentence: stepKind(step).sentence(step), to: successors(step) }));
}
