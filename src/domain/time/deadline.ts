import type { Instant } from './instant.js';

/**
 * When at the latest, as it is asked for: an instant, or how long after something begins. Kept as it was said, so that asking again asks
 * for the same.
 */
export type Deadline = { readonly kind: 'at'; readonly at: Instant } | { readonly kind: 'within'; readonly ms: number };

/** The instant that a deadline means for what begins at `from`. */
export function deadlineFrom(deadline: Deadline, from: Instant): Instant {
  return deadline.kind === 'at' ? deadline.at : from + deadline.ms;
}
