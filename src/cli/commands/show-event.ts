import type { EventStory } from '../../api/contract/events.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { oneLine } from '../printable.js';
import { paragraphs, table } from '../text.js';

export const eventShowCommand = command({
  name: 'event show <messageId>',
  help: 'what an event matched, what it did not match, and why',
  run: (context, [messageId = '']) => showEvent(context, messageId),
});

/** `event show <messageId>`: what an event matched, and what not and why. */
async function showEvent(context: CliContext, messageId: string): Promise<Outcome> {
  const api = await context.client();
  const event = await api.get<EventStory>(`/v1/events/${encodeURIComponent(messageId)}`);
  const local = await context.localTime();
  const facts =
    event.facts.length === 0 ? 'No fact is derived from it.' : `Facts: ${event.facts.map((fact) => oneLine(fact.name)).join(', ')}.`;
  return {
    value: event,
    text: paragraphs(
      `${oneLine(event.name ?? event.type)} of profile ${event.profileId}: happened ${local(event.occurredAt)}, came ${local(event.receivedAt)}${event.origin === 'live' ? '' : ` by ${event.origin}`}.\n${facts}`,
      table(
        ['what it did', 'entry'],
        event.effects.map((effect) => [effect.sentence, effect.entryId ?? '']),
        'It did nothing: no journey starts with it, and no entry waits for it.',
      ),
      event.others.length === 0
        ? null
        : `Other events came with this id, from another key or about another person: ${event.others.join(', ')}.`,
    ),
  };
}
