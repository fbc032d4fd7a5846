import type { Hold, HoldTickets } from '../../domain/holds/hold.js';
import { viewRecord } from '../../domain/service/service-record.js';
import type { Task } from '../../domain/tasks/task.js';
import { taskClosed } from '../../domain/tasks/task-facts.js';
import type { Instant } from '../../domain/time/instant.js';
import type { ProfileId } from '../../domain/values/ids.js';
import { type TellNeeds, tellFacts } from './segments.js';
import type { KeptRow, Tables } from './tables.js';

/** A row of `holds`. */
export type MemoryHold = Omit<Hold, 'tickets'> & { readonly releasedAt: Instant | null };

/** As `selectHolds` of the store has them. */
export function holdsOf(tables: Tables, profileId: ProfileId, at: Instant): readonly Hold[] {
  return tables.kept
    .where('profile', profileId)
    .filter(({ table }) => table === 'holds')
    .map(({ values }) => values as unknown as MemoryHold)
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
  const open = tables.kept
    .where('profile', person)
    .flatMap(({ table, values }) => (table === 'tasks' ? [values as unknown as OpenTask] : []))
    .filter((task) => task.reason === reason && task.closedAt === null);
  const ids = new Set<unknown>(open.map(({ id }) => id));
  changeKept(tables, person, 'tasks', (task) => (ids.has(task['id']) ? { ...task, closedAt: at } : task));
  changeKept(tables, person, 'holds', (hold) => (ids.has(hold['taskId']) ? { ...hold, releasedAt: at } : hold));
  const facts = open.map((task) => ({ fact: taskClosed({ ...task, profileId: person }, at), trigger: true }));
  tables.facts.push(...facts.map(({ fact }) => fact));
  const profile = tables.profiles.get(person);
  if (profile !== undefined && profile.lastInstant < at) tables.profiles.set(person, { ...profile, lastInstant: at });
  tellFacts(tables, needs, { facts, at });
}

/** Changes rows of a person's of one table. */
function changeKept(tables: Tables, profileId: ProfileId, table: string, change: (values: KeptRow['values']) => KeptRow['values']): void {
  tables.kept.change(tables.kept.idsWhere('profile', profileId), (row) =>
    row.table === table ? { ...row, values: change(row.values) } : row,
  );
}
