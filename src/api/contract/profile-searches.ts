import { z } from 'zod';
import { instant, plainText } from './shared.js';

export const foundPerson = z
  .object({
    profileId: z.string(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    userIds: z.array(z.string()).readonly().meta({ description: 'The shop’s own ids, twenty at most.' }),
    erased: z.boolean(),
  })
  .meta({ id: 'FoundPerson' });
export type FoundPerson = z.input<typeof foundPerson>;

export const personStory = z
  .object({
    profileId: z.string(),
    answer: z.string().meta({ description: 'One sentence: the state of the entry, or why the person did not enter.' }),
    lines: z
      .array(
        z.object({
          at: instant,
          kind: z.enum(['event', 'entry', 'message']),
          journeyId: z.string().nullable(),
          entryId: z.string().nullable(),
          messageId: z.string().nullable(),
          eventId: z.string().nullable(),
          sentence: z.string(),
        }),
      )
      .readonly()
      .meta({ description: 'Events (also those that started nothing), entries, verdicts, attempts and receipts, the oldest first.' }),
    next: z.array(z.string()).readonly().meta({ description: 'What comes next, and what prevents it.' }),
    isCut: z.boolean().meta({ description: 'Older events, entries or messages are omitted.' }),
  })
  .meta({ id: 'PersonStory' });
export type PersonStory = z.input<typeof personStory>;

export const profileSearchBody = z.strictObject({
  text: plainText(255).meta({
    description: 'An id of ours, of the shop or of a browser; an address; a number; or part of a name.',
  }),
  limit: z.number().int().min(1).max(100).default(20),
});

export const profileSearchAnswer = z.object({
  by: z
    .enum(['exact', 'part'])
    .meta({ description: '`exact`: the text is an id, address or number of theirs. `part`: it is part of a name, address or number.' }),
  items: z.array(foundPerson).readonly(),
  isCut: z.boolean().meta({ description: 'There are more.' }),
});
export type ProfileSearchAnswer = z.input<typeof profileSearchAnswer>;

export const profileStoryQuery = z.object({ journeyId: plainText(200).optional().meta({ description: 'Only of this journey.' }) });
