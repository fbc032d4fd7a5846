import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { showImport, showImports } from '../../app/imports/show-imports.js';
import { startImport } from '../../app/imports/start-import.js';
import { checkBatch, takeBatch } from '../../app/imports/take-batch.js';
import type { ImportKind } from '../../sources/file/fields.js';
import { changes, keyed, nobody, nothing, reads } from '../access.js';
import {
  importAnswer,
  importBatchAnswer,
  importBatchBody,
  importBody,
  importCheckAnswer,
  importCheckBody,
  startedImport,
} from '../contract/imports.js';
import { idParams, pageOf, pageQuery } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { toPageRequest } from '../from-contract.js';
import { found, notFound, Problem } from '../problem.js';

/** 2,000 lines of a wide file. */
const largestBody = 16 * 1024 * 1024;

/** Files that are imported, a part at a time (`sojourn import`). */
export function importRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['imports'];
    server.post(
      '/imports',
      {
        config: keyed('events', 'import.start', changes(nobody)),
        schema: {
          tags,
          summary: 'Begin to import a file, or learn how far it is',
          body: importBody,
          response: { 200: startedImport, 201: startedImport },
        },
      },
      async (request, reply) => {
        const result = await startImport(app, request.body);
        if (result.kind === 'unfit') throw new Problem(422, 'mapping-unfit', result.problems.join(' '));
        const { record, isNew, bound } = result;
        const { groupBy, read, unread } = bound;
        return reply.status(isNew ? 201 : 200).send({ import: answerOf(record), isNew, groupBy, read, unread });
      },
    );

    server.post(
      '/imports/:id/lines',
      {
        bodyLimit: largestBody,
        config: keyed('events', 'import.continue', changes(nobody)),
        schema: {
          tags,
          summary: 'Take the next lines of a file; lines that come twice do nothing twice',
          params: idParams,
          body: importBatchBody,
          response: { 200: importBatchAnswer },
        },
      },
      async (request) => {
        const { id } = request.params;
        const result = await takeBatch(app, id, request.body);
        if (result.kind === 'unknown') throw notFound('import', id);
        if (result.kind === 'elsewhere')
          throw new Problem(
            409,
            'import-elsewhere',
            `The import ${id} is at position ${result.record.position}, not at ${request.body.from}: go on there.`,
          );
        return { import: answerOf(result.record), faults: result.faults };
      },
    );

    server.post(
      '/import-checks',
      {
        bodyLimit: largestBody,
        config: keyed('events', 'import.check', reads(nobody)),
        schema: {
          tags,
          summary: 'What lines of a file would come to; nothing is written',
          body: importCheckBody,
          response: { 200: importCheckAnswer },
        },
      },
      async (request) => {
        const { groups, ...wanted } = request.body;
        const result = await checkBatch(app, wanted, groups);
        if (result.kind === 'unfit') throw new Problem(422, 'mapping-unfit', result.problems.join(' '));
        const { taken, silent: leftOut, faults, mapping } = result;
        return { taken, leftOut, faults, groupBy: mapping.groupBy, read: mapping.read, unread: mapping.unread };
      },
    );

    server.get(
      '/imports',
      {
        config: keyed('read', 'import.list', nothing),
        schema: { tags, summary: 'Imports, the newest first', querystring: pageQuery, response: { 200: pageOf(importAnswer) } },
      },
      async (request) => {
        const { items, nextCursor } = await showImports(app, toPageRequest(request.query));
        return { items: items.map(answerOf), nextCursor };
      },
    );

    server.get(
      '/imports/:id',
      {
        config: keyed('read', 'import.show', nothing),
        schema: { tags, summary: 'How far an import is', params: idParams, response: { 200: importAnswer } },
      },
      async (request) => answerOf(found(await showImport(app, request.params.id), 'import', request.params.id)),
    );
  };
}

function answerOf({
  digest: _digest,
  mapping: _mapping,
  header: _header,
  silent: leftOut,
  kind,
  ...told
}: NonNullable<Awaited<ReturnType<typeof showImport>>>) {
  return { ...told, kind: kind as ImportKind, leftOut };
}
