import { isPlaceholder } from '../../domain/values/placeholder-id.js';
import type { EventSaid } from '../source.js';

/** What is said without the ids that name nobody, and what to note of them, such as `placeholder-user-id`. */
interface Named {
  readonly said: EventSaid;
  readonly notes: readonly string[];
  /** As the client sent it, to be listed; null: it is not a placeholder, or there is no user id. */
  readonly placeholderUserId: string | null;
}

/** By `undefined` two browsers would be one person: the event is kept under what remains. */
export function withoutPlaceholders(said: EventSaid, list: ReadonlySet<string> | undefined): Named {
  const nobody = idFields.filter((field) => said[field] !== null && isPlaceholder(said[field], list));
  if (nobody.length === 0) return { said, notes: [], placeholderUserId: null };
  const rest = { ...said, ...Object.fromEntries(nobody.map((field) => [field, null])) };
  const placeholderUserId = nobody.includes('userId') ? (said.userId ?? '').slice(0, mostShown).trim() : null;
  return { said: rest, notes: nobody.map((field) => notes[field]), placeholderUserId };
}

const mostShown = 100;
const idFields = ['userId', 'anonymousId', 'previousId'] as const;
const notes = {
  userId: 'placeholder-user-id',
  anonymousId: 'placeholder-anonymous-id',
  previousId: 'placeholder-previous-id',
} as const;
