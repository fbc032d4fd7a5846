import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { holdMarketing, releaseMarketing } from '../../app/holds/hold-marketing.js';
import { changes, inPath, keyed } from '../access.js';
import { callerOf } from '../auth.js';
import { hold, holdBody, holdReleaseAnswer, holdReleaseBody } from '../contract/holds.js';
import { idParams } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { found } from '../problem.js';

/** Marketing to one person, held and let go on. */
export function holdRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['profiles'];
    server.post(
      '/profiles/:id/holds',
      {
        config: keyed('send', 'profile.hold', changes(inPath)),
        schema: {
          tags,
          summary: 'Hold marketing to a person for a time: service messages pass',
          params: idParams,
          body: holdBody,
          response: { 201: hold },
        },
      },
      async (request, reply) => {
        const { for: forMs, ...asked } = request.body;
        const made = await holdMarketing(app, request.params.id, { ...asked, forMs, by: callerOf(request) });
        return reply.status(201).send(found(made, 'profile', request.params.id));
      },
    );

    server.post(
      '/profiles/:id/holds/release',
      {
        config: keyed('send', 'profile.release', changes(inPath)),
        schema: {
          tags,
          summary: 'Let marketing to a person go on: one hold, or all',
          params: idParams,
          body: holdReleaseBody,
          response: { 200: holdReleaseAnswer },
        },
      },
      async (request) => {
        const { id } = request.params;
        const released = await releaseMarketing(app, id, { holdId: request.body.holdId, by: callerOf(request) });
        return { profileId: id, released: found(released, 'profile', id) };
      },
    );
  };
}
