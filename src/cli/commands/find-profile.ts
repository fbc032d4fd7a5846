import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { peopleTable, searchPeople } from '../find-profile.js';
import { limitOption } from '../options.js';
import { paragraphs } from '../text.js';

export const profileFindCommand = command({
  name: 'profile find <text>',
  help: 'people by any id, email, phone or part of the name',
  options: [limitOption()],
  run: (context, [text = ''], options) => findPeople(context, text, options()),
});

/** `profile find <text>`: by whatever is known of the person. */
async function findPeople(context: CliContext, text: string, options: { readonly limit: number }): Promise<Outcome> {
  const found = await searchPeople(await context.client(), text, Math.min(options.limit, 100));
  return {
    value: found,
    text: paragraphs(peopleTable(found.items, 'Nobody is found.'), found.isCut ? 'There are more: give more of the person’s data.' : null),
  };
}
