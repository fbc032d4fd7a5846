import { compareText } from '../carts/register.js';
import type { Instant } from '../time/instant.js';

/**
 * Which event says whose a thing is: of several the one with the lowest rank, then the earliest. So neither the order of arrival nor a
 * later event of somebody else makes a difference.
 */
export type OwnerClaim = readonly [rank: number, at: Instant, eventId: string];

export function compareClaims(a: OwnerClaim, b: OwnerClaim): number {
  return a[0] - b[0] || a[1] - b[1] || compareText(a[2], b[2]);
}
