import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type KeyKind, makeKey, replaceKey, showKeys, withdrawKey } from '../../app/manage-keys.js';
import type { ApiDeps } from '../deps.js';
import { Problem } from '../problem.js';
import { idParams, instant, maybeInstant, pageOf, plainText } from '../schemas.js';

const words = {
  write: { one: 'write key', id: 'WriteKey', listed: 'Keys of the shop’s event clients, without their secrets' },
  api: { one: 'API key', id: 'ApiKey', listed: 'Keys of this API, without their secrets' },
} as const;

/** `/write-keys` or `/api-keys`: list, make, rotate, revoke. */
function keyRoutes(kind: KeyKind) {
  const { one, id: schemaId, listed } = words[kind];
  const key = z
    .object({
      id: z.string(),
      name: z.string(),
      prefix: z.string().meta({ description: 'The first characters of its secret.' }),
      createdAt: instant,
      revokedAt: maybeInstant,
    })
    .meta({ id: schemaId });
  const made = z.object({ key, secret: z.string().meta({ description: 'Shown now and never again.' }) }).meta({ id: `New${schemaId}` });
  const path = `/${kind}-keys`;
  const tags = [`${one}s`];

  return ({ app }: Pick<ApiDeps, 'app'>): FastifyPluginAsyncZod =>
    async (server) => {
      server.get(path, { schema: { tags, summary: listed, response: { 200: pageOf(key) } } }, async () => ({
        items: await showKeys(app, kind),
        nextCursor: null,
      }));

      server.post(
        path,
        { schema: { tags, summary: 'Make a key', body: z.strictObject({ name: plainText(100) }), response: { 201: made } } },
        async (request, reply) => reply.status(201).send(await makeKey(app, kind, request.body.name)),
      );

      server.post(
        `${path}/:id/rotate`,
        {
          schema: {
            tags,
            summary: 'A new key in its place; the old one opens nothing any more',
            params: idParams,
            response: { 201: made },
          },
        },
        async (request, reply) => reply.status(201).send((await replaceKey(app, kind, request.params.id)) ?? refuse(request.params.id)),
      );

      server.post(
        `${path}/:id/revoke`,
        {
          schema: {
            tags,
            summary: 'The key opens nothing any more',
            params: idParams,
            body: z
              .strictObject({
                force: z.boolean().default(false).meta({ description: 'Also the last API key, without which nobody comes in.' }),
              })
              .default({ force: false }),
            response: { 200: z.object({ id: z.string(), revoked: z.literal(true) }) },
          },
        },
        async (request) => {
          const { id } = request.params;
          const result = await withdrawKey(app, kind, id, { evenTheLast: request.body.force });
          if (result === 'unknown') refuse(id);
          if (result === 'last') throw new Problem(409, 'last-api-key', lastKey(id));
          return { id, revoked: true as const };
        },
      );
    };

  function refuse(id: string): never {
    throw new Problem(404, `unknown-${kind}-key`, `There is no ${one} ${id} in use.`);
  }
}

function lastKey(id: string): string {
  return `${id} is the last API key in use: without it nobody comes in any more until a process starts anew and makes itself one. Make another first, rotate it, or force it.`;
}

export const writeKeyRoutes = keyRoutes('write');
export const apiKeyRoutes = keyRoutes('api');
