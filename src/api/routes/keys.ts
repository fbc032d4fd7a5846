import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type KeyKind, makeKey, makeWriteKey, replaceKey, showKeys, showWriteKeys, withdrawKey } from '../../app/manage-keys.js';
import { writeKeyKinds } from '../../domain/speaker.js';
import type { ApiDeps } from '../deps.js';
import { Problem } from '../problem.js';
import { idParams, instant, maybeInstant, pageOf, plainText } from '../schemas.js';

const words = { write: 'write key', api: 'API key' } as const;

const key = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string().meta({ description: 'The first characters of its secret.' }),
  createdAt: instant,
  revokedAt: maybeInstant,
});
const apiKey = key.meta({ id: 'ApiKey' });
const kind = z.enum(writeKeyKinds).meta({ description: 'A browser key is public, a server key is secret.' });
const writeKey = key
  .extend({ kind, isOld: z.boolean().meta({ description: 'Made before there were two kinds: it is a browser key now.' }) })
  .meta({ id: 'WriteKey' });
const secret = z.string().meta({ description: 'Shown now and never again.' });
const made = { write: z.object({ key, secret }).meta({ id: 'NewWriteKey' }), api: z.object({ key, secret }).meta({ id: 'NewApiKey' }) };
const name = plainText(100);

/** `/write-keys`: keys of the shop's event clients. */
export function writeKeyRoutes({ app }: Pick<ApiDeps, 'app'>): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['write keys'];
    const summary = 'Keys of the shop’s event clients, without their secrets';
    server.get('/write-keys', { schema: { tags, summary, response: { 200: pageOf(writeKey) } } }, async () => ({
      items: await showWriteKeys(app),
      nextCursor: null,
    }));
    server.post(
      '/write-keys',
      {
        schema: {
          tags,
          summary: 'Make a key, for browsers where it is not said otherwise',
          body: z.strictObject({ name, kind: kind.default('browser') }),
          response: { 201: made.write },
        },
      },
      async (request, reply) => reply.status(201).send(await makeWriteKey(app, request.body.kind, request.body.name)),
    );
    await server.register(changeRoutes('write', app));
  };
}

/** `/api-keys`: keys of this API. */
export function apiKeyRoutes({ app }: Pick<ApiDeps, 'app'>): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['API keys'];
    const summary = 'Keys of this API, without their secrets';
    server.get('/api-keys', { schema: { tags, summary, response: { 200: pageOf(apiKey) } } }, async () => ({
      items: await showKeys(app, 'api'),
      nextCursor: null,
    }));
    server.post(
      '/api-keys',
      { schema: { tags, summary: 'Make a key', body: z.strictObject({ name }), response: { 201: made.api } } },
      async (request, reply) => reply.status(201).send(await makeKey(app, 'api', request.body.name)),
    );
    await server.register(changeRoutes('api', app));
  };
}

/** Rotate and revoke, the same for both. */
function changeRoutes(of: KeyKind, app: ApiDeps['app']): FastifyPluginAsyncZod {
  const one = words[of];
  const path = `/${of}-keys`;
  const tags = [`${one}s`];

  return async (server) => {
    server.post(
      `${path}/:id/rotate`,
      {
        schema: {
          tags,
          summary: 'A new key in its place; the old one opens nothing any more',
          params: idParams,
          response: { 201: made[of] },
        },
      },
      async (request, reply) => reply.status(201).send((await replaceKey(app, of, request.params.id)) ?? refuse(request.params.id)),
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
        const result = await withdrawKey(app, of, id, { evenTheLast: request.body.force });
        if (result === 'unknown') refuse(id);
        if (result === 'last') throw new Problem(409, 'last-api-key', lastKey(id));
        return { id, revoked: true as const };
      },
    );
  };

  function refuse(id: string): never {
    throw new Problem(404, `unknown-${of}-key`, `There is no ${one} ${id} in use.`);
  }
}

function lastKey(id: string): string {
  return `${id} is the last API key in use: without it nobody comes in any more until a process starts anew and makes itself one. Make another first, rotate it, or force it.`;
}
