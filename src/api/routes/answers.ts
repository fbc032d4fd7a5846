import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { recordAnswers } from '../../app/answers/record-answers.js';
import { showAnswers } from '../../app/answers/show-answers.js';
import { changes, inPath, keyed, reads } from '../access.js';
import { answerList, answersBody } from '../contract/answers.js';
import { idParams } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { found, notFound, Problem } from '../problem.js';

/** What people said to questions. */
export function answerRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  const tags = ['answers'];
  return async (server) => {
    server.get(
      '/profiles/:id/answers',
      {
        config: keyed('read', 'answer.list', reads(inPath)),
        schema: { tags, summary: 'All answers of a person, the newest first', params: idParams, response: { 200: answerList } },
      },
      async (request) => ({
        items: found(await showAnswers(app, request.params.id, request.apiKey?.scopes ?? []), 'profile', request.params.id),
      }),
    );

    server.post(
      '/profiles/:id/answers',
      {
        config: keyed('consent', 'answer.record', changes(inPath)),
        schema: {
          tags,
          summary: 'Record what a person said to questions',
          params: idParams,
          body: answersBody,
          response: { 201: answerList },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const result = await recordAnswers(app, id, request.body);
        if (result.kind === 'unknown-profile') throw notFound('profile', id);
        if (result.kind === 'refused') throw new Problem(422, 'answer-not-readable', result.reason);
        return reply.status(201).send({ items: found(await showAnswers(app, id, request.apiKey?.scopes ?? []), 'profile', id) });
      },
    );
  };
}
