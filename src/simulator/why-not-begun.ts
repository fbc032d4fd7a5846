import { nearest } from '../domain/values/nearest.js';
import type { JourneyDefinition } from '../journey/definition.js';
import { triggerKind } from '../journey/triggers/kind-of.js';

/** Why an event that the trigger knows begins no entry of this journey; null: it need not be told. */
export function whyNotBegun(journey: JourneyDefinition, reason: string | null): string | null {
  if (reason === 'where') return `Does not enter “${journey.name}”: ${beginning(journey)}`;
  if (reason !== 'no-entry-key') return null;
  const { key } = journey.entry;
  return `Does not enter “${journey.name}”: the event names no ${key.kind === 'event' ? key.path : key.kind}, which distinguishes its entries.`;
}

/** On what a journey begins that nobody entered. `heard`: the names of the events that came; one may be a slip for the right one. */
export function idleSentence(journey: JourneyDefinition, heard: readonly string[]): string {
  const wanted = triggerKind(journey.trigger)
    .facts(journey.trigger)
    .flatMap((fact) => (fact.startsWith('event:') ? [fact.slice('event:'.length)] : []));
  const slip = wanted.flatMap((name) => {
    const near = heard.includes(name) ? null : nearest(name, heard);
    return near === null ? [] : [` “${near}” may have been meant for “${name}”.`];
  })[0];
  return `Nobody entered “${journey.name}”: ${beginning(journey)}${slip ?? ''}`;
}

/** `it begins on the event Signed Up.` */
function beginning({ trigger }: JourneyDefinition): string {
  const sentence = triggerKind(trigger).sentence(trigger);
  return `it ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}
