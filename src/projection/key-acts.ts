import type { ShopEvent } from '../domain/events/event.js';
import type { Speaker } from '../domain/keys/speaker.js';
import { type IdentityPlan, identitiesOf } from '../domain/people/identity.js';
import type { Profile } from '../domain/people/profile.js';
import type { ProfileId } from '../domain/values/ids.js';
import type { Understood } from './read-event.js';
import type { NewKeyAct } from './rows.js';

/** What a key said in the events of one transaction: it can be listed, and undone. */
export class KeyActs {
  readonly list: NewKeyAct[] = [];
  readonly #linked: Set<IdentityPlan['changes'][number]>;

  constructor(plan: IdentityPlan) {
    this.#linked = new Set(plan.changes.filter((change) => isUndoable(plan, change)));
  }

  /** An act of an event; of one without a key nothing is kept. */
  keep(
    { event, speaker, profileId }: { readonly event: ShopEvent; readonly speaker: Speaker; readonly profileId: ProfileId },
    kind: NewKeyAct['kind'],
    kept: NewKeyAct['kept'] = {},
  ): void {
    if (speaker.keyId === null) return;
    const { messageId: eventId, occurredAt: at, receivedAt } = event;
    this.list.push({ keyId: speaker.keyId, profileId, eventId, kind, at, receivedAt, kept });
  }

  /** Ids that this event gave to somebody who was there already. */
  keepIds({ event, incoming: { speaker } }: Understood): void {
    const said = identitiesOf(event);
    for (const change of this.#linked) {
      const { kind, value, was, profileId, linkedAt } = change;
      if (linkedAt !== event.occurredAt || !said.some((id) => id.kind === kind && id.value === value)) continue;
      this.#linked.delete(change);
      this.keep({ event, speaker, profileId }, 'identity', { kind, value, was });
    }
  }
}

/**
 * Somebody who was there got an id of the shop's, or somebody else's, or a known person a browser. What is new is only somebody who came.
 */
function isUndoable({ created, isKnown }: IdentityPlan, { kind, was, profileId }: IdentityPlan['changes'][number]): boolean {
  if (created.includes(profileId) || was === profileId) return false;
  return kind === 'user' || was !== null || isKnown(profileId);
}

/** The traits that changed, as they were. */
export function asTheyWere({ traits, traitTimes }: Profile, changed: readonly string[]): NewKeyAct['kept'] {
  const of = <T>(values: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => changed.includes(name)));
  return { traits: of(traits), times: of(traitTimes), changed };
}
