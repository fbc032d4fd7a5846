import type { KnownIdentity } from '../domain/people/identity.js';
import { identitiesOf } from '../domain/people/identity.js';
import type { ProfileId } from '../domain/values/ids.js';
import type { Tables } from '../simulator/memory/tables.js';
import type { RecordedEvent } from './recorded.js';

/**
 * Who in the world in memory a recorded person is. The store says who people are in the end; in the replay they come to be one when an
 * event says so. What was recorded without an event belongs to the person with this user id, otherwise to the person of their last event.
 */
export class RecordedPeople {
  readonly #tables: Tables;
  readonly #users = new Map<ProfileId, string>();
  readonly #last = new Map<ProfileId, string>();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  heard({ profileId, incoming }: RecordedEvent): void {
    for (const { kind, value } of identitiesOf(incoming.event)) {
      if (kind === 'user' && !this.#users.has(profileId)) this.#users.set(profileId, value);
      this.#last.set(profileId, `${kind}:${value}`);
    }
  }

  /** Null: nothing has been heard of them yet. */
  inMemory(recorded: ProfileId): ProfileId | null {
    const user = this.#users.get(recorded);
    const last = this.#last.get(recorded);
    const found = (user === undefined ? undefined : this.#find(`user:${user}`)) ?? (last === undefined ? undefined : this.#find(last));
    return found?.profileId ?? null;
  }

  /** The recorded person of each profile in memory. */
  recorded(): ReadonlyMap<ProfileId, ProfileId> {
    const found = new Map<ProfileId, ProfileId>();
    for (const [recorded, last] of this.#last) {
      for (const key of [last, `user:${this.#users.get(recorded) ?? ''}`]) {
        const profileId = this.#find(key)?.profileId;
        if (profileId !== undefined) found.set(profileId, recorded);
      }
    }
    return found;
  }

  #find(key: string): KnownIdentity | undefined {
    return this.#tables.identities.get(key);
  }
}
