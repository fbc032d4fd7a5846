import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { makeApiKey, replaceApiKey, showApiKeys, withdrawApiKey } from '../../app/keys/manage-api-keys.js';
import { changes, keyed, nobody, nothing } from '../access.js';
import {
  apiKey,
  apiKeyCreateBody,
  apiKeyRevokeAnswer,
  apiKeyRevokeBody,
  apiKeyRotateBody,
  newApiKey,
  rotatedApiKey,
} from '../contract/api-keys.js';
import { idParams, overlapMs, pageOf } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { Problem } from '../problem.js';

/** Keys of this API: list, make, rotate, revoke. */
export function apiKeyRoutes({ app }: Pick<ApiDeps, 'app'>): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['API keys'];
    server.get(
      '/api-keys',
      {
        config: keyed('admin', 'api-key.list', nothing),
        schema: { tags, summary: 'Keys of this API, without their secrets', response: { 200: pageOf(apiKey) } },
      },
      async () => ({ items: await showApiKeys(app), nextCursor: null }),
    );

    server.post(
      '/api-keys',
      {
        config: keyed('admin', 'api-key.create', changes(nobody)),
        schema: { tags, summary: 'Make a key', body: apiKeyCreateBody, response: { 201: newApiKey } },
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
          summary: 'Replace it by a new key of the same name and scopes; the old one works for a while',
          params: idParams,
          body: apiKeyRotateBody,
          response: { 201: rotatedApiKey },
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
          summary: 'End a key and, if requested, the keys that it made',
          params: idParams,
          body: apiKeyRevokeBody,
          response: {
            200: apiKeyRevokeAnswer,
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
  return `After ${id} no API key of scope admin remains: nobody has access until a process restarts and makes itself one. Make another first, rotate it, or force it.`;
}
