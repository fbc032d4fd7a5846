import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { makeApiKey, replaceApiKey, showApiKeys, withdrawApiKey } from '../../app/keys/manage-api-keys.js';
import { scopes } from '../../domain/keys/scopes.js';
import { changes, keyed, nobody, nothing } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { Problem } from '../problem.js';
import { idParams, instant, maybeInstant, overlap, overlapMs, pageOf, plainText } from '../schemas.js';

const scope = z.enum(scopes);

const key = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z.string().meta({ description: 'The first characters of its secret.' }),
    scopes: z.array(scope).readonly(),
    isOfOldKind: z.boolean().meta({ description: 'Made before keys had scopes: it opens everything. Rotate it, or make narrower ones.' }),
    createdAt: instant,
    expiresAt: maybeInstant.meta({ description: 'From then on it opens nothing; null: it does not end by itself.' }),
    lastUsedAt: maybeInstant.meta({ description: 'A minute old at most; null: never.' }),
    revokedAt: maybeInstant,
    parentId: z.string().nullable().meta({ description: 'The key that made it; null: a process made it for its owner.' }),
    replaces: z.string().nullable().meta({ description: 'The key in whose place it was made.' }),
  })
  .meta({ id: 'ApiKey' });

const secret = z.string().meta({ description: 'Shown now and never again.' });
const made = z.object({ key, secret }).meta({ id: 'NewApiKey' });

const wanted = z.strictObject({
  name: plainText(100),
  scopes: z.array(scope).min(1).default(['admin']).meta({ description: 'What it may do; everything (`admin`) where it is not said.' }),
  expiresAt: instant.optional().meta({ description: 'A key does not outlive the one that makes it.' }),
});

/** Keys of this API: list, make, rotate, revoke. */
export function apiKeyRoutes({ app }: Pick<ApiDeps, 'app'>): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['API keys'];
    server.get(
      '/api-keys',
      {
        config: keyed('admin', 'api-key.list', nothing),
        schema: { tags, summary: 'Keys of this API, without their secrets', response: { 200: pageOf(key) } },
      },
      async () => ({ items: await showApiKeys(app), nextCursor: null }),
    );

    server.post(
      '/api-keys',
      {
        config: keyed('admin', 'api-key.create', changes(nobody)),
        schema: { tags, summary: 'Make a key', body: wanted, response: { 201: made } },
      },
      async (request, reply) => {
        const { name, scopes: asked, expiresAt } = request.body;
        const result = await makeApiKey(app, { name, scopes: [...new Set(asked)], expiresAt: expiresAt ?? null }, request.apiKey);
        if (result.kind === 'refused') throw new Problem(422, 'key-not-made', result.reason);
        return reply.status(201).send(result.made);
      },
    );

    server.post(
      '/api-keys/:id/rotate',
      {
        config: keyed('admin', 'api-key.rotate', changes(nobody)),
        schema: {
          tags,
          summary: 'A new key of the same name and scopes in its place; the old one goes on for a while',
          params: idParams,
          body: z.strictObject({ overlap }).default({ overlap: 'PT24H' }),
          response: { 201: made.extend({ oldEndsAt: instant }).meta({ id: 'RotatedApiKey' }) },
        },
      },
      async (request, reply) => {
        const result = await replaceApiKey(app, request.params.id, overlapMs(request.body.overlap), request.apiKey);
        return reply.status(201).send(result ?? refuse(request.params.id));
      },
    );

    server.post(
      '/api-keys/:id/revoke',
      {
        config: keyed('admin', 'api-key.revoke', changes(nobody)),
        schema: {
          tags,
          summary: 'The key opens nothing any more; nor do those that it made, where that is said',
          params: idParams,
          body: z
            .strictObject({
              descendants: z.boolean().default(false).meta({ description: 'Also the keys that it made, and those that these made.' }),
              force: z
                .boolean()
                .default(false)
                .meta({ description: 'Also the last key of scope admin, without which nobody makes another.' }),
            })
            .default({ descendants: false, force: false }),
          response: {
            200: z.object({
              id: z.string(),
              revoked: z.literal(true),
              also: z.array(key).readonly().meta({ description: 'Keys that it had made and that were revoked with it.' }),
              left: z.array(key).readonly().meta({ description: 'Keys that it had made and that still open what they did.' }),
            }),
          },
        },
      },
      async (request) => {
        const { id } = request.params;
        const { force, descendants } = request.body;
        const result = await withdrawApiKey(app, id, { evenTheLast: force, withDescendants: descendants });
        if (result.kind === 'unknown') refuse(id);
        if (result.kind === 'last') throw new Problem(409, 'last-api-key', lastKey(id));
        return { id, revoked: true as const, also: result.also, left: result.left };
      },
    );
  };
}

function refuse(id: string): never {
  throw new Problem(404, 'unknown-api-key', `There is no API key ${id} in use.`);
}

function lastKey(id: string): string {
  return `After ${id} no API key of scope admin is left: nobody comes in any more until a process starts anew and makes itself one. Make another first, rotate it, or force it.`;
}
