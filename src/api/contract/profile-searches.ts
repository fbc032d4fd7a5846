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
    answer: z.string().meta({ description: 'Where the person stands, or why they did not enter, in a sentence.' }),
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
      .meta({ description: 'Events (those too that started nothing), entries, verdicts, attempts and receipts, the oldest first.' }),
    next: z.array(z.string()).readonly().meta({ description: 'What comes next, and what stands in the way.' }),
    isCut: z.boolean().meta({ description: 'Older events, entries or messages are left out.' }),
  })
  .meta({ id: 'PersonStory' });
export type PersonStory = z.input<typeof personStory>;

export const profileSearchBody = z.strictObject({
  text: plainText(255).meta({
    description: 'An id of ours, of the shop’s or of a browser’s; an address; a number; or a part of a name.',
  }),
  limit: z.number().int().min(1).max(100).default(20),
});

export const profileSearchAnswer = z.object({
  by: z.enum(['exact', 'part']).meta({ description: '`exact`: the text names them. `part`: it is a part of name, address or number.' }),
  items: z.array(foundPerson).readonly(),
  isCut: z.boolean().meta({ description: 'There are more.' }),
});
export type ProfileSearchAnswer = z.input<typeof profileSearchAnswer>;

export const profileStoryQuery = z.object({ journeyId: plainText(200).optional().meta({ description: 'Of this journey alone.' }) });
