import type { JourneyControl, LiveJourney } from '../../api/contract/journeys.js';
import type { ApiClient } from '../client.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { option } from '../options.js';
import { plural } from '../text.js';

export const journeyPauseCommand = command({
  name: 'journey pause <id>',
  help: 'pause a journey: nobody enters, and due messages are held',
  run: (context, [id = '']) => controlJourney(context, 'pause', id),
});

export const journeyResumeCommand = command({
  name: 'journey resume <id>',
  help: 'resume a journey: held entries continue',
  run: (context, [id = '']) => controlJourney(context, 'resume', id),
});

export const journeyArchiveCommand = command({
  name: 'journey archive <id>',
  help: 'end a journey: everyone exits it',
  options: [option('--yes', 'confirm: this cannot be undone')],
  run: (context, [id = ''], options) => controlJourney(context, 'archive', id, options()),
});

/** `journey pause | resume | archive <id>`; an archive asks. */
async function controlJourney(
  context: CliContext,
  action: 'pause' | 'resume' | 'archive',
  id: string,
  options: { readonly yes?: boolean } = {},
): Promise<Outcome> {
  const api = await context.client();
  if (action === 'archive' && options.yes !== true) await askTwice(api, id);
  const result = await api.post<JourneyControl>(`/v1/journeys/${encodeURIComponent(id)}/${action}`);
  return { value: result, text: result.changed ? done(action, result) : `${result.journeyId} is ${result.state} already.` };
}

/** There is no way back, so it wants to be told twice, by who knows what it does. */
async function askTwice(api: ApiClient, id: string): Promise<void> {
  const journey = await api.get<LiveJourney>(`/v1/journeys/${encodeURIComponent(id)}`);
  if (journey.state === 'archived') return;
  const inIt = journey.armed + journey.open;
  throw new CliFailure(
    `This ends ${id} for good: ${plural(inIt, 'person in it exits', 'people in it exit')}, and its id cannot be used again. Repeat the command with --yes. To stop it for a while: sojourn journey pause ${id}.`,
    2,
  );
}

function done(action: 'pause' | 'resume' | 'archive', { journeyId, entries }: JourneyControl): string {
  switch (action) {
    case 'pause':
      return `${journeyId} is paused: nobody enters, and its due messages are held.`;
    case 'resume':
      return `${journeyId} runs again; ${plural(entries, 'held entry continues', 'held entries continue')}.`;
    case 'archive':
      return `${journeyId} is archived; ${plural(entries, 'entry exits', 'entries exit')} it.`;
  }
}
