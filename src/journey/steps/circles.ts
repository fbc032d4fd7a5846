import type { FactName } from '../../domain/events/fact.js';
import type { JourneyDefinition } from '../definition.js';
import { error, type Finding, type Path } from '../finding.js';
import { triggerKind } from '../triggers/kind-of.js';

/** A journey that begins by what it tells itself would go round for ever. Circles over several journeys end at run time (`mostInARow`). */
export function beginsByItself({ trigger }: JourneyDefinition, { event }: { readonly event: string }, path: Path): readonly Finding[] {
  const told: FactName = `event:${event}`;
  if (!triggerKind(trigger).facts(trigger).includes(told)) return [];
  return [
    error(
      [...path, 'event'],
      `The journey begins on "${event}", and this step tells it: the journey would begin itself again and again.`,
      'Give the event another name.',
    ),
  ];
}
