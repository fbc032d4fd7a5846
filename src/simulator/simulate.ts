import type { LiveSegment } from '../definitions/segment/review.js';
import { secretsOf } from '../domain/keys/secrets.js';
import type { RenderResult } from '../domain/messages/rendering.js';
import type { TemplateHead } from '../domain/messages/template.js';
import type { LiveOffer } from '../domain/offers/offer.js';
import type { Policies } from '../domain/policy/policies.js';
import type { Shop } from '../domain/shop/shop.js';
import { day, type Instant } from '../domain/time/instant.js';
import type { JourneyDefinition } from '../journey/definition.js';
import { needsOf } from '../journey/engine.js';
import type { LiveExperiment } from '../journey/experiment.js';
import { listensAt, messageOf } from '../journey/steps/kind-of.js';
import { triggerKind } from '../journey/triggers/kind-of.js';
import { happen, hearingOf, type Stage, tellNeeds } from './happen.js';
import { introduce } from './introduce.js';
import { enrolDue, nextEnrolment } from './memory/own-sends.js';
import { type Outside, Play } from './memory/play.js';
import { nextReview, putInForce, reviewDue } from './memory/segments.js';
import { Tables } from './memory/tables.js';
import { Narrator } from './narrator.js';
import type { Script } from './script.js';
import { answerOf } from './scripted-answer.js';
import type { Story } from './story.js';

export interface SimulationOptions {
  readonly definition: JourneyDefinition;
  /** Further journeys that run beside it. */
  readonly others?: readonly JourneyDefinition[];
  readonly script: Script;
  readonly shop: Pick<Shop, 'timeZone' | 'country'> & Partial<Pick<Shop, 'currency'>>;
  readonly policies: Policies;
  /** What templates say. Absent: something, unless the journey is about a cart without lines. */
  readonly render?: Outside['render'];
  /** What templates ask beside. Absent: nothing. */
  readonly asks?: Outside['asks'];
  /** Segments in force, in which everybody is where they belong when the story begins. Absent: none. */
  readonly segments?: readonly LiveSegment[];
  /** Experiments in force. Absent: none. */
  readonly experiments?: readonly LiveExperiment[];
  /** Offers in force. Absent: none. */
  readonly offers?: readonly LiveOffer[];
  /** What broadcasts and the shop's own messages are sent by. Absent: the script has none. */
  readonly templates?: (id: string) => TemplateHead | null;
  /** When to stop looking although more would come; as the script says, else 60 days after the start. */
  readonly until?: Instant;
}

/**
 * Plays journeys on a virtual clock and tells what happened: the turns, the matching and the folding of events that run for real, in a
 * world in memory. The same input gives the same story.
 */
export function simulate(options: SimulationOptions): Story {
  const { script, until = script.until ?? script.startAt + 60 * day } = options;
  const stage = setStage(options);
  const { play, tables, narrator } = stage;
  const happenings = script.happenings
    .map((happening, order) => ({ ...happening, order }))
    .sort((a, b) => a.at - b.at || a.order - b.order);
  let place = 0;
  let isCut = false;
  for (;;) {
    const next = happenings[place];
    const due = earlier(play.nextDue(), nextEnrolment(tables));
    const review = nextReview(tables);
    const isHappening = next !== undefined && next.at <= (earlier(due, review) ?? next.at);
    const at = isHappening ? next.at : earlier(due, review);
    // Somebody who only leaves a segment much later is no part of the story.
    isCut = at !== null && at > until && (next !== undefined || due !== null);
    if (at !== null && at > until) break;
    if (at === null) break;
    play.at = Math.max(play.at, at);
    if (isHappening) {
      place += 1;
      happen(stage, next.what);
    }
    reviewDue(tables, tellNeeds(stage), play.at);
    enrolDue(tables, play.at, stage.newId);
    play.settle();
    narrator.listen();
  }
  const cut = isCut ? { at: until, unplayed: happenings.length - place } : null;
  return narrator.story(script, { shop: options.shop, until: script.until ?? options.until ?? cut?.at ?? null, cut });
}

function earlier(a: Instant | null, b: Instant | null): Instant | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}

function setStage(options: SimulationOptions): Stage {
  const { script, definition, others = [], shop } = options;
  // Ids are invented here, so a spread by them would tell nothing.
  const policies: Policies = { ...options.policies, quietHours: { ...options.policies.quietHours, openingJitterMs: 0 } };
  const tables = new Tables();
  for (const one of [definition, ...others])
    tables.journeys.set(one.id, { id: one.id, version: 1, state: 'active', pausedAt: null, definition: one });
  for (const one of options.experiments ?? []) tables.experiments.set(one.definition.id, one);
  for (const one of options.offers ?? []) tables.offers.set(one.definition.id, one);
  for (const id of script.emptyOffers ?? []) tables.emptyOffers.add(id);
  const newId = countedIds();
  const people = introduce(tables, script, newId);
  const asked = asksForSegments(options) ? (options.segments ?? []) : [];
  putInForce(tables, tellNeeds({ policies, newId }), asked, script.startAt);
  const look: Stage['look'] = { now: { kind: 'none' } };
  const outside: Outside = {
    policies,
    hearing: hearingOf({ policies, newId, shop }),
    shop: { currency: 'EUR', texts: { countries: [], perHour: Number.MAX_SAFE_INTEGER }, ...shop },
    secret: secretsOf('simulation'),
    render: options.render ?? plainContent,
    asks: options.asks,
    answer: ({ entry }, { step }, n) => answerOf(script.answers[`${entry.journeyId}/${step}`] ?? script.answers[step], n),
    lookForOrder: ({ entry }) => {
      if (look.now.kind === 'failed') return { kind: 'failed', code: 'unreachable' };
      return look.now.kind === 'found' && look.now.orderedAt >= entry.createdAt ? look.now : { kind: 'none' };
    },
  };
  const play = new Play(tables, outside, script.startAt);
  const templates = options.templates ?? (() => null);
  const narrator = new Narrator(tables, play, { people, tellsContent: options.render !== undefined });
  return { tables, play, people, policies, newId, look, templates, shop, narrator };
}

/** Whether anything in the story depends on segments. */
function asksForSegments({ definition, others = [], script, asks = () => [] }: SimulationOptions): boolean {
  const own = script.happenings.flatMap(({ what }) => (what.kind === 'broadcast' || what.kind === 'message' ? [what.template] : []));
  if (own.some((template) => asks(template).includes('segments'))) return true;
  return [definition, ...others].some((journey) => {
    const steps = Object.values(journey.steps);
    const heard = [
      ...triggerKind(journey.trigger).facts(journey.trigger),
      ...journey.exits.flatMap(({ on }) => (on.kind === 'event' ? [on.event] : [])),
      ...journey.goals.map(({ event }) => event),
      ...steps.flatMap(listensAt).map(({ event }) => event),
    ];
    return (
      heard.some((name) => name.startsWith('segment.')) ||
      needsOf(journey).some(({ of }) => of === 'segments') ||
      steps.some((step) => asks(messageOf(step)?.template ?? '').includes('segments'))
    );
  });
}

function countedIds(): () => string {
  let ids = 0;
  return () => {
    ids += 1;
    return `id-${String(ids).padStart(6, '0')}`;
  };
}

/** As a template would say it that names what is in the cart. */
const plainContent: Outside['render'] = (_template, context, { definition }): RenderResult => {
  if (definition.entry.key.kind === 'cart' && (context.cart?.lines.length ?? 0) === 0)
    return { kind: 'empty', problem: 'the cart has no lines' };
  return { kind: 'email', subject: 'A message', html: '', text: '', locale: 'en', contentHash: 'plain' };
};
