import type { Condition } from '../domain/conditions/condition.js';
import { allConditions } from '../domain/conditions/index.js';
import { factNames } from '../domain/events/fact.js';
import { type Channel, isStricter, type MessageClass } from '../domain/messages/channel.js';
import { unknownTopic } from '../domain/policy/topic-policy.js';
import { day, hour } from '../domain/time/instant.js';
import type { StepId } from '../domain/values/ids.js';
import { nearest } from '../domain/values/nearest.js';
import type { Compiled, Path } from './compile.js';
import type { JourneyDefinition, SendStep, WaitStep } from './definition.js';
import { stepsInOrder, successors } from './graph.js';
import { factOfClientEvent } from './words.js';

/** Templates as journeys are checked against them. */
export interface TemplateCatalog {
  has(id: string): boolean;
  channelOf(id: string): Channel | null;
  classOf(id: string): MessageClass | null;
  ids(): readonly string[];
  /** Paths of the context without which it sends nothing, such as `cart.lines`. */
  requiresOf?(id: string): readonly string[];
}

export interface Finding {
  readonly path: Path;
  readonly message: string;
  readonly suggestion: string | null;
  readonly severity: 'error' | 'warning';
}

/** Facts that nothing produces yet: a journey that waits for one would wait in vain. */
const notProduced: ReadonlySet<string> = new Set(['message.sent', 'message.unsubscribed', 'order.created']);

/** What is wrong with a journey although its form is right. */
export function lintJourney(
  compiled: Compiled,
  templates: TemplateCatalog | undefined,
  topics: readonly string[] | undefined,
): readonly Finding[] {
  const { definition } = compiled;
  return [
    ...compiled.repeated.map(({ id, of, path }) =>
      error(
        path,
        `The ${of} id "${id}" is used twice${of === 'branch' ? ' in this step' : ''}.`,
        `Give each ${of} an id of its own: ${of === 'step' ? 'messages and reports go' : 'the story goes'} by it.`,
      ),
    ),
    ...lengthFindings(compiled),
    ...compiled.unreachable.map(({ id, path }) =>
      error(path, `Nobody reaches the step "${id}": every way before it ends the journey.`, 'Move it before the exit, or delete it.'),
    ),
    ...eventFindings(compiled),
    ...stepFindings(compiled),
    ...(templates === undefined ? [] : templateFindings(compiled, templates)),
    ...(topics === undefined ? [] : topicFindings(compiled, topics)),
    ...timeFindings(compiled),
    ...capFindings(compiled),
    ...hoursFindings(compiled),
    ...(definition.holdout === 0
      ? []
      : [error(['holdout'], 'A holdout other than 0 needs experiments, which are not built yet.', 'Write holdout: 0, or leave it out.')]),
    ...triggerFindings(definition),
    ...keyFindings(definition),
    ...concurrencyFindings(definition),
  ];
}

/** An entry walks at most so far in one turn; nothing that a person writes comes near. */
const mostSteps = 200;

function lengthFindings({ places }: Compiled): readonly Finding[] {
  const beyond = [...places.values()][mostSteps];
  if (beyond === undefined) return [];
  return [error(beyond, `A journey has at most ${mostSteps} steps, and this one has ${places.size}.`, 'Split it into several journeys.')];
}

function eventFindings({ references }: Compiled): readonly Finding[] {
  return references.flatMap((reference): Finding[] => {
    if (reference.kind !== 'event') return [];
    const { name, path } = reference;
    const own = name.startsWith('event:') ? name.slice('event:'.length) : name;
    const meant = factOfClientEvent(own);
    if (meant !== null) return [error(path, `Journeys hear of "${own}" as "${meant}".`, `Write "${meant}".`)];
    if (name.startsWith('event:'))
      return own.trim() === '' ? [error(path, '"event:" needs the name of a track call.', 'Write "event:Your Event".')] : [];
    if (notProduced.has(name)) return [error(path, `Nothing tells "${name}" yet, so it would never happen here.`, insteadOf(name))];
    if (factNames.some((known) => known === name)) return [];
    const near = nearest(name, factNames);
    const ownEvent = `For a track call of your own write "event:${name}".`;
    return [error(path, `"${name}" is no fact.`, near === null ? ownEvent : `Did you mean "${near}"? ${ownEvent}`)];
  });
}

function insteadOf(name: string): string {
  if (name === 'order.created') return 'Write "order.paid".';
  const family = `${name.split('.')[0]}.`;
  return `Use one of: ${factNames.filter((known) => known.startsWith(family) && !notProduced.has(known)).join(', ')}.`;
}

function stepFindings({ references, definition, places }: Compiled): readonly Finding[] {
  const certain = certainlyBefore(definition);
  return references.flatMap((reference): Finding[] => {
    if (reference.kind !== 'step') return [];
    const step = places.has(reference.name as StepId) ? definition.steps[reference.name] : undefined;
    if (!step) {
      const meant = nearest(reference.name, [...places.keys()]);
      return [
        error(
          reference.path,
          `There is no step "${reference.name}".`,
          meant === null ? `Steps here: ${[...places.keys()].join(', ')}.` : `Did you mean "${meant}"?`,
        ),
      ];
    }
    if (reference.path.at(-1) === 'from') {
      const waiting = stepAt(places, reference.path.slice(0, -1));
      if (waiting !== null && certain.get(waiting)?.has(step.id) === true) return [];
      return [
        error(
          reference.path,
          `The step "${step.id}" may not have been done when this wait is reached.`,
          'Count from a step that everybody comes by, or from: start.',
        ),
      ];
    }
    return step.kind === 'send' ? [] : [error(reference.path, `The step "${step.id}" sends no message.`, 'Name a send step.')];
  });
}

function stepAt(places: ReadonlyMap<StepId, Path>, path: Path): StepId | null {
  const wanted = path.join('\n');
  for (const [id, place] of places) if (place.join('\n') === wanted) return id;
  return null;
}

function templateFindings({ references, definition }: Compiled, templates: TemplateCatalog): readonly Finding[] {
  return references.flatMap((reference): Finding[] => {
    if (reference.kind !== 'template') return [];
    if (!templates.has(reference.name)) {
      const meant = nearest(reference.name, templates.ids());
      return [
        error(
          reference.path,
          `There is no template "${reference.name}".`,
          meant === null ? `Templates: ${templates.ids().join(', ')}.` : `Did you mean "${meant}"?`,
        ),
      ];
    }
    const channel = templates.channelOf(reference.name);
    if (channel !== null && channel !== reference.channel)
      return [
        error(
          reference.path,
          `The template "${reference.name}" is for ${channel}, and this step sends ${reference.channel}.`,
          `Write channel: ${channel}, or take another template.`,
        ),
      ];
    const templateClass = templates.classOf(reference.name);
    if (templateClass !== null && isStricter(templateClass, definition.class))
      return [
        error(
          reference.path,
          `The template "${reference.name}" is ${templateClass}, and this journey is ${definition.class}: ${duties[templateClass]}.`,
          `Write class: ${templateClass}, or take a template of class ${definition.class}.`,
        ),
      ];
    return [...requirementFindings(reference, definition, templates.requiresOf?.(reference.name) ?? [])];
  });
}

/** A template that asks for what an entry of this journey never has would send nothing to anybody. */
function requirementFindings(
  { name, path }: { readonly name: string; readonly path: Path },
  definition: JourneyDefinition,
  requires: readonly string[],
): readonly Finding[] {
  const data = requires.filter((one) => /^data(\.|$)/.test(one));
  if (data.length > 0)
    return [
      error(
        path,
        `The template "${name}" requires ${data.join(', ')}, which a journey does not give: only broadcasts and messages of the shop's own bring data.`,
        'Take a template without it, or send it as a broadcast.',
      ),
    ];
  const cart = requires.filter((one) => /^cart(\.|$)/.test(one));
  const begins = beginsOn(definition);
  if (cart.length === 0 || !begins.every(neverWithCart)) return [];
  return [
    error(
      path,
      `The template "${name}" requires ${cart.join(', ')}, and nobody enters this journey with a cart: it begins on ${begins.join(', ')}.`,
      'Begin it on cart.updated or checkout.started, or take a template without the cart.',
    ),
  ];
}

function beginsOn({ trigger }: JourneyDefinition): readonly string[] {
  return trigger.kind === 'event' ? [trigger.event] : trigger.after;
}

/** An order may come with its cart. */
function neverWithCart(fact: string): boolean {
  return !/^(cart|checkout|order)\./.test(fact);
}

function topicFindings({ references }: Compiled, topics: readonly string[]): readonly Finding[] {
  return references.flatMap((reference): Finding[] => {
    const unknown = reference.kind === 'topic' ? unknownTopic(reference.name, topics) : null;
    return unknown === null ? [] : [error(reference.path, unknown.message, unknown.suggestion)];
  });
}

const promotionDuties = 'what promotes needs consent and counts under the caps';
const duties: Readonly<Record<MessageClass, string>> = {
  transactional: 'what the person asked for leaves at any hour',
  service: 'it needs consent and keeps quiet hours',
  marketing: promotionDuties,
  broadcast: promotionDuties,
};

/** Longest time after the abandonment in which carriers accept a text about a cart. */
const cartTextWithinMs = 48 * hour;

function timeFindings({ definition, places }: Compiled): readonly Finding[] {
  const arrivals = earliestArrivals(definition);
  // Carriers count from the abandonment, and the idle time has passed when an entry starts.
  const textWithinMs = cartTextWithinMs - (definition.trigger.kind === 'inactivity' ? definition.trigger.forMs : 0);
  const sends = Object.values(definition.steps).filter((step): step is SendStep => step.kind === 'send');
  return sends.flatMap((step): Finding[] => {
    const path = places.get(step.id) ?? [];
    const findings: Finding[] = [];
    const until = (arrivals.get(step.id) ?? 0) + step.deadlineMs;
    if (definition.maxDurationMs !== null && until > definition.maxDurationMs)
      findings.push(
        warning(
          [...path, 'deadline'],
          `The journey may end before the deadline of "${step.id}": max_duration counts from the start.`,
          'Shorten the deadline, or lengthen max_duration.',
        ),
      );
    if (
      step.channel === 'sms' &&
      definition.entry.key.kind === 'cart' &&
      (step.notAfterStartMs === null || step.notAfterStartMs > textWithinMs)
    )
      findings.push(
        warning(
          path,
          `The text "${step.id}" about a cart may leave more than 48 hours after it was abandoned; carriers refuse that.`,
          `Write not_after_start: PT${Math.max(0, Math.floor(textWithinMs / hour))}H or less; count what passed before the start.`,
        ),
      );
    return findings;
  });
}

/** Nowhere may a text leave earlier or later than this, and the last one leaves some minutes before the close. */
const textHours = { opens: 8 * 60, closes: 22 * 60 };
const shortestHours = 60;

function hoursFindings({ definition, places }: Compiled): readonly Finding[] {
  return Object.values(definition.steps).flatMap((step): Finding[] => {
    if (step.kind !== 'send' || step.hours === undefined) return [];
    const { opens, closes } = step.hours;
    const path = [...(places.get(step.id) ?? []), 'quiet_hours'];
    if (closes - opens < shortestHours)
      return [
        error(
          path,
          `The hours of "${step.id}" and of its journey leave less than an hour of the day, so hardly anything would be sent.`,
          'Let them overlap by an hour or more.',
        ),
      ];
    if (step.channel === 'sms' && (opens < textHours.opens || closes > textHours.closes))
      return [
        warning(
          path,
          `No law lets the text "${step.id}" leave before 08:00 or after 22:00: a journey may narrow quiet hours, and what is wider counts for nothing.`,
          'Write opens: "08:00" or later and closes: "22:00" or earlier, or leave quiet_hours out.',
        ),
      ];
    return [];
  });
}

/** What a step says of caps, against what its class says, and against its own deadline. */
function capFindings({ definition, places }: Compiled): readonly Finding[] {
  const sends = Object.values(definition.steps).filter((step): step is SendStep => step.kind === 'send');
  return sends.flatMap((step): Finding[] => {
    const path = places.get(step.id) ?? [];
    const findings: Finding[] = [];
    const saysOfCaps = step.obeysCap !== undefined || step.countsTowardCap !== undefined;
    if (definition.class === 'transactional' && saysOfCaps)
      findings.push(
        error(
          [...path, step.obeysCap === undefined ? 'counts_toward_cap' : 'obeys_cap'],
          'A transactional message is outside of all caps: they neither hold nor count it.',
          'Delete obeys_cap and counts_toward_cap.',
        ),
      );
    if (step.deferWithinMs !== undefined && step.deferWithinMs > step.deadlineMs)
      findings.push(
        warning(
          [...path, 'on_capped', 'defer', 'within'],
          `The deadline of "${step.id}" comes before the time that a cap may hold it back.`,
          'Shorten "within", or lengthen the deadline.',
        ),
      );
    return findings;
  });
}

/** Conditions that speak of the event; all else is looked at when the person would enter. */
const aboutEvents: ReadonlySet<Condition['kind']> = new Set(['all', 'any', 'not', 'event_property']);

function triggerFindings({ trigger }: JourneyDefinition): readonly Finding[] {
  if (trigger.kind !== 'event' || trigger.where === null) return [];
  const foreign = allConditions(trigger.where).find(({ kind }) => !aboutEvents.has(kind));
  if (foreign === undefined) return [];
  return [
    error(
      ['trigger', 'event', 'where'],
      `"where" of a trigger sees the event alone, and "${foreign.kind}" is not about it.`,
      'Use event_property here, and put the rest under entry: filters.',
    ),
  ];
}

function concurrencyFindings({ entry }: JourneyDefinition): readonly Finding[] {
  if (entry.concurrency !== 'restart') return [];
  return [error(['entry', 'concurrency'], '"restart" is not built yet.', 'Write reject, merge or parallel.')];
}

function keyFindings(definition: JourneyDefinition): readonly Finding[] {
  const { trigger, entry } = definition;
  if (entry.key.kind !== 'cart') return [];
  const events = trigger.kind === 'event' ? [trigger.event] : trigger.after;
  const aboutCarts = events.filter((name) => /^(cart|checkout|order)\./.test(name));
  return aboutCarts.length > 0
    ? []
    : [
        error(
          ['entry', 'key'],
          'None of the trigger’s facts is about a cart, so no entry could be told apart by its cart.',
          'Write key: profile.',
        ),
      ];
}

/** The soonest that an entry can come to each step, counted from its start; milliseconds. */
function earliestArrivals(definition: JourneyDefinition): ReadonlyMap<StepId, number> {
  const arrivals = new Map<StepId, number>([[definition.start, 0]]);
  for (const step of stepsInOrder(definition)) {
    const at = arrivals.get(step.id) ?? 0;
    const leavesAt = step.kind === 'wait' ? Math.max(at, countsFrom(step, at, arrivals) + shortestMs(step.length)) : at;
    const reach = (next: StepId, soonest: number): void =>
      void arrivals.set(next, Math.min(soonest, arrivals.get(next) ?? Number.POSITIVE_INFINITY));
    for (const next of successors(step)) {
      const isTimeoutOnly = step.kind === 'wait_until' && next === step.onTimeout && step.branches.every((branch) => branch.next !== next);
      reach(next, isTimeoutOnly ? at + step.timeoutMs : leavesAt);
    }
  }
  return arrivals;
}

function countsFrom(step: WaitStep, at: number, arrivals: ReadonlyMap<StepId, number>): number {
  if (step.from.kind === 'start') return 0;
  return step.from.kind === 'step' ? (arrivals.get(step.from.step) ?? at) : at;
}

/** A day may have 23 hours, and a wait for a time of day may begin just before midnight. */
function shortestMs(length: WaitStep['length']): number {
  if (length.kind === 'elapsed') return length.ms;
  const days = length.at === null ? length.days : length.days - 1;
  return Math.max(0, days * day - hour);
}

/** For each step, those that everybody has come by before it. */
function certainlyBefore(definition: JourneyDefinition): ReadonlyMap<StepId, ReadonlySet<StepId>> {
  const before = new Map<StepId, ReadonlySet<StepId>>([[definition.start, new Set()]]);
  for (const step of stepsInOrder(definition)) {
    const way = new Set([...(before.get(step.id) ?? []), step.id]);
    for (const next of successors(step)) {
      const known = before.get(next);
      before.set(next, known === undefined ? way : new Set([...known].filter((one) => way.has(one))));
    }
  }
  return before;
}

function error(path: Path, message: string, suggestion: string | null): Finding {
  return { path, message, suggestion, severity: 'error' };
}

function warning(path: Path, message: string, suggestion: string | null): Finding {
  return { path, message, suggestion, severity: 'warning' };
}
