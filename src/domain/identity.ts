import type { ShopEvent } from './event.js';
import type { ProfileId } from './ids.js';
import type { Instant } from './instant.js';

/** An id by which the shop knows a person: its own (`user`), or one that a browser made up (`anonymous`). Personal data. */
export interface Identity {
  readonly kind: 'user' | 'anonymous';
  readonly value: string;
}

export interface KnownIdentity extends Identity {
  readonly profileId: ProfileId;
  /** When it was said to be this person's. */
  readonly linkedAt: Instant;
}

export type IdentifyingEvent = Pick<ShopEvent, 'type' | 'userId' | 'anonymousId' | 'previousId' | 'occurredAt'>;

/** Who some events are about, and what has to change for it to be so. */
export interface IdentityPlan {
  /** The profile of each event, after all merges; in the order of the events. */
  readonly profileIds: readonly ProfileId[];
  /** Profiles that are new and remain. */
  readonly created: readonly ProfileId[];
  /** Stored profiles that are found to be one, in this order. */
  readonly merges: readonly { readonly from: ProfileId; readonly into: ProfileId }[];
  /** Ids that are new, or have moved to another person; `was`: whose they were, after the merges. */
  readonly changes: readonly (KnownIdentity & { readonly was: ProfileId | null })[];
  readonly isKnown: (profileId: ProfileId) => boolean;
}

/** The ids that an event names, an alias's former id as both kinds: the shop does not say which it was. */
export function identitiesOf(event: IdentifyingEvent): readonly Identity[] {
  const { userId, anonymousId, previousId } = event;
  return [
    ...(userId === null ? [] : [{ kind: 'user', value: userId } as const]),
    ...(anonymousId === null ? [] : [{ kind: 'anonymous', value: anonymousId } as const]),
    ...(previousId === null ? [] : [{ kind: 'user', value: previousId } as const, { kind: 'anonymous', value: previousId } as const]),
  ];
}

/**
 * Works out who events are about. `identify` joins an anonymous visitor to the user that it names; `alias` joins whoever was known by the former id, a user too;
 * nothing else joins anybody, and joining someone to themselves is nothing. An anonymous id of one known user that identifies as another moves to them when
 * that is the newer statement, and takes nobody along: browsers are shared.
 */
export function planIdentities(
  events: readonly IdentifyingEvent[],
  stored: { readonly identities: readonly KnownIdentity[]; readonly knownProfiles: ReadonlySet<ProfileId> },
  newId: () => ProfileId,
): IdentityPlan {
  const people = new People(stored, newId);
  const profileIds = events.map((event) => people.meet(event));
  return people.plan(profileIds);
}

class People {
  readonly #ids = new Map<string, KnownIdentity>();
  readonly #before = new Map<string, KnownIdentity>();
  readonly #known: Set<ProfileId>;
  readonly #created = new Set<ProfileId>();
  readonly #mergedInto = new Map<ProfileId, ProfileId>();
  readonly #merges: { from: ProfileId; into: ProfileId }[] = [];
  readonly #newId: () => ProfileId;

  constructor(
    stored: { readonly identities: readonly KnownIdentity[]; readonly knownProfiles: ReadonlySet<ProfileId> },
    newId: () => ProfileId,
  ) {
    for (const identity of stored.identities) this.#before.set(keyOf(identity), identity);
    for (const [key, identity] of this.#before) this.#ids.set(key, identity);
    this.#known = new Set(stored.knownProfiles);
    this.#newId = newId;
  }

  meet(event: IdentifyingEvent): ProfileId {
    const { userId, anonymousId, previousId, type } = event;
    if (userId === null) return this.#find('anonymous', anonymousId) ?? this.#create('anonymous', anonymousId ?? '', event);
    if (type === 'alias' && previousId !== null) return this.#alias(userId, previousId, event);
    if (type === 'identify' && anonymousId !== null) return this.#identify(userId, anonymousId, event);
    return this.#find('user', userId) ?? this.#create('user', userId, event);
  }

  #identify(userId: string, anonymousId: string, event: IdentifyingEvent): ProfileId {
    const visitor = this.#find('anonymous', anonymousId);
    const user = this.#find('user', userId) ?? this.#nameVisitor(userId, visitor, event);
    if (visitor === null) this.#link('anonymous', anonymousId, user, event);
    else if (visitor !== user && !this.#isKnown(visitor)) return this.#merge(visitor, user);
    else if (visitor !== user && event.occurredAt > this.#linkedAt('anonymous', anonymousId))
      this.#link('anonymous', anonymousId, user, event);
    return user;
  }

  /** A user seen for the first time is the visitor who has just said so, if they were nobody yet. */
  #nameVisitor(userId: string, visitor: ProfileId | null, event: IdentifyingEvent): ProfileId {
    return visitor === null || this.#isKnown(visitor) ? this.#create('user', userId, event) : this.#link('user', userId, visitor, event);
  }

  #alias(userId: string, previousId: string, event: IdentifyingEvent): ProfileId {
    const previousUser = this.#find('user', previousId);
    const previousVisitor = this.#find('anonymous', previousId);
    const previous = previousUser ?? previousVisitor;
    const user =
      this.#find('user', userId) ?? (previous === null ? this.#create('user', userId, event) : this.#link('user', userId, previous, event));
    if (userId === previousId) return user;
    if (previousVisitor === null) this.#link('anonymous', previousId, user, event);
    if (previousUser === null) this.#link('user', previousId, user, event);
    if (previousVisitor !== null && previousVisitor !== previous && this.#isKnown(previousVisitor))
      return this.#merge(previous ?? user, user);
    return [previousUser, previousVisitor].reduce<ProfileId>((into, from) => (from === null ? into : this.#merge(from, into)), user);
  }

  #find(kind: Identity['kind'], value: string | null): ProfileId | null {
    const identity = value === null ? undefined : this.#ids.get(keyOf({ kind, value }));
    return identity === undefined ? null : this.#canonical(identity.profileId);
  }

  #linkedAt(kind: Identity['kind'], value: string): Instant {
    return this.#ids.get(keyOf({ kind, value }))?.linkedAt ?? 0;
  }

  #create(kind: Identity['kind'], value: string, event: IdentifyingEvent): ProfileId {
    const id = this.#newId();
    this.#created.add(id);
    return this.#link(kind, value, id, event);
  }

  #link(kind: Identity['kind'], value: string, profileId: ProfileId, event: IdentifyingEvent): ProfileId {
    this.#ids.set(keyOf({ kind, value }), { kind, value, profileId, linkedAt: event.occurredAt });
    if (kind === 'user') this.#known.add(profileId);
    return profileId;
  }

  #merge(a: ProfileId, b: ProfileId): ProfileId {
    const [one, other] = [this.#canonical(a), this.#canonical(b)];
    if (one === other) return other;
    // A profile that is not stored yet has nothing to move: it gives way.
    const [from, into] = this.#created.has(other) ? [other, one] : [one, other];
    this.#mergedInto.set(from, into);
    if (this.#isKnown(from)) this.#known.add(into);
    if (!this.#created.delete(from)) this.#merges.push({ from, into });
    return into;
  }

  #canonical(id: ProfileId): ProfileId {
    let canonical = id;
    for (let next = this.#mergedInto.get(canonical); next !== undefined; next = this.#mergedInto.get(canonical)) canonical = next;
    return canonical;
  }

  #isKnown(id: ProfileId): boolean {
    return this.#known.has(id);
  }

  plan(profileIds: readonly ProfileId[]): IdentityPlan {
    const changes = [...this.#ids].flatMap(([key, identity]) => {
      const before = this.#before.get(key);
      const was = before === undefined ? null : this.#canonical(before.profileId);
      const profileId = this.#canonical(identity.profileId);
      return was === profileId ? [] : [{ ...identity, profileId, was }];
    });
    return {
      profileIds: profileIds.map((id) => this.#canonical(id)),
      created: [...this.#created],
      merges: this.#merges,
      changes,
      isKnown: (id) => this.#isKnown(this.#canonical(id)),
    };
  }
}

function keyOf({ kind, value }: Identity): string {
  return `${kind}:${value}`;
}
