/** How much is under way at once in one process. */
export interface PlaceLimits {
  readonly requests: number;
  readonly bytes: number;
}

/** For requests whose key is known. */
export const placeLimits: PlaceLimits = { requests: 256, bytes: 64 * 1024 * 1024 };
/** For bodies that bring their key with them, until it is read: each is at most 512 kB. */
export const porchLimits: PlaceLimits = { requests: 256, bytes: 32 * 1024 * 1024 };

/** Who wants a place, and for how much. */
interface Claim {
  /** The id of the key; empty where it is not known yet. */
  readonly key: string;
  /** `shareOf` the caller's address. */
  readonly address: string;
  readonly bytes: number;
}

export interface Place {
  /** The whole body has come: from now on the place is not taken away, because the work ends by itself. */
  readonly settle: () => void;
  /** The client went away: gives the place back, unless the body is here and is worked on. */
  readonly abandon: () => void;
  /** Gives it back; once, however often it is called. */
  readonly leave: () => void;
}

interface Held extends Claim {
  /** By the process's own clock, milliseconds. */
  readonly since: number;
  isSettled: boolean;
  readonly giveWay: () => void;
}

/** A caller who holds less than this part of all places may have one of the reserve, which is a quarter more. */
const small = 1 / 8;
const reserve = 5 / 4;
/** When all places are taken, a body that has been coming for longer gives way to anybody: most are here with their first packet. */
const slowMs = 1_000;

/**
 * Places are shared by key and address. When all are taken, a newcomer who holds clearly fewer gets the place of a body that is still
 * coming, the oldest of whom holds most; bodies that are here are worked off, and beside them a caller with few places finds some kept
 * free. So neither stalled nor many requests of one caller keep others out. A body that is slow gives way to anybody. One large request is
 * always taken when nothing else is there.
 */
export class Places {
  readonly #limits: PlaceLimits;
  /** In the order of their coming. */
  readonly #held = new Set<Held>();
  #bytes = 0;

  constructor(limits: PlaceLimits) {
    this.#limits = limits;
  }

  /** `giveWay`: called when the place goes to somebody else while the body is still coming. Null: there is none. */
  take(claim: Claim, giveWay: () => void): Place | null {
    while (!this.#hasRoom(claim.bytes, 1)) {
      const victim = this.#whoGivesWay(claim) ?? this.#slowest();
      if (victim === undefined) break;
      this.#drop(victim);
      victim.giveWay();
    }
    if (!this.#hasRoom(claim.bytes, this.#isSmall(claim) ? reserve : 1)) return null;
    const held: Held = { ...claim, since: performance.now(), isSettled: false, giveWay };
    this.#held.add(held);
    this.#bytes += held.bytes;
    return {
      settle: () => (held.isSettled = true),
      abandon: () => (held.isSettled ? undefined : this.#drop(held)),
      leave: () => this.#drop(held),
    };
  }

  #hasRoom(bytes: number, factor: number): boolean {
    const { requests, bytes: most } = this.#limits;
    return this.#held.size < requests * factor && (this.#held.size === 0 || this.#bytes + bytes <= most * factor);
  }

  #drop(held: Held): void {
    if (this.#held.delete(held)) this.#bytes -= held.bytes;
  }

  #isSmall({ key, address }: Claim): boolean {
    const few = this.#limits.requests * small;
    const holds = (is: (held: Held) => boolean): number => [...this.#held].filter(is).length;
    return holds((held) => held.key === key) + 1 <= few && holds((held) => held.address === address && held.key === key) + 1 <= few;
  }

  #slowest(): Held | undefined {
    const longAgo = performance.now() - slowMs;
    return [...this.#held].find((held) => !held.isSettled && held.since < longAgo);
  }

  /** The oldest body on its way of the key with most places; where that is the newcomer's own, of the address with most under that key. */
  #whoGivesWay({ key, address }: Claim): Held | undefined {
    const all = [...this.#held];
    const busyKey = busiest(all, (held) => held.key, key);
    if (busyKey !== null) return oldestOnItsWay(all, busyKey, (held) => held.address);
    const ofKey = all.filter((held) => held.key === key);
    const busyAddress = busiest(ofKey, (held) => held.address, address);
    return busyAddress === null ? undefined : ofKey.find((held) => held.address === busyAddress && !held.isSettled);
  }
}

/** Who holds most, unless it is `own` or as good as: with one more, `own` would hold as many. */
function busiest(held: readonly Held[], nameOf: (held: Held) => string, own: string): string | null {
  const counts = new Map<string, number>();
  for (const one of held) counts.set(nameOf(one), (counts.get(nameOf(one)) ?? 0) + 1);
  const [name, most] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), ['', 0] as const);
  return name !== own && most > (counts.get(own) ?? 0) + 1 ? name : null;
}

/** Under that key, of the address with most. */
function oldestOnItsWay(all: readonly Held[], key: string, addressOf: (held: Held) => string): Held | undefined {
  const waiting = all.filter((held) => held.key === key && !held.isSettled);
  const busy = busiest(waiting, addressOf, '');
  return waiting.find((held) => held.address === busy) ?? waiting[0];
}
