import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { makeWriteKey, replaceWriteKey, showWriteKeys, withdrawWriteKey } from '../../app/keys/manage-write-keys.js';
import { changes, keyed, nobody, nothing } from '../access.js';
import { idParams, overlapMs, pageOf } from '../contract/shared.js';
import {
  listedWriteKey,
  newWriteKey,
  rotatedWriteKey,
  writeKeyCreateBody,
  writeKeyRevokeAnswer,
  writeKeyRotateBody,
} from '../contract/write-keys.js';
import type { ApiDeps } from '../deps.js';
import { Problem } from '../problem.js';

/** `/write-keys`: keys of the shop's event clients. */
export function writeKeyRoutes({ app }: Pick<ApiDeps, 'app'>): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['write keys'];
    const summary = 'Keys of the shop’s event clients, without their secrets';
    server.get(
      '/write-keys',
      { config: keyed('admin', 'write-key.list', nothing), schema: { tags, summary, response: { 200: pageOf(listedWriteKey) } } },
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
          summary: 'Make a key, by default for browsers',
          body: writeKeyCreateBody,
          response: { 201: newWriteKey },
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
          summary: 'Replace it by a new key of the same name and kind; the old one works for a while',
          params: idParams,
          body: writeKeyRotateBody,
          response: { 201: rotatedWriteKey },
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
          summary: 'End a key',
          params: idParams,
          response: { 200: writeKeyRevokeAnswer },
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
