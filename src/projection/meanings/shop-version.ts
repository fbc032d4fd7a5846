import type { IncomingEvent } from '../../domain/events/incoming.js';
import { day, type Instant } from '../../domain/time/instant.js';

/**
 * When the shop changed what an event tells of, by its own word (`said`); null: it says nothing that counts. A browser's word counts for
 * nothing. An instant more than a day ahead cannot be right: `lost` names it.
 */
export function shopVersion(
  said: Instant | null,
  { event, speaker }: Pick<IncomingEvent, 'event' | 'speaker'>,
): { readonly updatedAt: Instant | null; readonly lost: readonly string[] } {
  if (said !== null && said > event.receivedAt + day) return { updatedAt: null, lost: ['updated_at'] };
  return { updatedAt: speaker.kind === 'server' ? said : null, lost: [] };
}
