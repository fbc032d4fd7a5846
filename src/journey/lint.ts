import { type FactName, factNames } from '../domain/events/fact.js';
import { isAbout, type SubjectKind } from '../domain/events/subject.js';
import { isStricter, type MessageClass } from '../domain/messages/channel.js';
import { unknownTopic } from '../domain/policy/topic-policy.js';
import type { StepId } from '../domain/values/ids.js';
import { didYouMean, nearest } from '../domain/values/nearest.js';
import type { Compiled } from './compile.js';
import type { JourneyDefinition } from './definition.js';
import { error, type Finding, type KnownNames, type Path, type TemplateCatalog } from './finding.js';
import { certainlyBefore, earliestArrivals, stepsWithCode } from './graph.js';
import { isAnsweredAt, listensAt, messageOf, stepKind } from './steps/kind-of.js';
import { triggerKind } from './triggers/kind-of.js';
import { factOfClientEvent } from './words.js';

/** What is wrong with a journey although its form is right. */
export function lintJourney(
  compiled: Compiled,
  { templates, topics, segments, journeys, experiments, offers, receivers }: KnownNames,
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
      error(path, `Nobody reaches the step "${id}": the journey ends before it on every way.`, 'Move it before the exit, or delete it.'),
    ),
    ...eventFindings(compiled),
    ...stepFindings(compiled),
    ...(templates === undefined ? [] : [...templateFindings(compiled, templates), ...codeFindings(compiled, templates)]),
    ...(topics === undefined ? [] : topicFindings(compiled, topics)),
    ...(segments === undefined ? [] : segmentFindings(compiled, segments)),
    ...(journeys === undefined ? [] : journeyFindings(compiled, journeys)),
    ...(experiments === undefined ? [] : experimentFindings(compiled, experiments)),
    ...(offers === undefined ? [] : offerFindings(compiled, offers)),
    ...(receivers === undefined ? [] : receiverFindings(compiled, receivers)),
    ...kindFindings(compiled),
    ...triggerKind(definition.trigger).lint(definition.trigger, ['trigger', definition.trigger.kind]),
    ...keyFindings(definition),
  ];
}

/** An entry walks at most so far in one turn; nothing that a person writes comes near. */
const mostSteps = 200;

function lengthFindings({ places }: Compiled): readonly Finding[] {
  const beyond = [...places.values()][mostSteps];
  if (beyond === undefined) return [];
  return [error(beyond, `A journey has at most ${mostSteps} steps, and this one has ${places.size}.`, 'Split it into several journeys.')];
}

/** Names of events that are none, or that never come. */
export function eventFindings({ references }: Pick<Compiled, 'references'>): readonly Finding[] {
  return references.flatMap((reference): Finding[] => {
    if (reference.kind !== 'event') return [];
    const { name, path } = reference;
    const own = name.startsWith('event:') ? name.slice('event:'.length) : name;
    const meant = factOfClientEvent(own);
    if (meant !== null) return [error(path, `In journeys the event "${own}" is called "${meant}".`, `Write "${meant}".`)];
    if (name.startsWith('event:'))
      return own.trim() === '' ? [error(path, '"event:" needs the name of a track call.', 'Write "event:Your Event".')] : [];
    const near = nearest(name, factNames);
    const ownEvent = `For a track call of your own write "event:${name}".`;
    const instead = near === null ? ownEvent : `Did you mean "${near}"? ${ownEvent}`;
    return factNames.some((known) => known === name) ? [] : [error(path, `There is no fact "${name}".`, instead)];
  });
}

function stepFindings({ references, definition, places }: Compiled): readonly Finding[] {
  const certain = certainlyBefore(definition);
  return references.flatMap((reference): Finding[] => {
    if (reference.kind !== 'step') return [];
    const step = places.has(reference.name as StepId) ? definition.steps[reference.name] : undefined;
    if (!step) {
      const ids = [...places.keys()];
      const instead = didYouMean(reference.name, ids) ?? `Steps here: ${ids.join(', ')}.`;
      return [error(reference.path, `There is no step "${reference.name}".`, instead)];
    }
    if (reference.for === 'instant') {
      const waiting = stepAt(places, reference.path.slice(0, -1));
      if (waiting !== null && certain.get(waiting)?.has(step.id) === true) return [];
      return [
        error(
          reference.path,
          `The step "${step.id}" may not have been done when this wait is reached.`,
          'Count from a step that everybody passes before this one, or write from: start.',
        ),
      ];
    }
    if (reference.for === 'heard')
      return listensAt(step).length > 0 || isAnsweredAt(step)
        ? []
        : [error(reference.path, `The step "${step.id}" hears nothing.`, 'Name a wait_until, or a webhook with a timeout.')];
    return messageOf(step) !== null ? [] : [error(reference.path, `The step "${step.id}" sends no message.`, 'Name a send step.')];
  });
}

function stepAt(places: ReadonlyMap<StepId, Path>, path: Path): StepId | null {
  const wanted = path.join('\n');
  for (const [id, place] of places) if (place.join('\n') === wanted) return id;
  return null;
}

function meantTemplate(name: string, ids: readonly string[]): string {
  return didYouMean(name, ids) ?? (ids.length === 0 ? 'The folder templates has none.' : `Templates: ${ids.join(', ')}.`);
}

function templateFindings({ references, definition }: Compiled, templates: TemplateCatalog): readonly Finding[] {
  return references.flatMap((reference): Finding[] => {
    if (reference.kind !== 'template') return [];
    if (!templates.has(reference.name)) {
      return [error(reference.path, `There is no template "${reference.name}".`, meantTemplate(reference.name, templates.ids()))];
    }
    const channel = templates.channelOf(reference.name);
    if (channel !== null && channel !== reference.channel)
      return [
        error(
          reference.path,
          `The template "${reference.name}" is for ${channel}, but this step sends ${reference.channel}.`,
          `Write channel: ${channel}, or use another template.`,
        ),
      ];
    const templateClass = templates.classOf(reference.name);
    if (templateClass !== null && isStricter(templateClass, definition.class))
      return [
        error(
          reference.path,
          `The template "${reference.name}" has class ${templateClass}, but this journey has class ${definition.class}: ${duties[templateClass]}.`,
          `Write class: ${templateClass}, or use a template of class ${definition.class}.`,
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
        `The template "${name}" requires ${data.join(', ')}, but a journey has no data: only broadcasts and messages of the shop's own have it.`,
        'Use a template without it, or send this one as a broadcast.',
      ),
    ];
  const cart = requires.filter((one) => /^cart(\.|$)/.test(one));
  const begins = beginsOn(definition);
  if (cart.length === 0 || isCalled(definition) || !begins.every(neverWithCart)) return [];
  return [
    error(
      path,
      `The template "${name}" requires ${cart.join(', ')}, but nobody enters this journey with a cart: it begins on ${begins.join(', ') || 'no fact'}.`,
      'Let the journey begin on cart.updated or checkout.started, or use a template without the cart.',
    ),
  ];
}

/** A message that shows a code waits for one until its deadline, and nobody would give it. */
function codeFindings({ definition, places }: Compiled, templates: TemplateCatalog): readonly Finding[] {
  const having = stepsWithCode(definition);
  return Object.values(definition.steps).flatMap((step): readonly Finding[] => {
    const message = messageOf(step);
    const names = message === null ? [] : (templates.namesOf?.(message.template) ?? []);
    if (message === null || !names.includes('offer') || having.has(step.id)) return [];
    return [
      error(
        [...(places.get(step.id) ?? []), 'template'],
        `The template "${message.template}" shows a code, and nobody who comes to the step "${step.id}" has one: it would never be sent.`,
        'Put the step into "issued" of a step issue_incentive, or behind it.',
      ),
    ];
  });
}

function beginsOn({ trigger }: JourneyDefinition): readonly FactName[] {
  return triggerKind(trigger).facts(trigger);
}

/** By a call, which may be about a cart or an order. */
function isCalled({ trigger }: JourneyDefinition): boolean {
  return triggerKind(trigger).startsBy === 'call';
}

/** An order may come with its cart. */
function neverWithCart(fact: string): boolean {
  return !/^(cart|checkout|order)\./.test(fact);
}

export function topicFindings({ references }: Pick<Compiled, 'references'>, topics: readonly string[]): readonly Finding[] {
  return references.flatMap((reference): Finding[] => {
    const unknown = reference.kind === 'topic' ? unknownTopic(reference.name, topics) : null;
    return unknown === null ? [] : [error(reference.path, unknown.message, unknown.suggestion)];
  });
}

/** Experiments that are not there, and arms that the step and the experiment do not have in common. */
function experimentFindings(
  { references }: Pick<Compiled, 'references'>,
  experiments: NonNullable<KnownNames['experiments']>,
): readonly Finding[] {
  const known = new Map(Object.entries(experiments));
  return references.flatMap((reference): readonly Finding[] => {
    if (reference.kind !== 'experiment') return [];
    const { name, path, arms } = reference;
    const wanted = known.get(name);
    if (wanted === undefined)
      return [
        error(path, `There is no experiment "${name}".`, didYouMean(name, [...known.keys()]) ?? 'Write its file in experiments/ first.'),
      ];
    const [missing] = wanted.filter((arm) => !arms.includes(arm));
    const [surplus] = arms.filter((arm) => !wanted.includes(arm));
    return [
      ...(missing === undefined
        ? []
        : [
            error(
              path,
              `The arm "${missing}" of the experiment "${name}" has no way here.`,
              `Add "- arm: ${missing}", with steps or without.`,
            ),
          ]),
      ...(surplus === undefined
        ? []
        : [
            error(
              path,
              `The experiment "${name}" has no arm "${surplus}" with a way of its own.`,
              didYouMean(surplus, wanted) ?? `Arms: ${wanted.join(', ')}.`,
            ),
          ]),
    ];
  });
}

/** Of one that is not there nobody is known to belong, nor not to belong: nobody would ever meet the condition. */
export function segmentFindings({ references }: Pick<Compiled, 'references'>, segments: readonly string[]): readonly Finding[] {
  return references.flatMap(({ kind, name, path }): Finding[] => {
    if (kind !== 'segment' || segments.includes(name)) return [];
    const instead = didYouMean(name, segments) ?? `Write segments/${name}.segment.yaml and publish it first.`;
    return [error(path, `There is no segment "${name}".`, instead)];
  });
}

/** Nobody enters a journey that is not there. */
function journeyFindings({ references }: Pick<Compiled, 'references'>, journeys: readonly string[]): readonly Finding[] {
  return references.flatMap(({ kind, name, path }): readonly Finding[] =>
    kind !== 'journey' || journeys.includes(name)
      ? []
      : [error(path, `There is no journey "${name}".`, didYouMean(name, journeys) ?? `Write journeys/${name}.journey.yaml.`)],
  );
}

/** Nobody would ever get a code of an offer that is not there. */
function offerFindings({ references }: Pick<Compiled, 'references'>, offers: readonly string[]): readonly Finding[] {
  return references.flatMap(({ kind, name, path }): readonly Finding[] =>
    kind !== 'offer' || offers.includes(name)
      ? []
      : [error(path, `There is no offer "${name}".`, didYouMean(name, offers) ?? `Write offers/${name}.offer.yaml and publish it first.`)],
  );
}

const promotionDuties = 'such a message needs consent and counts under the caps';
const duties: Readonly<Record<MessageClass, string>> = {
  transactional: 'a message that the person asked for is sent at any hour',
  service: 'it needs consent and keeps quiet hours',
  marketing: promotionDuties,
  broadcast: promotionDuties,
};

/** What each kind of step says of itself. */
function kindFindings({ definition, places }: Compiled): readonly Finding[] {
  const arrivals = earliestArrivals(definition);
  const leadMs = triggerKind(definition.trigger).leadMs(definition.trigger);
  const hears = (id: string) => {
    const step = definition.steps[id];
    return step === undefined ? [] : listensAt(step).map(({ event }) => event);
  };
  return Object.values(definition.steps).flatMap((step) =>
    stepKind(step).lint(step, { definition, hears, path: places.get(step.id) ?? [], soonestMs: arrivals.get(step.id) ?? 0, leadMs }),
  );
}

function keyFindings(definition: JourneyDefinition): readonly Finding[] {
  const { kind } = definition.entry.key;
  if (kind === 'profile' || kind === 'event' || isCalled(definition) || beginsOn(definition).some((name) => isAbout(name, kind))) return [];
  return [
    error(
      ['entry', 'key'],
      `None of the trigger’s facts is about ${oneOf[kind]}, so key: ${kind} cannot tell entries apart.`,
      'Write key: profile.',
    ),
  ];
}

const oneOf: Readonly<Record<SubjectKind, string>> = { cart: 'a cart', order: 'an order' };

function receiverFindings({ references }: Compiled, receivers: NonNullable<KnownNames['receivers']>): readonly Finding[] {
  return references.flatMap((reference): Finding[] => {
    if (reference.kind !== 'receiver') return [];
    const { name, path, by } = reference;
    const known = Object.hasOwn(receivers, name) ? receivers[name] : undefined;
    if (known === undefined)
      return [
        error(path, `There is no receiver "${name}".`, didYouMean(name, Object.keys(receivers)) ?? 'Add it to receivers in shop.yaml.'),
      ];
    return by.includes(known.kind) ? [] : [error(path, `The receiver "${name}" is a mailbox.`, 'Name one with a url.')];
  });
}
