import { consentsTrait } from '../../domain/consent/consent-events.js';
import { disowned, hearTraits } from '../../domain/keys/browser-word.js';
import { isSealed } from '../../domain/keys/sealed.js';
import { mergeTraits, type Profile } from '../../domain/people/profile.js';
import { type ContactPoints, contactPoints } from '../contact-points.js';
import { asTheyWere } from '../key-acts.js';
import type { Outcome, Scene } from '../scene.js';
import { traitNotes } from '../trait-readings.js';
import { claimed } from './claims.js';

/** What is said of the person, as far as who says it may: traits by time stamp, and where the person is reached. */
export function projectTraits(scene: Scene): Outcome {
  const { reading, meeting, person, plan } = scene;
  const { [consentsTrait]: _acts, ...given } = reading.event.traits;
  // A special value has a consent of its own, which a trait cannot bring: it comes as an answer.
  const told = Object.fromEntries(Object.entries(given).filter(([, value]) => !isSealed(value)));
  const special = Object.keys(given).length > Object.keys(told).length ? ['special-needs-consent'] : [];
  if (!reading.meanings.some(({ kind }) => kind === 'traits') || Object.keys(told).length === 0)
    return special.length === 0 ? {} : { notes: special };
  const { said: heard, claims, notes } = hearTraits(told, person, { speaker: reading.incoming.speaker, right: meeting.right });
  const others = plan.proven.has(meeting.profileId) && meeting.right === 'set' ? disowned(heard, person) : [];
  const said = { ...heard, ...Object.fromEntries(others.map(({ kind }) => [kind, null])) };
  return after(claimed([...claims, ...others]), [...notes, ...special], Object.keys(said).length === 0 ? {} : mergeSaid(scene, said));
}

/** The person with these traits, each if nothing newer is known of it, and where they are reached by them. */
export function mergeSaid({ reading: { event }, meeting, person, needs }: Scene, said: Readonly<Record<string, unknown>>): Outcome {
  const { traits, traitTimes, changed, isFull } = mergeTraits(person, said, event.occurredAt);
  const isOther = changed.length > 0;
  const { email, phone, problems } = isOther ? addresses(traits, person, meeting.right, needs.shop.country) : { ...person, problems: [] };
  return {
    person: { ...person, traits, traitTimes, email, phone, updatedAt: event.receivedAt, traitsChanged: true },
    notes: [...(isFull ? ['traits-full'] : []), ...problems, ...traitNotes(traits, changed)],
    changedTraits: changed,
    acts: isOther ? [{ kind: 'traits', kept: asTheyWere(person, changed) }] : [],
  };
}

export function after(claim: Outcome, notes: readonly string[], merged: Outcome): Outcome {
  return {
    ...claim,
    ...merged,
    notes: [...(claim.notes ?? []), ...notes, ...(merged.notes ?? [])],
    acts: [...(claim.acts ?? []), ...(merged.acts ?? [])],
  };
}

/** Where the person is reached. A country that only a browser claims does not make another number of the one that is known. */
function addresses(traits: Profile['traits'], known: Profile, right: Scene['meeting']['right'], country: string): ContactPoints {
  const read = contactPoints(traits, country);
  switch (right) {
    case 'set':
      return read;
    case 'fill':
      return { ...read, email: known.email ?? read.email, phone: known.phone ?? read.phone };
    case 'claim':
      return { email: known.email, phone: known.phone, problems: [] };
  }
}
