import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { makeWriteKey, replaceKey, showWriteKeys, withdrawKey } from '../../app/manage-keys.js';
import { writeKeyKinds } from '../../domain/speaker.js';
import { changes, keyed, nobody, nothing } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { Problem } from '../problem.js';
import { idParams, instant, maybeInstant, pageOf, plainText } from '../schemas.js';

const key = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string().meta({ description: 'The first characters of its secret.' }),
  createdAt: instant,
  revokedAt: maybeInstant,
});
const kind = z.enum(writeKeyKinds).meta({ description: 'A browser key is public, a server key is secret.' });
const writeKey = key
  .extend({ kind, isOld: z.boolean().meta({ description: 'Made before there were two kinds: it is a browser key now.' }) })
  .meta({ id: 'WriteKey' });
const secret = z.string().meta({ description: 'Shown now and never again.' });
const made = z.object({ key, secret }).meta({ id: 'NewWriteKey' });
const name = plainText(100);

/** `/write-keys`: keys of the shop's event clients. */
export function writeKeyRoutes({ app }: Pick<ApiDeps, 'app'>): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['write keys'];
    const summary = 'Keys of the shop’s event clients, without their secrets';
    server.get(
      '/write-keys',
      { config: keyed('admin', 'write-key.list', nothing), schema: { tags, summary, response: { 200: pageOf(writeKey) } } },
      async () => ({
        items: await showWriteKeys(app),
        nextCursor: null,
      }),
    );
    server.post(
      '/write-keys',
      {
        config: keyed('admin', 'write-key.create', changes(nobody)),
        schema: {
          tags,
          summary: 'Make a key, for browsers where it is not said otherwise',
          body: z.strictObject({ name, kind: kind.default('browser') }),
          response: { 201: made },
        },
      },
      async (request, reply) => reply.status(201).send(await makeWriteKey(app, request.body.kind, request.body.name)),
    );
    server.post(
      '/write-keys/:id/rotate',
      {
        config: keyed('admin', 'write-key.rotate', changes(nobody)),
        schema: { tags, summary: 'A new key in its place; the old one opens nothing any more', params: idParams, response: { 201: made } },
      },
      async (request, reply) => reply.status(201).send((await replaceKey(app, 'write', request.params.id)) ?? refuse(request.params.id)),
    );
    server.post(
      '/write-keys/:id/revoke',
      {
        config: keyed('admin', 'write-key.revoke', changes(nobody)),
        schema: {
          tags,
          summary: 'The key opens nothing any more',
          params: idParams,
          response: { 200: z.object({ id: z.string(), revoked: z.literal(true) }) },
        },
      },
      async (request) => {
        const { id } = request.params;
        if ((await withdrawKey(app, 'write', id, { evenTheLast: true })) === 'unknown') refuse(id);
        return { id, revoked: true as const };
      },
    );
  };
}

function refuse(id: string): never {
  throw new Problem(404, 'unknown-write-key', `There is no write key ${id} in use.`);
}
