import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { exitEntry } from '../../app/entries/exit-entry.js';
import { listEntrySummaries, showEntry } from '../../app/entries/show-entry.js';
import { changes, inAnswer, keyed, nobody, nothing, reads, theirEntry } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { found, notFound, Problem, present } from '../problem.js';
import { idParams, instant, maybeInstant, pageOf, pageQuery, plainText, toPageRequest } from '../schemas.js';
import { entryUrl, message } from './messages.js';

const entry = z
  .object({
    id: z.string(),
    journeyId: z.string(),
    version: z.number().nullable(),
    profileId: z.string(),
    key: z.string(),
    cartId: z.string().nullable(),
    state: z.enum(['armed', 'open', 'finished']),
    activity: z.enum(['ready', 'waiting', 'queued', 'submitting', 'held', 'done']),
    step: z.string().nullable(),
    dueAt: maybeInstant,
    outcome: z.string().nullable(),
    reason: z.string().nullable(),
    triggerEventId: z.string().nullable(),
    createdAt: instant,
    enteredAt: maybeInstant,
    finishedAt: maybeInstant,
    workflowId: z.string(),
    fruitlessPokes: z.number(),
    fault: z.object({ words: z.string(), times: z.number() }).nullable().meta({
      description: 'How its last turn failed (class of the error, code, place), and how often in a row; three times and more is stuck.',
    }),
    sentence: z.string().meta({ description: 'Where it stands, for people.' }),
  })
  .meta({ id: 'Entry' });

const story = entry
  .extend({
    trace: z.array(z.object({ at: instant, step: z.string().nullable(), kind: z.string(), text: z.string() })).readonly(),
    reactsTo: z.array(z.object({ event: z.string(), by: z.enum(['profile', 'cart']), purpose: z.string() })).readonly(),
    messages: z.array(message).readonly(),
    unseenInputs: z.number(),
    temporalUrl: z.string().nullable(),
  })
  .meta({ id: 'EntryStory' });

const stuckEntry = z
  .object({
    id: z.string(),
    journeyId: z.string(),
    workflowId: z.string(),
    pokes: z.number(),
    fault: z.string().nullable(),
    finding: z.string(),
  })
  .meta({ id: 'StuckEntry' });

const asked = z.object({
  entryId: z.string(),
  asked: z.boolean().meta({ description: 'False: it had ended already.' }),
  outcome: z.string().nullable(),
});

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
          querystring: pageQuery.extend({
            journeyId: plainText(200).optional(),
            profileId: plainText(100).optional(),
            state: entry.shape.state.optional(),
            activity: entry.shape.activity.optional(),
          }),
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
          response: { 200: story },
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
          summary: 'Ask an entry to leave, before its next message',
          params: idParams,
          body: z
            .object({
              reason: z
                .string()
                .regex(/^[a-z0-9-]{1,60}$/, 'A code such as `by-request`.')
                .default('by-request'),
            })
            .default({ reason: 'by-request' }),
          response: { 202: asked, 200: asked },
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
          summary: 'Start a stuck entry’s workflow anew from the store',
          params: idParams,
          response: { 202: z.object({ entryId: z.string(), asked: z.literal(true) }) },
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
          summary: 'Entries that five pokes did not move, or whose turn failed three times in the same way, with what is wrong',
          response: { 200: z.object({ items: z.array(stuckEntry).readonly() }) },
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
          summary: 'Make sure that every open entry has its workflow: after a Temporal that came back empty',
          response: { 202: z.object({ done: z.number(), total: z.number() }) },
        },
      },
      async (_request, reply) => reply.status(202).send(await present(deps.reconcile, 'reconcile: it runs no relay')()),
    );
  };
}
