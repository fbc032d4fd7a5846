import { setImmediate as breathe } from 'node:timers/promises';
import type { LoadMap } from '../../domain/gate/load.js';
import { topicIds } from '../../domain/policy/topic-policy.js';
import type { Instant } from '../../domain/time/instant.js';
import { day } from '../../domain/time/instant.js';
import { localClock } from '../../domain/time/time.js';
import { settledBefore } from '../../domain/tracking/human-click.js';
import type { JourneyDefinition } from '../../journey/definition.js';
import { experimentWays } from '../../journey/experiment.js';
import { type JourneyProblem, parseJourney, type TemplateCatalog } from '../../journey/parse.js';
import { Comparison, type DifferingPerson, type ReplayCount, type ReplayDay } from '../../replay/compare.js';
import { LoadOfSides } from '../../replay/load-of-sides.js';
import { playRecorded, type ReplayWorld, Shared } from '../../replay/play-recorded.js';
import { readLiveExperiments } from '../../store/experiments.js';
import { loadLiveJourneys } from '../../store/live-journeys.js';
import { readLiveOffers } from '../../store/offers.js';
import { countPeopleToReplay, listPeopleToReplay, type PersonToReplay } from '../../store/replay-read.js';
import { liveSegmentIds, readLiveSegments } from '../../store/segments.js';
import type { AppDeps } from '../deps.js';
import { Grouping } from './group-people.js';
import { readRecordedGroups } from './read-recorded.js';
import { replayRenderer } from './replay-render.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'secret' | 'shop' | 'policies' | 'placeholderIds' | 'allowFictionalPhones'> & {
  readonly templates?: TemplateCatalog;
};

export interface ReplayRequest {
  /** The YAML of the draft. */
  readonly source: string;
  readonly from: Instant;
  readonly to: Instant;
  /** How many people to name for whom it differs. */
  readonly show: number;
}

export interface ReplayProgress {
  readonly people: number;
  readonly of: number;
}

/** What would differ. The same store and the same request give the same answer. */
export interface Replay {
  readonly journeyId: string;
  /** Null: no version is live, so all that the draft does is new. */
  readonly liveVersion: number | null;
  readonly from: Instant;
  readonly to: Instant;
  readonly people: number;
  /** Up to the end of the replay, also from before it. */
  readonly events: number;
  /** Journeys that were played beside it. */
  readonly beside: readonly string[];
  /** Messages that really went out and were taken as they were: of broadcasts, of the shop's own, and of entries from before. */
  readonly messagesTaken: number;
  /** People for whom something else happens, and people for whom the same happens at other instants. */
  readonly differing: { readonly what: number; readonly when: number };
  readonly counts: readonly ReplayCount[];
  readonly days: readonly ReplayDay[];
  /** Messages a person a week over all senders, and who loses room to whom. Null: there were too many messages to be told one by one. */
  readonly load: { readonly live: LoadMap; readonly draft: LoadMap } | null;
  readonly leftOut: { readonly people: number; readonly events: number };
  readonly shown: readonly DifferingPerson[];
}

export type ReplayStart =
  | { readonly kind: 'refused'; readonly problems: readonly JourneyProblem[] }
  | { readonly kind: 'too-long'; readonly mostDays: number }
  /** Plays while it is read, a person at a time; it stops when the reader stops. */
  | { readonly kind: 'plays'; readonly replay: AsyncGenerator<ReplayProgress, Replay> };

/** More would be a report, and no question about a draft. */
export const longestReplayMs = 92 * day;
/** Somebody with more events is a program; played in memory they would hold it for all others. */
const mostEventsOfPerson = 20_000;
/** Events that are held at once, unless one person has more. */
const eventsAtOnce = 2_000;
const peopleAtOnce = 200;
/** The thread is given back so often. */
const breathEveryMs = 10;

/**
 * Plays what is recorded from `from` to `to` through a draft and through its live version, beside the other live journeys. Writes nothing.
 */
export async function replayJourney(deps: Deps, request: ReplayRequest): Promise<ReplayStart> {
  if (request.to - request.from > longestReplayMs) return { kind: 'too-long', mostDays: longestReplayMs / day };
  const parsed = parseJourney(request.source, {
    ...(deps.templates ? { templates: deps.templates } : {}),
    topics: topicIds(deps.policies.current().topics),
    segments: await liveSegmentIds(deps.store.db),
    experiments: experimentWays(await readLiveExperiments(deps.store.db)),
    offers: (await readLiveOffers(deps.store.db)).map(({ definition }) => definition.id),
  });
  if (parsed.kind === 'invalid') return { kind: 'refused', problems: parsed.problems };
  return { kind: 'plays', replay: play(deps, request, parsed.definition) };
}

interface Sides {
  readonly live: ReplayWorld;
  readonly draft: ReplayWorld;
}

async function* play(deps: Deps, request: ReplayRequest, draft: JourneyDefinition): AsyncGenerator<ReplayProgress, Replay> {
  const { from, to, show } = request;
  const policies = deps.policies.current();
  const all = await loadLiveJourneys(deps.store.db);
  const published = all.find(({ id }) => id === draft.id);
  const beside = all.filter(({ id, state }) => id !== draft.id && state === 'active').map(({ definition }) => definition);
  const sides = await sidesOf(deps, { from, to, draft, live: published?.definition ?? null, beside });
  const journeys = [draft.id, ...beside.map(({ id }) => id)];
  const comparison = new Comparison({ dayOf: dayOf(deps.shop.timeZone), show });
  const load = new LoadOfSides();
  const grouping = await Grouping.of(deps.store, { from, to });
  const before = settledBefore(policies.engagement.humans, deps.clock.now(), deps.clock.rate);
  const of = await deps.store.snapshot((trx) => countPeopleToReplay(trx, { from, to }));
  const rest = new Breath();
  let [people, events, messagesTaken, leftOut, unreadable] = [0, 0, 0, 0, 0];
  for await (const page of pagesOf(deps, { from, to })) {
    const fit = page.filter((person) => person.events <= mostEventsOfPerson);
    leftOut += page.length - fit.length;
    const groups = await grouping.groupsOf(fit);
    const how = { range: { from, to }, journeys, settledBefore: before, rest: () => rest.take() };
    const read = await readRecordedGroups(deps, groups, how);
    for (const one of read) {
      const shared = new Shared();
      const live = await driven(playRecorded(one.recorded, sides.live, shared), rest);
      const other = await driven(playRecorded(one.recorded, sides.draft, shared), rest);
      comparison.add(live.moments, other.moments);
      load.add(one.recorded.people, live.told, other.told);
      events += one.recorded.events.length;
      messagesTaken += one.recorded.messages.filter(({ at }) => at >= from).length;
      unreadable += one.unreadable;
    }
    people += page.length;
    yield { people, of: Math.max(of, people) };
  }
  return {
    journeyId: draft.id,
    liveVersion: published?.version ?? null,
    from,
    to,
    people: people - leftOut,
    events,
    beside: beside.map(({ id }) => id),
    messagesTaken,
    differing: { ...comparison.differing },
    counts: comparison.counts(),
    days: comparison.days(),
    load: load.map({ from, to }),
    leftOut: { people: leftOut, events: unreadable },
    shown: comparison.shown(),
  };
}

async function sidesOf(
  deps: Deps,
  of: {
    readonly from: Instant;
    readonly to: Instant;
    readonly draft: JourneyDefinition;
    readonly live: JourneyDefinition | null;
    readonly beside: readonly JourneyDefinition[];
  },
): Promise<Sides> {
  const { from, to, draft, live, beside } = of;
  const policies = deps.policies.current();
  const { shop, secret } = deps;
  const segments = await readLiveSegments(deps.store.db);
  const experiments = await readLiveExperiments(deps.store.db);
  const offers = await readLiveOffers(deps.store.db);
  const outside: ReplayWorld['outside'] = {
    // Spread by ids that are made up here, openings would differ by chance.
    policies: { ...policies, quietHours: { ...policies.quietHours, openingJitterMs: 0 } },
    shop,
    secret,
    ...(await replayRenderer(deps.store.db, shop, [draft, ...(live === null ? [] : [live]), ...beside])),
    texts: { allowFictional: deps.allowFictionalPhones, countries: shop.texts.countries },
  };
  const world = (own: JourneyDefinition | null): ReplayWorld => ({
    journeys: [...(own === null ? [] : [own]), ...beside],
    from,
    to,
    outside,
    hosts: shop.hosts,
    segments,
    experiments,
    offers,
  });
  return { live: world(live), draft: world(draft) };
}

/** People with as many events together as may be held at once. */
async function* pagesOf(
  { store }: Deps,
  range: { readonly from: Instant; readonly to: Instant },
): AsyncGenerator<readonly PersonToReplay[]> {
  const list = (after: string | null) => store.snapshot((trx) => listPeopleToReplay(trx, range, { after, limit: peopleAtOnce }));
  for (let listed = await list(null); listed.length > 0; listed = await list(listed.at(-1)?.id ?? null)) yield* parted(listed);
}

function* parted(people: readonly PersonToReplay[]): Generator<readonly PersonToReplay[]> {
  let [page, events]: [PersonToReplay[], number] = [[], 0];
  for (const person of people) {
    if (page.length > 0 && events + person.events > eventsAtOnce) {
      yield page;
      [page, events] = [[], 0];
    }
    page.push(person);
    events += person.events;
  }
  if (page.length > 0) yield page;
}

const rested = Promise.resolve();

/** Gives the thread back now and then. */
class Breath {
  #until = performance.now() + breathEveryMs;

  take(): Promise<void> {
    return performance.now() < this.#until ? rested : this.#breathe();
  }

  async #breathe(): Promise<void> {
    await breathe();
    this.#until = performance.now() + breathEveryMs;
  }
}

async function driven<T>(steps: Generator<void, T>, rest: Breath): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await rest.take();
  }
}

/** The day of the shop. Zones change by quarters of an hour. */
function dayOf(timeZone: string): (at: Instant) => string {
  const known = new Map<number, string>();
  return (at) => {
    const quarter = Math.floor(at / 900_000);
    const found = known.get(quarter) ?? localClock(quarter * 900_000, timeZone).date;
    known.set(quarter, found);
    return found;
  };
}
