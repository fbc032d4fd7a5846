import type { LiveSegment } from '../definitions/segment/review.js';
import type { ToldMessage } from '../domain/gate/load.js';
import type { RenderResult } from '../domain/messages/rendering.js';
import type { LiveOffer } from '../domain/offers/offer.js';
import { day, type Instant } from '../domain/time/instant.js';
import type { JourneyDefinition } from '../journey/definition.js';
import type { LiveExperiment } from '../journey/experiment.js';
import type { Projected } from '../simulator/memory/ingest.js';
import type { IngestNeeds } from '../simulator/memory/needs.js';
import { type Outside, Play } from '../simulator/memory/play.js';
import { nextReview, putInForce, reviewDue } from '../simulator/memory/segments.js';
import { Tables } from '../simulator/memory/tables.js';
import { toldMessages } from '../simulator/told.js';
import { type DeedWorld, deedsOf, doDeed, writeEntriesBefore } from './deeds.js';
import { type Moment, momentsOf } from './moments.js';
import type { Recorded } from './recorded.js';
import { RecordedPeople } from './recorded-people.js';

/** In what the recorded is played. */
export interface ReplayWorld {
  /** The live journeys, the one that is asked about among them, as it is live or as a draft. */
  readonly journeys: readonly JourneyDefinition[];
  readonly from: Instant;
  readonly to: Instant;
  readonly outside: Omit<Outside, 'answer' | 'lookForOrder' | 'hearing'>;
  readonly hosts: IngestNeeds['shop']['hosts'];
  /** Segments in force; everybody is where they belong when the replay begins. */
  readonly segments: readonly LiveSegment[];
  /** Experiments in force: people get the arms that they would be drawn today. */
  readonly experiments: readonly LiveExperiment[];
  /** Offers in force: who would get a code today. Codes are made up. */
  readonly offers: readonly LiveOffer[];
}

/**
 * What both sides of a replay share about the same people, because it does not depend on journeys: what events made of them, and what
 * messages said.
 */
export class Shared {
  readonly projected = new Map<string, Projected>();
  readonly #rendered = new Map<string, RenderResult>();

  /** Whether a message says something does not depend on the hour. */
  render(render: Outside['render']): Outside['render'] {
    return (template, context, world) => {
      const key = JSON.stringify([template, world.definition.class, { ...context, at: Math.floor(context.at / day) }]);
      const result = this.#rendered.get(key) ?? render(template, context, world);
      this.#rendered.set(key, result);
      return result;
    };
  }
}

/** What came of it: what is counted and shown, and what became of all messages, of those too that were only taken as they were. */
export interface Played {
  readonly moments: readonly Moment[];
  readonly told: readonly ToldMessage[];
}

/**
 * Plays what is recorded of some people through journeys, and answers what came of it. Before `from` events make people, carts and consents
 * what they were, and no journey is live; at `to` it stops. Every provider takes every message. Yields after each step, so that others may
 * have the thread; the same input gives the same answer.
 */
export function* playRecorded(
  recorded: Recorded,
  { journeys, from, to, outside, hosts, segments, experiments, offers }: ReplayWorld,
  shared: Shared,
): Generator<void, Played> {
  const tables = new Tables();
  const people = new RecordedPeople(tables);
  for (const one of experiments) tables.experiments.set(one.definition.id, one);
  for (const one of offers) tables.offers.set(one.definition.id, one);
  tables.drawnAs = (id) => people.recorded().get(id) ?? id;
  const needs: IngestNeeds = {
    ...outside,
    policies: { current: () => outside.policies },
    shop: { hosts, country: outside.shop.country },
    newId: counter(),
    newEntryId: counter(),
  };
  const play = new Play(
    tables,
    {
      ...outside,
      hearing: needs,
      render: shared.render(outside.render),
      answer: () => accepted,
      lookForOrder: () => ({ kind: 'not-asked' }),
    },
    0,
  );
  const world: DeedWorld = {
    tables,
    people,
    needs,
    projected: shared.projected,
    begin: () => {
      for (const definition of journeys)
        tables.journeys.set(definition.id, { id: definition.id, version: 1, state: 'active', pausedAt: null, definition });
      putInForce(tables, world.needs, segments, from);
      writeEntriesBefore(world, recorded.entries, from);
    },
  };
  const deeds = deedsOf(recorded, from);
  for (let next = 0; ; ) {
    const deed = deeds[next];
    const due = earlier(play.nextDue(), nextReview(tables));
    const at = deed === undefined || (due !== null && due < deed.at) ? due : deed.at;
    if (at === null || at >= to) break;
    play.at = Math.max(play.at, at);
    // What came together is taken together, before anybody takes a turn.
    for (; deeds[next]?.at === at; next += 1) doDeed(world, deeds[next]!);
    if (at >= from) {
      reviewDue(tables, world.needs, at);
      play.settle();
    }
    yield;
  }
  const who = people.recorded();
  return {
    moments: momentsOf(tables, { people: who, before: new Set(recorded.entries.map(({ id }) => id)), to }),
    told: toldMessages(tables, (id) => who.get(id) ?? id).filter((one) => one.at >= from),
  };
}

function earlier(a: Instant | null, b: Instant | null): Instant | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}

const accepted = { kind: 'accepted', providerId: 'replay' } as const;

/** Ids that the order of what happens decides alone. */
function counter(): () => string {
  let ids = 0;
  return () => {
    ids += 1;
    return `replay-${String(ids).padStart(7, '0')}`;
  };
}
