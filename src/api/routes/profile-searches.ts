import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { findPeople } from '../../app/people/find-people.js';
import { tellPersonStory } from '../../app/people/person-story.js';
import { inAnswer, inPath, keyed, reads } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { notFound } from '../problem.js';
import { idParams, instant, plainText } from '../schemas.js';

const foundPerson = z
  .object({
    profileId: z.string(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    userIds: z.array(z.string()).readonly().meta({ description: 'The shop’s own ids, twenty at most.' }),
    erased: z.boolean(),
  })
  .meta({ id: 'FoundPerson' });

const personStory = z
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

export function profileSearchRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['profiles'];
    server.post(
      '/profile-searches',
      {
        config: keyed('read', 'profile.search', reads(inAnswer)),
        schema: {
          tags,
          summary: 'Find people by what is known of them: any id, email, phone, a part of the name',
          description:
            'What is looked for stands in the body, so that no address gets into the log of a proxy. Whom an id, an address or a number names hides those of whom it is only a part.',
          body: z.strictObject({
            text: plainText(255).meta({
              description: 'An id of ours, of the shop’s or of a browser’s; an address; a number; or a part of a name.',
            }),
            limit: z.number().int().min(1).max(100).default(20),
          }),
          response: {
            200: z.object({
              by: z
                .enum(['exact', 'part'])
                .meta({ description: '`exact`: the text names them. `part`: it is a part of name, address or number.' }),
              items: z.array(foundPerson).readonly(),
              isCut: z.boolean().meta({ description: 'There are more.' }),
            }),
          },
        },
      },
      async (request) => {
        const { by, people, isCut } = await findPeople(app, request.body.text, request.body.limit);
        return { by, items: people, isCut };
      },
    );

    server.get(
      '/profiles/:id/story',
      {
        config: keyed('read', 'profile.story', reads(inPath)),
        schema: {
          tags,
          summary: 'What happened to a person and why: events, entries, messages in one list, and what comes next',
          params: idParams,
          querystring: z.object({ journeyId: plainText(200).optional().meta({ description: 'Of this journey alone.' }) }),
          response: { 200: personStory },
        },
      },
      async (request) => {
        const { journeyId } = request.query;
        const told = await tellPersonStory(app, request.params.id, journeyId ?? null);
        switch (told.kind) {
          case 'told':
            return told.story;
          case 'unknown-profile':
            throw notFound('profile', request.params.id);
          case 'unknown-journey':
            throw notFound('journey', journeyId ?? '');
        }
      },
    );
  };
}
