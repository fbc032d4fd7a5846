import type { Instant } from '../domain/time/instant.js';
import type { ProfileId } from '../domain/values/ids.js';
import { type Moment, type MomentKind, momentKinds } from './moments.js';

/** How often something happened as the journey is live, and as the draft has it. */
export interface ReplayCount {
  readonly journey: string;
  readonly what: MomentKind;
  readonly step: string | null;
  readonly reason: string | null;
  readonly live: number;
  readonly draft: number;
}

/** The same on one day of the shop, `2026-12-01`. */
export type ReplayDay = ReplayCount & { readonly day: string };

/**
 * Somebody for whom it differs. `what`: something else happens; `when`: the same, at other instants. `live` and `draft` are what the other
 * has not; where something else happens, also how it ended, and nothing that only comes at another time.
 */
export interface DifferingPerson {
  readonly profileId: ProfileId;
  readonly differs: 'what' | 'when';
  readonly live: readonly Moment[];
  readonly draft: readonly Moment[];
}

/** Counts what came of a replay, person by person, and keeps nothing of them but of those who are to be shown. */
export class Comparison {
  readonly #days = new Map<string, ReplayDay>();
  readonly #dayOf: (at: Instant) => string;
  readonly #show: number;
  readonly #shown: Record<DifferingPerson['differs'], DifferingPerson[]> = { what: [], when: [] };
  readonly differing = { what: 0, when: 0 };

  constructor(options: { readonly dayOf: (at: Instant) => string; readonly show: number }) {
    this.#dayOf = options.dayOf;
    this.#show = options.show;
  }

  add(live: readonly Moment[], draft: readonly Moment[]): void {
    this.#count(live, 'live');
    this.#count(draft, 'draft');
    for (const profileId of peopleOf(live, draft)) {
      const theirs = (moments: Moments): Moments => moments.filter((moment) => moment.profileId === profileId);
      this.#compare(profileId, theirs(live), theirs(draft));
    }
  }

  /** By journey and what happened; where all days are one. */
  counts(): readonly ReplayCount[] {
    const sums = new Map<string, ReplayCount>();
    for (const { day: _day, ...one } of this.#days.values()) {
      const known = sums.get(keyOf(one));
      sums.set(keyOf(one), known === undefined ? one : { ...one, live: known.live + one.live, draft: known.draft + one.draft });
    }
    return [...sums.values()].sort(inOrder);
  }

  days(): readonly ReplayDay[] {
    return [...this.#days.values()].sort((a, b) => compare(a.day, b.day) || inOrder(a, b));
  }

  /** Those first for whom something else happens; by id. */
  shown(): readonly DifferingPerson[] {
    return [...this.#shown.what, ...this.#shown.when].slice(0, this.#show);
  }

  #count(moments: Moments, side: 'live' | 'draft'): void {
    for (const { at, journey, what, step, reason } of moments) {
      const row = { day: this.#dayOf(at), journey, what, step, reason, live: 0, draft: 0 };
      const key = `${row.day} ${keyOf(row)}`;
      const known = this.#days.get(key) ?? row;
      this.#days.set(key, { ...known, [side]: known[side] + 1 });
    }
  }

  #compare(profileId: ProfileId, live: Moments, draft: Moments): void {
    const isSame = leftOver(live, draft, atOf).length === 0 && live.length === draft.length;
    if (isSame) return;
    const [more, less] = [leftOver(draft, live, keyOf), leftOver(live, draft, keyOf)];
    const differs = more.length + less.length > 0 ? 'what' : 'when';
    this.differing[differs] += 1;
    const shown = this.#shown[differs];
    if (shown.length >= this.#show) return;
    const told = (these: Moments, those: Moments): Moments =>
      differs === 'when' ? leftOver(these, those, atOf) : withEndings(these, new Set(leftOver(these, those, keyOf)));
    shown.push({ profileId, differs, live: told(live, draft).slice(0, mostMoments), draft: told(draft, live).slice(0, mostMoments) });
  }
}

type Moments = readonly Moment[];

/** Of one person; more is nobody's to read. */
const mostMoments = 40;

/** Why a message is missing is often that its entry had ended. */
function withEndings(moments: Moments, chosen: ReadonlySet<Moment>): Moments {
  return moments.filter((moment) => chosen.has(moment) || moment.what === 'ended');
}

function peopleOf(...lists: readonly Moments[]): readonly ProfileId[] {
  return [...new Set(lists.flat().map(({ profileId }) => profileId))].sort();
}

/** What of `these` has no match in `those`. */
function leftOver(these: Moments, those: Moments, key: (moment: Moment) => string): Moments {
  const free = new Map<string, number>();
  for (const one of those) free.set(key(one), (free.get(key(one)) ?? 0) + 1);
  return these.filter((one) => {
    const left = free.get(key(one)) ?? 0;
    free.set(key(one), left - 1);
    return left <= 0;
  });
}

type Counted = Pick<Moment, 'journey' | 'what' | 'step' | 'reason'>;

function keyOf({ journey, what, step, reason }: Counted): string {
  return JSON.stringify([journey, what, step, reason]);
}

function atOf(moment: Moment): string {
  return `${moment.at} ${keyOf(moment)}`;
}

function inOrder(a: Counted, b: Counted): number {
  return (
    compare(a.journey, b.journey) ||
    momentKinds.indexOf(a.what) - momentKinds.indexOf(b.what) ||
    compare(a.step ?? '', b.step ?? '') ||
    compare(a.reason ?? '', b.reason ?? '')
  );
}

/** By code units: the same order everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
