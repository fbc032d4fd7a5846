import type { FactName } from '../domain/events/fact.js';
import type { About, SubjectKind } from '../domain/events/subject.js';
import type { FactMatch, JourneyDefinition } from './definition.js';
import type { Awaiting, EntryState } from './entry.js';
import { listensAt } from './steps/kind-of.js';

/**
 * The facts that an entry listens to, whatever is pending: exits and the branches of the present wait hasten it; goals, and branches of
 * later waits that look back, are only written down. One row for each event and correlation, the most urgent purpose.
 */
export function awaitedBy(definition: JourneyDefinition, about: About, state: EntryState): readonly Awaiting[] {
  const rows = new Map<string, Awaiting>();
  const add = (event: FactName, match: FactMatch, purpose: Awaiting['purpose'], hastens: boolean): void => {
    for (const by of correlations(match, definition, about)) {
      const key = `${event} ${by}`;
      if (!rows.has(key)) rows.set(key, { event, by, purpose, hastens });
    }
  };
  for (const { on } of definition.exits) if (on.kind === 'event') add(on.event, on.match, 'exit', true);
  const present = state.step === null ? undefined : definition.steps[state.step];
  if (present !== undefined) for (const { event, match } of listensAt(present)) add(event, match, 'branch', true);
  for (const step of Object.values(definition.steps))
    for (const { event, match, looksBack } of listensAt(step)) if (looksBack) add(event, match, 'branch', false);
  for (const goal of definition.goals) add(goal.event, 'any', 'goal', false);
  return [...rows.values()];
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
