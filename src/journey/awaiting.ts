import type { About, SubjectKind } from '../domain/events/subject.js';
import type { FactMatch, JourneyDefinition, Step } from './definition.js';
import type { Awaiting, EntryState } from './entry.js';
import { listensAt } from './steps/kind-of.js';

/**
 * The facts that an entry listens to, whatever is pending: exits and the branches of the present wait hasten it; goals, and branches of
 * later waits that look back, are only written down. One row for each event and correlation, the most urgent purpose.
 */
export function awaitedBy(definition: JourneyDefinition, about: About, state: EntryState): readonly Awaiting[] {
  const rows = new Map<string, Awaiting>();
  for (const { event, match, purpose, hastens } of earsAt(definition, state.step)) {
    for (const by of correlations(match, definition, about)) {
      const key = `${event} ${by}`;
      if (!rows.has(key)) rows.set(key, { event, by, purpose, hastens });
    }
  }
  return [...rows.values()];
}

/** A fact that an entry listens to at a step, before it is known by which subjects. */
type Ear = Pick<Awaiting, 'event' | 'purpose' | 'hastens'> & { readonly match: FactMatch };

/** The most urgent first. A definition never changes, and every turn asks. */
function earsAt(definition: JourneyDefinition, at: EntryState['step']): readonly Ear[] {
  const known = ears.get(definition) ?? new Map<EntryState['step'], readonly Ear[]>();
  ears.set(definition, known);
  const made = known.get(at) ?? workedOutEars(definition, at === null ? undefined : definition.steps[at]);
  known.set(at, made);
  return made;
}

const ears = new WeakMap<JourneyDefinition, Map<EntryState['step'], readonly Ear[]>>();

function workedOutEars({ exits, steps, goals }: JourneyDefinition, present: Step | undefined): readonly Ear[] {
  const later = Object.values(steps)
    .flatMap(listensAt)
    .filter(({ looksBack }) => looksBack);
  return [
    ...exits.flatMap(({ on }): readonly Ear[] =>
      on.kind === 'event' ? [{ event: on.event, match: on.match, purpose: 'exit', hastens: true }] : [],
    ),
    ...(present === undefined ? [] : listensAt(present)).map(
      ({ event, match }): Ear => ({ event, match, purpose: 'branch', hastens: true }),
    ),
    ...later.map(({ event, match }): Ear => ({ event, match, purpose: 'branch', hastens: false })),
    ...goals.map(({ event }): Ear => ({ event, match: 'any', purpose: 'goal', hastens: false })),
  ];
}

/**
 * A promised slot depends on the place of the person: after news of another place the gate decides again, for an earlier or a later hour.
 */
export const placeWait: Awaiting = { event: 'profile.updated', by: 'profile', purpose: 'place', hastens: true };

/** A message waits while marketing to the person is on hold: after news that may end that, the gate decides again. */
export const holdWaits: readonly Awaiting[] = (['task.closed', 'ticket.closed', 'hold.released'] as const).map((event) => ({
  event,
  by: 'profile',
  purpose: 'hold',
  hastens: true,
}));

function correlations(match: FactMatch, { entry: { key } }: JourneyDefinition, about: About): readonly Awaiting['by'][] {
  switch (match) {
    case 'any':
      return ['profile', ...about.map(({ kind }) => kind)];
    case 'profile':
      return ['profile'];
    case 'key':
      return key.kind === 'profile' || key.kind === 'event' ? ['profile'] : subjectsOf(key.kind, about);
    case 'cart':
    case 'order':
      return subjectsOf(match, about);
  }
}

function subjectsOf(kind: SubjectKind, about: About): readonly SubjectKind[] {
  return about.flatMap((subject) => (subject.kind === kind ? [kind] : []));
}
