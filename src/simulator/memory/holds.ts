import type { Hold, HoldTickets } from '../../domain/holds/hold.js';
import { viewRecord } from '../../domain/service/service-record.js';
import type { Task } from '../../domain/tasks/task.js';
import { taskClosed } from '../../domain/tasks/task-facts.js';
import type { Instant } from '../../domain/time/instant.js';
import type { ProfileId } from '../../domain/values/ids.js';
import { type TellNeeds, tellFacts } from './segments.js';
import type { Tables } from './tables.js';

/** A row of `holds`. */
export type MemoryHold = Omit<Hold, 'tickets'> & { readonly releasedAt: Instant | null };

/** As `selectHolds` of the store has them. */
export function holdsOf(tables: Tables, profileId: ProfileId, at: Instant): readonly Hold[] {
  return tables
    .keptOf<MemoryHold>('holds', profileId)
    .filter(({ releasedAt, until }) => releasedAt === null && until > at)
    .sort((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1))
    .map(({ releasedAt: _releasedAt, ...hold }) => ({
      ...hold,
      tickets: hold.endsWith === 'ticket' ? ticketsOf(tables, profileId) : null,
    }));
}

function ticketsOf(tables: Tables, profileId: ProfileId): HoldTickets {
  const tickets = tables.serviceRecords.where('profile', profileId).flatMap((one) => (one.kind === 'ticket' ? [viewRecord(one)] : []));
  const closed = tickets.flatMap(({ closedAt }) => closedAt ?? []);
  return { areOpen: tickets.some(({ state }) => state === 'open'), closedAt: closed.length === 0 ? null : Math.max(...closed) };
}

type OpenTask = Pick<Task, 'id' | 'reason' | 'journeyId' | 'step' | 'orderId'> & { readonly closedAt: Instant | null };

/** Closes the person's open tasks with this reason, ends their holds, and tells journeys, as `closeTask` does in the store. */
export function closeTasks(
  tables: Tables,
  needs: TellNeeds,
  { person, reason }: { readonly person: ProfileId; readonly reason: string },
  at: Instant,
): void {
  const open = tables.keptOf<OpenTask>('tasks', person).filter((task) => task.reason === reason && task.closedAt === null);
  const ids = new Set<unknown>(open.map(({ id }) => id));
  tables.changeKept('tasks', person, (task) => (ids.has(task['id']) ? { ...task, closedAt: at } : task));
  tables.changeKept('holds', person, (hold) => (ids.has(hold['taskId']) ? { ...hold, releasedAt: at } : hold));
  const facts = open.map((task) => ({ fact: taskClosed({ ...task, profileId: person }, at), trigger: true }));
  tables.facts.push(...facts.map(({ fact }) => fact));
  tables.movePerson(person, at);
  tellFacts(tables, needs, { facts, at });
}
