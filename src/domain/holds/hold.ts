import { day, type Instant } from '../time/instant.js';

/** What ends a hold before its time: somebody closes its task; the person's last open ticket is closed; only a person of the team. */
export const holdEnds = ['task', 'ticket', 'time'] as const;
export type HoldEnd = (typeof holdEnds)[number];

/**
 * Marketing to a person waits: they have a problem, and somebody looks after it. It permits nothing that is refused otherwise, and service
 * messages pass it.
 */
export interface Hold {
  readonly id: string;
  readonly endsWith: HoldEnd;
  /** The task that ends it; null: none does. */
  readonly taskId: string | null;
  /** A code for sentences, such as `low-rating`. */
  readonly reason: string;
  readonly since: Instant;
  /** It is over then, whatever is still open. */
  readonly until: Instant;
  /** The person's tickets, where one ends it: whether one is open, and when one was closed last. Null: none ends it. */
  readonly tickets: HoldTickets | null;
}

export interface HoldTickets {
  readonly areOpen: boolean;
  readonly closedAt: Instant | null;
}

/** When nobody says: a case that is older is nobody's reason any more. */
export const usualHoldMs = 14 * day;
export const longestHoldMs = 90 * day;

/**
 * The hold that ends last of those in force; null: none is. Those that somebody ended are not among them.
 *
 * @example holdAt([{ endsWith: 'ticket', since: monday, tickets: { areOpen: false, closedAt: tuesday }, … }], wednesday) → null
 */
export function holdAt(holds: readonly Hold[], at: Instant): Hold | null {
  return holds.reduce<Hold | null>((last, hold) => (isInForce(hold, at) && (last === null || hold.until > last.until) ? hold : last), null);
}

/** A ticket may be opened after the hold began: until one was closed, it waits for that. A new one before its end counts too. */
function isInForce({ since, until, tickets }: Hold, at: Instant): boolean {
  if (at < since || at >= until) return false;
  return tickets === null || tickets.areOpen || tickets.closedAt === null || tickets.closedAt < since;
}
