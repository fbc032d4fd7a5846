import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { exitEntry } from '../../app/entries/exit-entry.js';
import { listEntrySummaries, showEntry } from '../../app/entries/show-entry.js';
import { changes, inAnswer, keyed, nobody, nothing, reads, theirEntry } from '../access.js';
import {
  entry,
  entryExitAnswer,
  entryExitBody,
  entryListQuery,
  entryReconcileAnswer,
  entryRestartAnswer,
  entryStory,
  stuckEntryListAnswer,
} from '../contract/entries.js';
import { idParams, pageOf } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { toPageRequest } from '../from-contract.js';
import { found, notFound, Problem, present } from '../problem.js';
import { entryUrl } from './messages.js';

export function entryRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  const { app } = deps;
  return async (server) => {
    const tags = ['entries'];
    server.get(
      '/entries',
      {
        config: keyed('read', 'entry.list', reads(inAnswer)),
        schema: {
          tags,
          summary: 'Entries by journey, profile and state, the newest first',
          querystring: entryListQuery,
          response: { 200: pageOf(entry) },
        },
      },
      (request) => listEntrySummaries(app, request.query, toPageRequest(request.query)),
    );

    server.get(
      '/entries/:id',
      {
        config: keyed('read', 'entry.show', reads(inAnswer)),
        schema: {
          tags,
          summary: 'One entry with its trace, what it reacts to, and its messages',
          params: idParams,
          response: { 200: entryStory },
        },
      },
      async (request) => {
        const told = found(await showEntry(app, request.params.id), 'entry', request.params.id);
        return { ...told, temporalUrl: entryUrl(deps, told.journeyId, told.id) };
      },
    );

    server.post(
      '/entries/:id/exit',
      {
        config: keyed('send', 'entry.exit', changes(theirEntry)),
        schema: {
          tags,
          summary: 'Ask an entry to exit, before its next message',
          params: idParams,
          body: entryExitBody,
          response: { 202: entryExitAnswer, 200: entryExitAnswer },
        },
      },
      async (request, reply) => {
        const result = await exitEntry(app, request.params.id, request.body.reason);
        if (result.kind === 'unknown') throw notFound('entry', request.params.id);
        return result.kind === 'asked'
          ? reply.status(202).send({ entryId: request.params.id, asked: true, outcome: null })
          : reply.status(200).send({ entryId: request.params.id, asked: false, outcome: result.outcome });
      },
    );

    server.post(
      '/entries/:id/restart',
      {
        config: keyed('admin', 'entry.restart', changes(theirEntry)),
        schema: {
          tags,
          summary: 'Start a stuck entry’s workflow again from the store',
          params: idParams,
          response: { 202: entryRestartAnswer },
        },
      },
      async (request, reply) => {
        const restart = present(deps.restartStuck, 'restart entries: it runs no relay');
        const { id } = request.params;
        if (!(await restart(id))) {
          const known = found(await showEntry(app, id), 'entry', id);
          throw new Problem(409, 'entry-finished', `The entry ${id} cannot be restarted: ${known.sentence}`);
        }
        return reply.status(202).send({ entryId: id, asked: true });
      },
    );

    server.get(
      '/stuck-entries',
      {
        config: keyed('read', 'stuck-entry.list', nothing),
        schema: {
          tags,
          summary: 'Entries that five pokes did not move, or whose turn failed three times in the same way, with the cause',
          response: { 200: stuckEntryListAnswer },
        },
      },
      async () => ({ items: await present(deps.stuckEntries, 'look into Temporal: it runs no relay')() }),
    );

    server.post(
      '/reconciliations',
      {
        config: keyed('admin', 'entry.reconcile', changes(nobody)),
        schema: {
          tags,
          summary: 'Make sure that every open entry has its workflow, for example after Temporal lost its data',
          response: { 202: entryReconcileAnswer },
        },
      },
      async (_request, reply) => reply.status(202).send(await present(deps.reconcile, 'reconcile: it runs no relay')()),
    );
  };
}
