import type { Channel, MessageClass } from '../domain/channel.js';
import { factNames } from '../domain/fact.js';
import { hour, type Instant } from '../domain/instant.js';
import type { StepId } from '../domain/ids.js';
import { nearest } from '../domain/nearest.js';
import type { Compiled, Path } from './compile.js';
import type { JourneyDefinition, SendStep, Step } from './definition.js';

/** Templates as journeys are checked against them. */
export interface TemplateCatalog {
  has(id: string): boolean;
  channelOf(id: string): Channel | null;
  classOf(id: string): MessageClass | null;
  ids(): readonly string[];
}

export interface Finding {
  readonly path: Path;
  readonly message: string;
  readonly suggestion: string | null;
  readonly severity: 'error' | 'warning';
}

/** Facts that nothing produces yet: a journey that waits for one would wait in vain. */
const notProduced: ReadonlySet<string> = new Set([
  'message.sent',
  'message.opened',
  'message.clicked',
  'message.complained',
  'message.unsubscribed',
  'order.created',
]);

/** What is wrong with a journey although its form is right. */
export function lintJourney(compiled: Compiled, templates: TemplateCatalog | undefined): readonly Finding[] {
  const { definition } = compiled;
  return [
    ...compiled.repeated.map(({ id, of, path }) =>
      error(
        path,
        `The ${of} id "${id}" is used twice${of === 'branch' ? ' in this step' : ''}.`,
        `Give each ${of} an id of its own: ${of === 'step' ? 'messages and reports go' : 'the story goes'} by it.`,
      ),
    ),
    ...compiled.unreachable.map(({ id, path }) =>
      error(path, `Nobody reaches the step "${id}": every way before it ends the journey.`, 'Move it before the exit, or delete it.'),
    ),
    ...eventFindings(compiled),
    ...stepFindings(compiled),
    ...(templates === undefined ? [] : templateFindings(compiled, templates)),
    ...timeFindings(compiled),
    ...(definition.holdout === 0
      ? []
      : [error(['holdout'], 'A holdout other than 0 needs experiments, which are not built yet.', 'Write holdout: 0, or leave it out.')]),
    ...keyFindings(definition),
  ];
}

function eventFindings({ references }: Compiled): readonly Finding[] {
  return references.flatMap((reference): Finding[] => {
    if (reference.kind !== 'event' || reference.name.startsWith('event:')) return [];
    if (!factNames.some((name) => name === reference.name)) {
      const meant = nearest(reference.name, factNames);
      const own = `For a track call of your own write "event:${reference.name}".`;
      return [error(reference.path, `"${reference.name}" is no fact.`, meant === null ? own : `Did you mean "${meant}"? ${own}`)];
    }
    if (!notProduced.has(reference.name)) return [];
    return [error(reference.path, `Nothing tells "${reference.name}" yet, so nobody would ever come past it.`, 'Use another fact.')];
  });
}

function stepFindings({ references, definition, places }: Compiled): readonly Finding[] {
  const certain = certainlyBefore(definition);
  return references.flatMap((reference): Finding[] => {
    if (reference.kind !== 'step') return [];
    const step = definition.steps[reference.name];
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
    if (templateClass !== null && isPromotion(templateClass) && !isPromotion(definition.class))
      return [
        error(
          reference.path,
          `The template "${reference.name}" is ${templateClass}, and this journey is ${definition.class}: what promotes needs consent and counts under the caps.`,
          `Write class: ${templateClass}, or take a template of class ${definition.class}.`,
        ),
      ];
    return [];
  });
}

const isPromotion = (of: MessageClass): boolean => of === 'marketing' || of === 'broadcast';

/** Longest time after the abandonment in which carriers accept a text about a cart. */
const cartTextWithinMs = 48 * hour;

function timeFindings({ definition, places }: Compiled): readonly Finding[] {
  const arrivals = earliestArrivals(definition);
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
      (step.notAfterStartMs === null || step.notAfterStartMs > cartTextWithinMs)
    )
      findings.push(
        warning(
          path,
          `The text "${step.id}" about a cart may leave more than 48 hours after it was abandoned; carriers refuse that.`,
          'Write not_after_start: PT48H or less; count what passed before the start.',
        ),
      );
    return findings;
  });
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
function earliestArrivals(definition: JourneyDefinition): ReadonlyMap<StepId, Instant> {
  const arrivals = new Map<StepId, Instant>();
  const visit = (id: StepId | null, at: Instant): void => {
    const step = id === null ? undefined : definition.steps[id];
    if (!step || (arrivals.get(step.id) ?? Number.POSITIVE_INFINITY) <= at) return;
    arrivals.set(step.id, at);
    for (const next of successors(step)) visit(next, leavesAt(step, at));
  };
  visit(definition.start, 0);
  return arrivals;
}

function leavesAt(step: Step, at: Instant): Instant {
  if (step.kind !== 'wait') return at;
  const ms = step.length.kind === 'elapsed' ? step.length.ms : 0;
  return step.from.kind === 'start' ? Math.max(at, ms) : step.from.kind === 'previous' ? at + ms : at;
}

function successors(step: Step): readonly (StepId | null)[] {
  switch (step.kind) {
    case 'split':
      return [...step.branches.map(({ next }) => next), step.next];
    case 'wait_until':
      return [...step.branches.map(({ next }) => next), step.onTimeout];
    case 'send':
    case 'wait':
    case 'exit':
      return [step.next];
  }
}

/** For each step, those that everybody has come by before it. A tree of steps has no circles, so one walk in order of reach is enough. */
function certainlyBefore(definition: JourneyDefinition): ReadonlyMap<StepId, ReadonlySet<StepId>> {
  const before = new Map<StepId, ReadonlySet<StepId>>();
  const visit = (id: StepId | null, way: ReadonlySet<StepId>): void => {
    const step = id === null ? undefined : definition.steps[id];
    if (!step) return;
    const known = before.get(step.id);
    const now = known === undefined ? way : new Set([...known].filter((one) => way.has(one)));
    if (known !== undefined && now.size === known.size) return;
    before.set(step.id, now);
    for (const next of successors(step)) visit(next, new Set([...now, step.id]));
  };
  visit(definition.start, new Set());
  return before;
}

function error(path: Path, message: string, suggestion: string | null): Finding {
  return { path, message, suggestion, severity: 'error' };
}

function warning(path: Path, message: string, suggestion: string | null): Finding {
  return { path, message, suggestion, severity: 'warning' };
}
