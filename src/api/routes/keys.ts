import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { makeWriteKey, replaceWriteKey, showWriteKeys, withdrawWriteKey } from '../../app/keys/manage-write-keys.js';
import { writeKeyKinds } from '../../domain/keys/speaker.js';
import { changes, keyed, nobody, nothing } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { Problem } from '../problem.js';
import { idParams, instant, maybeInstant, overlap, overlapMs, pageOf, plainText } from '../schemas.js';

const kind = z.enum(writeKeyKinds).meta({ description: 'A browser key is public, a server key is secret.' });
const key = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z.string().meta({ description: 'The first characters of its secret.' }),
    kind,
    isOld: z.boolean().meta({ description: 'Made before there were two kinds: it is a browser key now.' }),
    createdAt: instant,
    endsAt: maybeInstant.meta({ description: 'From then on it opens nothing, because another took its place.' }),
    lastUsedAt: maybeInstant.meta({ description: 'Some seconds old at most; null: never.' }),
    revokedAt: maybeInstant,
  })
  .meta({ id: 'WriteKey' });
const shown = key
  .extend({
    refused: z
      .array(z.object({ code: z.string(), what: z.string(), count: z.number().int(), lastAt: instant }))
      .readonly()
      .meta({ description: 'What it tried that a browser key may not.' }),
  })
  .meta({ id: 'ListedWriteKey' });
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
      { config: keyed('admin', 'write-key.list', nothing), schema: { tags, summary, response: { 200: pageOf(shown) } } },
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
        schema: {
          tags,
          summary: 'A new key of the same name and kind in its place; the old one goes on for a while',
          params: idParams,
          body: z.strictObject({ overlap }).default({ overlap: 'PT24H' }),
          response: { 201: made.extend({ oldEndsAt: instant }).meta({ id: 'RotatedWriteKey' }) },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        return reply.status(201).send((await replaceWriteKey(app, id, overlapMs(request.body.overlap))) ?? refuse(id));
      },
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
        if (!(await withdrawWriteKey(app, id))) refuse(id);
        return { id, revoked: true as const };
      },
    );
  };
}

function refuse(id: string): never {
  throw new Problem(404, 'unknown-write-key', `There is no write key ${id} in use.`);
}
