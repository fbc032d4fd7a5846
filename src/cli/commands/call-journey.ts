import type { JourneyCall } from '../../api/contract/journeys.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { findProfileId } from '../find-profile.js';
import { namedValues } from '../named-values.js';
import { option } from '../options.js';

export const journeyCallCommand = command({
  name: 'journey call <id> <person>',
  help: 'let a person enter a journey with the trigger api; its filters, re-entry and concurrency count',
  options: [option('--with <name=value...>', 'what the journey has as trigger.…')],
  examples: ['sojourn journey call call-back ada@example.com --with topic=returns'],
  run: (context, [id = '', person = ''], options) => callJourney(context, id, person, options().with),
});

async function callJourney(context: CliContext, id: string, person: string, values: readonly string[] = []): Promise<Outcome> {
  const api = await context.client();
  const profileId = await findProfileId(api, person, { exactly: true });
  const properties = namedValues(values, 'value');
  const called = await api.post<JourneyCall>(`/v1/journeys/${encodeURIComponent(id)}/entries`, { to: { profileId }, properties });
  const next = called.entryId === null ? '' : `\nsojourn entry show ${called.entryId}`;
  return { value: called, text: `${called.sentence}${next}` };
}
