import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { createWriteKey, listWriteKeys, revokeWriteKey, rotateWriteKey } from '../../app/manage-keys.js';
import type { ApiDeps } from '../deps.js';
import { Problem } from '../problem.js';
import { idParams, instant, maybeInstant, pageOf } from '../schemas.js';

const key = z
  .object({ id: z.string(), name: z.string(), prefix: z.string(), createdAt: instant, revokedAt: maybeInstant })
  .meta({ id: 'WriteKey' });
const made = z.object({ key, secret: z.string().meta({ description: 'Shown now and never again.' }) }).meta({ id: 'NewWriteKey' });

export function writeKeyRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['write keys'];
    server.get(
      '/write-keys',
      { schema: { tags, summary: 'Keys of the shop’s event clients, without their secrets', response: { 200: pageOf(key) } } },
      async () => ({
        items: await listWriteKeys(app),
        nextCursor: null,
      }),
    );

    server.post(
      '/write-keys',
      { schema: { tags, summary: 'Make a key', body: z.object({ name: z.string().min(1).max(100) }), response: { 201: made } } },
      async (request, reply) => reply.status(201).send(await createWriteKey(app, request.body.name)),
    );

    server.post(
      '/write-keys/:id/rotate',
      {
        schema: { tags, summary: 'A new key in its place; the old one opens nothing any more', params: idParams, response: { 201: made } },
      },
      async (request, reply) => reply.status(201).send((await rotateWriteKey(app, request.params.id)) ?? refuse(request.params.id)),
    );

    server.post(
      '/write-keys/:id/revoke',
      {
        schema: {
          tags,
          summary: 'The key opens nothing any more',
          params: idParams,
          response: { 200: z.object({ id: z.string(), revoked: z.literal(true) }) },
        },
      },
      async (request) => {
        if (!(await revokeWriteKey(app, request.params.id))) refuse(request.params.id);
        return { id: request.params.id, revoked: true as const };
      },
    );
  };
}

function refuse(id: string): never {
  throw new Problem(404, 'unknown-write-key', `There is no write key ${id} in use.`);
}
