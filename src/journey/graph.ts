import type { StepId } from '../domain/values/ids.js';
import type { JourneyDefinition, Step } from './definition.js';

/** Where an entry may go from a step: the ways in the order of the file, what follows them last. */
export function successors(step: Step): readonly StepId[] {
  const rest = step.kind === 'wait_until' ? step.onTimeout : step.next;
  return [...branches(step), rest].filter((next) => next !== null);
}

function branches(step: Step): readonly (StepId | null)[] {
  if (step.kind === 'split' || step.kind === 'wait_until') return step.branches.map(({ next }) => next);
  return step.kind === 'send' && step.fallback !== undefined ? [step.fallback] : [];
}

/**
 * The steps that can be reached, each behind all that lead to it and branches as the file has them: a tree of steps has no circles, so one pass
 * along this order is enough. The record of steps itself has no order: the database keeps its keys by length.
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
