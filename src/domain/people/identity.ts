import type { ShopEvent } from '../events/event.js';
import type { Instant } from '../time/instant.js';
import type { ProfileId } from '../values/ids.js';

/** An id by which the shop knows a person: its own (`user`), or one that a browser made up (`anonymous`). Personal data. */
export interface Identity {
  readonly kind: 'user' | 'anonymous';
  readonly value: string;
}

export interface KnownIdentity extends Identity {
  readonly profileId: ProfileId;
  /** When it was said to be this person's. */
  readonly linkedAt: Instant;
  /** `browser`: only browsers that nobody vouches for have named it. Absent: the shop has. */
  readonly toldBy?: 'browser' | null;
}

/**
 * How far an event is believed about who somebody is. `shop`: a server key, or a token for each id. `user`: a token for its `userId`.
 * `none`: a browser, which may say that it is anybody.
 */
export type Trust = 'shop' | 'user' | 'none';

export interface IdentifyingEvent extends Pick<ShopEvent, 'type' | 'userId' | 'anonymousId' | 'previousId' | 'occurredAt'> {
  /** Absent: the shop's. */
  readonly trust?: Trust;
  /** It ends or refuses something, so it counts for the named person from any sender. */
  readonly refuses?: boolean;
  /** It tells an address or a number. */
  readonly bringsAddress?: boolean;
}

/**
 * What an event may do to the addresses of the person whom it is about: `set` them, `fill` in one that is missing, or only `claim` them:
 * what it says is kept and used for nothing.
 */
export type AddressRight = 'set' | 'fill' | 'claim';

/** Whom an event is about, and what it may say of them. */
export interface Meeting {
  readonly profileId: ProfileId;
  readonly right: AddressRight;
  /** A browser speaks of a known person whose browser it is not, and nobody vouches for it. */
  readonly isStranger: boolean;
  /** Who they say they are, or were, where that is not believed. */
  readonly claims: readonly Identity[];
  /** The browser that it came from, where it counts for somebody else. */
  readonly visitor: ProfileId | null;
}

/** Who some events are about, and what has to change for it to be so. */
export interface IdentityPlan {
  /** The profile of each event, after all merges; in the order of the events. */
  readonly profileIds: readonly ProfileId[];
  /** The same, with what each event may say. */
  readonly meetings: readonly Meeting[];
  /** Profiles that are new and remain. */
  readonly created: readonly ProfileId[];
  /** Stored profiles that are found to be one, in this order. */
  readonly merges: readonly PlannedMerge[];
  /** Whom the shop identifies for the first time, after browsers only. */
  readonly proven: ReadonlySet<ProfileId>;
  /** Ids that are new, or have moved to another person; `was`: whose they were, after the merges. */
  readonly changes: readonly (KnownIdentity & { readonly was: ProfileId | null })[];
  readonly isKnown: (profileId: ProfileId) => boolean;
}

export interface PlannedMerge {
  readonly from: ProfileId;
  readonly into: ProfileId;
  /** Position of the event that says so. */
  readonly by: number;
  /** Both have a user id of the shop's. */
  readonly areKnown: boolean;
}

/** What is stored of the people whom events name. */
export interface StoredPeople {
  readonly identities: readonly KnownIdentity[];
  /** Profiles with a user id. */
  readonly knownProfiles: ReadonlySet<ProfileId>;
  /** Of these, of whom only browsers have spoken. Absent: of none. */
  readonly unproven?: ReadonlySet<ProfileId>;
  /** Profiles with an address, a number, or the id of a browser. Absent: all. */
  readonly settled?: ReadonlySet<ProfileId>;
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
 * Works out who events are about. `identify` joins an anonymous visitor to the user that it names; `alias` joins the person with the former
 * id, also a user; nothing else joins people, and joining a person to themselves changes nothing. If an anonymous id of one known user
 * identifies as another, the newer statement wins: the id moves, but the users are not joined, because people share browsers.
 *
 * A browser without a user token speaks only for itself. It may name a new user, or one of whom only the id is known. As a known user it
 * counts only if it is already their browser, or if it refuses something. All its other statements are claims.
 */
export function planIdentities(events: readonly IdentifyingEvent[], stored: StoredPeople, newId: () => ProfileId): IdentityPlan {
  const people = new People(stored, newId);
  const meetings = events.map((event, position) => people.meet(event, position));
  return people.plan(meetings);
}

class People {
  readonly #ids = new Map<string, KnownIdentity>();
  readonly #before = new Map<string, KnownIdentity>();
  readonly #known: Set<ProfileId>;
  readonly #unproven: Set<ProfileId>;
  readonly #settled: Set<ProfileId> | null;
  readonly #proven = new Set<ProfileId>();
  readonly #created = new Set<ProfileId>();
  readonly #mergedInto = new Map<ProfileId, ProfileId>();
  readonly #merges: PlannedMerge[] = [];
  readonly #newId: () => ProfileId;
  #position = 0;

  constructor(stored: StoredPeople, newId: () => ProfileId) {
    for (const identity of stored.identities) this.#before.set(keyOf(identity), identity);
    for (const [key, identity] of this.#before) this.#ids.set(key, identity);
    this.#known = new Set(stored.knownProfiles);
    this.#unproven = new Set(stored.unproven);
    this.#settled = stored.settled === undefined ? null : new Set(stored.settled);
    this.#newId = newId;
  }

  meet(event: IdentifyingEvent, position: number): Meeting {
    this.#position = position;
    const meeting = this.#meet(event);
    if (event.bringsAddress === true && meeting.right !== 'claim') this.#settled?.add(meeting.profileId);
    return meeting;
  }

  #meet(event: IdentifyingEvent): Meeting {
    const { userId, anonymousId, trust = 'shop' } = event;
    if (trust === 'shop') return about(this.#believe(event), 'set');
    if (userId === null) {
      const visitor = this.#find('anonymous', anonymousId);
      return about(visitor ?? this.#believe(event), visitor === null ? 'set' : this.#rightOfOwnBrowser(visitor));
    }
    if (event.type === 'alias' && event.previousId !== null) return this.#meetAlias(event, userId, event.previousId, trust);
    return trust === 'user' ? about(this.#believe(event), 'set') : this.#meetStranger(event, userId);
  }

  /** Whom the event is about, and who becomes one, as it says it. */
  #believe(event: IdentifyingEvent): ProfileId {
    const { userId, anonymousId, previousId, type, trust } = event;
    if (userId === null) return this.#find('anonymous', anonymousId) ?? this.#create('anonymous', anonymousId ?? '', event);
    if (trust !== 'none' && type === 'identify') this.#prove(userId);
    if (type === 'alias' && previousId !== null) return this.#alias(userId, previousId, event);
    if (type === 'identify' && anonymousId !== null) return this.#identify(userId, anonymousId, event);
    return this.#find('user', userId) ?? this.#create('user', userId, event);
  }

  /** A browser that nobody vouches for says that it is this user. */
  #meetStranger(event: IdentifyingEvent, userId: string): Meeting {
    const user = this.#find('user', userId);
    const visitor = this.#find('anonymous', event.anonymousId);
    if (user === null || this.#isOpen(user)) return about(this.#believe(event), 'set');
    if (visitor === user) return about(user, this.#rightOfOwnBrowser(user));
    const isVisitor = event.anonymousId !== null && (visitor === null || !this.#known.has(visitor));
    if (!isVisitor || event.refuses === true) return { ...about(user, 'claim'), isStranger: true, visitor: isVisitor ? visitor : null };
    const own = visitor ?? this.#create('anonymous', event.anonymousId ?? '', event);
    return { ...about(own, 'set'), claims: [{ kind: 'user', value: userId }] };
  }

  /** Somebody says that a user was known by another id, which nobody vouches for. */
  #meetAlias(event: IdentifyingEvent, userId: string, previousId: string, trust: Trust): Meeting {
    const user = this.#find('user', userId);
    const previous = this.#find('user', previousId) ?? this.#find('anonymous', previousId);
    if (userId === previousId || (previous !== null && previous === user))
      return about(this.#find('user', userId) ?? this.#believe(event), 'claim');
    const isClaimed = previous !== null && this.#known.has(previous);
    const mayName = trust === 'user' || user === null || this.#isOpen(user);
    if (mayName && !isClaimed) return about(this.#believe(event), 'set');
    if (mayName) {
      const own = this.#believe({ ...event, type: 'track' });
      return { ...about(own, 'claim'), claims: [{ kind: 'user', value: previousId }] };
    }
    if (previous !== null && !isClaimed) return { ...about(previous, 'set'), claims: [{ kind: 'user', value: userId }] };
    return { ...about(user, 'claim'), isStranger: true, claims: [{ kind: 'user', value: previousId }] };
  }

  /** Nothing is known of them but the name, and only a browser has said it: there is nothing yet to take from anybody. */
  #isOpen(id: ProfileId): boolean {
    return !this.#known.has(id) || (this.#unproven.has(id) && this.#settled !== null && !this.#settled.has(id));
  }

  #rightOfOwnBrowser(id: ProfileId): AddressRight {
    return !this.#known.has(id) ? 'set' : this.#unproven.has(id) ? 'fill' : 'claim';
  }

  /** The shop itself says who a user is of whom only browsers had spoken. */
  #prove(userId: string): void {
    const identity = this.#ids.get(keyOf({ kind: 'user', value: userId }));
    if (identity === undefined || (identity.toldBy ?? null) === null) return;
    this.#ids.set(keyOf(identity), { ...identity, toldBy: null });
    const profile = this.#canonical(identity.profileId);
    this.#unproven.delete(profile);
    this.#proven.add(profile);
  }

  #identify(userId: string, anonymousId: string, event: IdentifyingEvent): ProfileId {
    const visitor = this.#find('anonymous', anonymousId);
    const user = this.#find('user', userId) ?? this.#nameVisitor(userId, visitor, event);
    if (visitor === null) this.#link('anonymous', anonymousId, user, event);
    else if (visitor !== user && !this.#known.has(visitor)) return this.#merge(visitor, user);
    else if (visitor !== user && event.occurredAt > this.#linkedAt('anonymous', anonymousId))
      this.#link('anonymous', anonymousId, user, event);
    return user;
  }

  /** A user seen for the first time is the visitor who has just said so, if they were nobody yet. */
  #nameVisitor(userId: string, visitor: ProfileId | null, event: IdentifyingEvent): ProfileId {
    return visitor === null || this.#known.has(visitor) ? this.#create('user', userId, event) : this.#link('user', userId, visitor, event);
  }

  #alias(userId: string, previousId: string, event: IdentifyingEvent): ProfileId {
    const previousUser = this.#find('user', previousId);
    const previousVisitor = this.#find('anonymous', previousId);
    const previous = previousUser ?? previousVisitor;
    const user =
      this.#find('user', userId) ?? (previous === null ? this.#create('user', userId, event) : this.#link('user', userId, previous, event));
    if (userId === previousId) return user;
    if (previousVisitor === null) this.#link('anonymous', previousId, user, event);
    // Nobody may put another name aside for themselves.
    if (previousUser === null && (event.trust ?? 'shop') === 'shop') this.#link('user', previousId, user, event);
    if (previousVisitor !== null && previousVisitor !== previous && this.#known.has(previousVisitor))
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
    const toldBy = kind === 'user' && event.trust === 'none' ? 'browser' : null;
    this.#ids.set(keyOf({ kind, value }), { kind, value, profileId, linkedAt: event.occurredAt, toldBy });
    if (kind === 'anonymous') this.#settled?.add(profileId);
    else if (toldBy === null) this.#unproven.delete(profileId);
    else if (!this.#known.has(profileId)) this.#unproven.add(profileId);
    if (kind === 'user') this.#known.add(profileId);
    return profileId;
  }

  #merge(a: ProfileId, b: ProfileId): ProfileId {
    const [one, other] = [this.#canonical(a), this.#canonical(b)];
    if (one === other) return other;
    // A profile that is not stored yet has nothing to move: it gives way.
    const [from, into] = this.#created.has(other) ? [other, one] : [one, other];
    this.#mergedInto.set(from, into);
    const areKnown = this.#known.has(from) && this.#known.has(into);
    if (this.#known.has(from) && !this.#unproven.has(from)) this.#unproven.delete(into);
    else if (this.#known.has(from) && !this.#known.has(into)) this.#unproven.add(into);
    if (this.#known.has(from)) this.#known.add(into);
    if (this.#settled?.has(from)) this.#settled.add(into);
    if (!this.#created.delete(from)) this.#merges.push({ from, into, by: this.#position, areKnown });
    return into;
  }

  #canonical(id: ProfileId): ProfileId {
    let canonical = id;
    for (let next = this.#mergedInto.get(canonical); next !== undefined; next = this.#mergedInto.get(canonical)) canonical = next;
    return canonical;
  }

  plan(meetings: readonly Meeting[]): IdentityPlan {
    const changes = [...this.#ids].flatMap(([key, identity]) => {
      const before = this.#before.get(key);
      const was = before === undefined ? null : this.#canonical(before.profileId);
      const profileId = this.#canonical(identity.profileId);
      return was === profileId && (before?.toldBy ?? null) === (identity.toldBy ?? null) ? [] : [{ ...identity, profileId, was }];
    });
    const met = meetings.map((meeting) => ({
      ...meeting,
      profileId: this.#canonical(meeting.profileId),
      visitor: meeting.visitor === null ? null : this.#canonical(meeting.visitor),
    }));
    return {
      profileIds: met.map(({ profileId }) => profileId),
      meetings: met,
      created: [...this.#created],
      merges: this.#merges,
      proven: new Set([...this.#proven].map((id) => this.#canonical(id))),
      changes,
      isKnown: (id) => this.#known.has(this.#canonical(id)),
    };
  }
}

function about(profileId: ProfileId, right: AddressRight): Meeting {
  return { profileId, right, isStranger: false, claims: [], visitor: null };
}

function keyOf({ kind, value }: Identity): string {
  return `${kind}:${value}`;
}
