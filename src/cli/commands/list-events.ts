import type { ListedEvent } from '../../api/contract/events.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { findProfileId } from '../find-profile.js';
import { limitOption, option } from '../options.js';
import { oneLine } from '../printable.js';
import { table } from '../text.js';

export const eventListCommand = command({
  name: 'event list',
  help: 'events, the newest first, each with its effect',
  options: [option('--profile <person>', 'of this person: any id, email, phone or part of the name'), limitOption()],
  run: (context, _args, options) => listEvents(context, options()),
});

/** `event list [--profile <person>]`: events as they came, the newest first, each with what it did. */
async function listEvents(context: CliContext, options: { readonly profile?: string; readonly limit: number }): Promise<Outcome> {
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
  return { value: events, text: table(['happened', 'event', 'profile', 'what it did', 'messageId'], rows, 'There are no events.') };
}
