import type { PersonStory } from '../../api/contract/profile-searches.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { findProfileId } from '../find-profile.js';
import { option } from '../options.js';
import { oneLine } from '../printable.js';
import { paragraphs, table } from '../text.js';

export const whyCommand = command({
  name: 'why <person>',
  help: 'what happened to a person, why, and what comes next',
  options: [option('--journey <id>', 'only in this journey')],
  examples: ['sojourn why ada@example.com', 'sojourn why ada@example.com --journey abandoned-cart'],
  run: (context, [person = ''], options) => why(context, person, options()),
});

/** `why <person> [--journey <id>]`: what happened to somebody and why, in one answer. */
export async function why(context: CliContext, person: string, options: { readonly journey?: string }): Promise<Outcome> {
  const api = await context.client();
  const id = await findProfileId(api, person);
  const query = options.journey === undefined ? {} : { journeyId: options.journey };
  const story = await api.get<PersonStory>(`/v1/profiles/${encodeURIComponent(id)}/story`, query);
  const local = await context.localTime();
  const rows = story.lines.map((line) => [local(line.at), line.journeyId ?? '', oneLine(line.sentence)]);
  return {
    value: story,
    text: paragraphs(
      `Profile ${story.profileId}. ${story.answer}`,
      story.isCut ? 'Only the newest: older events, entries or messages are omitted.' : null,
      table(['when', 'journey', 'what'], rows, 'Nothing has happened.'),
      story.next.length === 0
        ? null
        : ['What comes next, and what stands in the way:', ...story.next.map((line) => `- ${line}`)].join('\n'),
    ),
  };
}
