import type { ListedEvent } from '../../api/contract/events.js';
import type { CliContext, Outcome } from '../context.js';
import { findProfileId } from '../find-profile.js';
import { oneLine } from '../printable.js';
import { table } from '../text.js';

/** `event list [--profile <person>]`: events as they came, the newest first, each with what it did. */
export async function listEvents(context: CliContext, options: { readonly profile?: string; readonly limit: number }): Promise<Outcome> {
  const api = await context.client();
  const { profile } = options;
  const query = profile === undefined ? {} : { profileId: await findProfileId(api, profile) };
  const events = await api.list<ListedEvent>('/v1/events', query, options.limit);
  const local = events.length === 0 ? null : await context.localTime();
  const rows = events.map((event) => [
    local?.(event.occurredAt) ?? '',
    oneLine(event.name ?? event.type),
    event.profileId,
    event.did,
    oneLine(event.messageId),
  ]);
  return { value: events, text: table(['happened', 'event', 'profile', 'what it did', 'messageId'], rows, 'No event has come.') };
}
