import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { changes, keyed, nobody } from '../access.js';
import { storeBackupAnswer } from '../contract/backups.js';
import type { ApiDeps } from '../deps.js';
import { Problem, present } from '../problem.js';

export function backupRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    server.post(
      '/backups',
      {
        config: keyed('admin', 'store.backup', changes(nobody)),
        schema: {
          tags: ['operations'],
          summary: 'Write a consistent copy of the embedded store into the data folder',
          response: { 201: storeBackupAnswer },
        },
      },
      async (_request, reply) => {
        const result = await present(deps.backup, 'make backups')();
        if (result.kind === 'refused') throw new Problem(409, 'no-backup', result.reason);
        return reply.status(201).send({ path: result.path, bytes: result.bytes });
      },
    );
  };
}
