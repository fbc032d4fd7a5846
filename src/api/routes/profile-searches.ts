import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { findPeople } from '../../app/people/find-people.js';
import { tellPersonStory } from '../../app/people/person-story.js';
import { inAnswer, inPath, keyed, reads } from '../access.js';
import { personStory, profileSearchAnswer, profileSearchBody, profileStoryQuery } from '../contract/profile-searches.js';
import { idParams } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { notFound } from '../problem.js';

export function profileSearchRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['profiles'];
    server.post(
      '/profile-searches',
      {
        config: keyed('read', 'profile.search', reads(inAnswer)),
        schema: {
          tags,
          summary: 'Find people: by any id, email, phone, or part of the name',
          description:
            'The text is in the body, so that no address gets into the log of a proxy. If the text is the whole id, address or number of a person, only that person is listed.',
          body: profileSearchBody,
          response: {
            200: profileSearchAnswer,
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
          querystring: profileStoryQuery,
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
