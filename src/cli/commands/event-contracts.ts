import type { EventContract, EventContracts } from '../../api/contract/event-contracts.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { paragraphs, table } from '../text.js';

export const eventContractsCommand = command({
  name: 'event contracts [reader]',
  help: 'which events and properties journeys and segments read, and when they were seen last',
  examples: ['sojourn event contracts', 'sojourn event contracts abandoned-cart'],
  run: (context, [reader]) => showContracts(context, reader),
});

/** `event contracts [reader]` */
async function showContracts(context: CliContext, reader: string | undefined): Promise<Outcome> {
  const api = await context.client();
  const { items } = await api.get<EventContracts>('/v1/event-contracts');
  const local = await context.localTime();
  const shown = items.filter(({ id }) => reader === undefined || id === reader);
  const told = shown.map((one) => paragraphs(`${one.kind} ${one.id}, version ${one.version}`, contractText(one, local)));
  return {
    value: shown,
    text: told.length === 0 ? `No journey or segment ${reader ?? ''} is in force.`.replace('  ', ' ') : paragraphs(...told),
  };
}

/** What it reads, and what is wrong with it. */
export function contractText({ events, fields, alarms }: EventContract, local: (at: string | number | null) => string): string {
  const rows = events.map(({ fact, by, properties, seenAt, isOwn }) => [
    fact,
    by,
    properties.map(({ name, types }) => (types.length === 0 && seenAt !== null ? `${name} (never seen)` : name)).join(', '),
    isOwn ? 'by Sojourn' : seenAt === null ? 'never' : local(seenAt),
  ]);
  return paragraphs(
    table(['reads', 'as', 'with', 'seen last'], rows, 'It reads no events.'),
    fields.length === 0 ? null : `Of the person: ${fields.join(', ')}.`,
    alarms.map(({ sentence }) => sentence).join('\n'),
  );
}
