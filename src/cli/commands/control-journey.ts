import type { CliContext, Outcome } from '../context.js';
import { plural } from '../text.js';

interface Control {
  readonly journeyId: string;
  readonly state: string;
  readonly changed: boolean;
  readonly entries: number;
}

/** `journey pause | resume | archive <id>` */
export async function controlJourney(context: CliContext, action: 'pause' | 'resume' | 'archive', id: string): Promise<Outcome> {
  const api = await context.client();
  const result = await api.post<Control>(`/v1/journeys/${encodeURIComponent(id)}/${action}`);
  return { value: result, text: result.changed ? done(action, result) : `${result.journeyId} is ${result.state} already.` };
}

function done(action: 'pause' | 'resume' | 'archive', { journeyId, entries }: Control): string {
  switch (action) {
    case 'pause':
      return `${journeyId} is paused: nobody enters, and its messages are held where they fall due.`;
    case 'resume':
      return `${journeyId} runs again; ${plural(entries, 'held entry goes', 'held entries go')} on.`;
    case 'archive':
      return `${journeyId} is archived; ${plural(entries, 'entry leaves', 'entries leave')} it.`;
  }
}
