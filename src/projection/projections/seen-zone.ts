import { mergeTraits } from '../../domain/people/profile.js';
import { seenZoneTraits } from '../../domain/places/zone-evidence.js';
import type { Outcome, Scene } from '../scene.js';

/** Where the person's device is: evidence of the hours in which a text may leave. What somebody else's browser does tells nothing of it. */
export function projectSeenZone({ reading: { event, incoming }, meeting, person }: Scene): Outcome {
  if (event.origin !== 'live' || meeting.isStranger) return {};
  const seen = seenZoneTraits(person.traits, incoming.context, event.occurredAt);
  if (Object.keys(seen).length === 0) return {};
  const { traits, traitTimes } = mergeTraits(person, seen, event.occurredAt);
  return { person: { ...person, traits, traitTimes, traitsChanged: true } };
}
