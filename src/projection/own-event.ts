import type { IncomingEvent } from '../domain/events/incoming.js';
import { type OwnEvent, ownIncoming, type ToldByStep } from '../domain/events/own-event.js';
import type { IdentityPlan, Meeting } from '../domain/people/identity.js';
import type { Profile } from '../domain/people/profile.js';
import type { ProfileId } from '../domain/values/ids.js';
import type { Meaning, MeaningNeeds } from './meanings/kind.js';
import type { SettledPeople } from './projection.js';
import { readEvent, type Understood } from './read-event.js';

/** An own event, read, and its person. */
export interface SettledOwn extends SettledPeople {
  readonly reading: Understood;
  readonly meeting: Meeting;
}

/**
 * What a step says, ready to be projected. It names its person by the profile, so nobody is looked for, joined or made. What it says
 * wrongly (a topic that is gone by now) is noted with the event, and means nothing: a journey does not end for it.
 */
export function settleOwn(
  needs: MeaningNeeds,
  told: ToldByStep,
  profile: Profile,
  prepare: (incoming: IncomingEvent) => IncomingEvent = (incoming) => incoming,
): SettledOwn {
  const incoming = prepare(ownIncoming(told, profile.traitTimes));
  const reading = readOwn(needs, incoming, told.event);
  const meeting: Meeting = { profileId: profile.id, right: 'set', isStranger: false, claims: [], visitor: null };
  return {
    reading: reading.kind === 'understood' ? reading : meansNothing(incoming, reading.rejected.reason),
    meeting,
    plan: planOf(meeting),
    profiles: new Map([[profile.id, profile]]),
    carts: [],
    orders: [],
    records: [],
    unsubscribed: new Set(),
  };
}

/** What a step tells under a name is that and no more, whatever the name means where the shop says it. */
function readOwn(needs: MeaningNeeds, incoming: IncomingEvent, said: OwnEvent): ReturnType<typeof readEvent> {
  if (said.type === 'identify') return readEvent(needs, incoming);
  const { type: _type, ...what } = said;
  const meaning: Meaning = 'journey' in what ? { kind: 'call', ...what } : { kind: 'own', name: what.name };
  return { kind: 'understood', incoming, event: incoming.event, meanings: [meaning] };
}

function meansNothing(incoming: IncomingEvent, reason: string): Understood {
  return { kind: 'understood', incoming: { ...incoming, notes: [...incoming.notes, reason] }, event: incoming.event, meanings: [] };
}

function planOf(meeting: Meeting): IdentityPlan {
  const profileIds: readonly ProfileId[] = [meeting.profileId];
  return { profileIds, meetings: [meeting], created: [], merges: [], proven: new Set(), changes: [], isKnown: () => true };
}
