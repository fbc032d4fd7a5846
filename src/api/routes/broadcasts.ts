import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { checkBroadcast } from '../../app/broadcasts/check-broadcast.js';
import { type BroadcastControlResult, cancelBroadcast, pauseBroadcast, resumeBroadcast } from '../../app/broadcasts/control-broadcasts.js';
import { showBroadcast, showBroadcasts, showRecipients } from '../../app/broadcasts/show-broadcasts.js';
import { type BroadcastRequest, startBroadcast } from '../../app/broadcasts/start-broadcast.js';
import { limitMs, parseDuration } from '../../domain/time/duration.js';
import { changes, inAnswer, keyed, nobody, nothing, reads } from '../access.js';
import type { audience } from '../contract/broadcasts.js';
import {
  broadcast,
  broadcastBody,
  broadcastControl,
  broadcastForecast,
  broadcastRecipient,
  broadcastStory,
  startedBroadcast,
} from '../contract/broadcasts.js';
import { idParams, pageOf, pageQuery, repeatableHeaders } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { toDeadline, toPageRequest } from '../from-contract.js';
import { found, notFound, Problem } from '../problem.js';

/** A million ids of ours are some thirty megabytes. */
const largestBody = 64 * 1024 * 1024;
const idsTold = 100;

/** Messages to many, paced: start, progress, pause, resume, cancel. */
export function broadcastRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['broadcasts'];
    server.post(
      '/broadcasts',
      {
        config: keyed('send', 'broadcast.start', changes(nobody)),
        bodyLimit: largestBody,
        schema: {
          tags,
          summary: 'Start a message to many people; the gate decides about each',
          description: 'With an `Idempotency-Key`, a repeated request starts nothing again.',
          headers: repeatableHeaders,
          body: broadcastBody,
          response: { 201: startedBroadcast, 200: startedBroadcast },
        },
      },
      async (request, reply) => {
        const result = await startBroadcast(app, toRequest(request.body), request.headers['idempotency-key'] ?? null);
        switch (result.kind) {
          case 'started':
            return reply.status(result.isNew ? 201 : 200).send({
              id: result.id,
              total: result.total,
              unknown: toldUnknown(result.unknown),
            });
          case 'unknown-template':
            throw notFound('template', request.body.template);
          case 'other-request':
            throw new Problem(
              409,
              'idempotency-key-used',
              'This Idempotency-Key was used for another request: take a new key for each broadcast.',
            );
          case 'refused':
            throw new Problem(422, result.code, result.reason);
        }
      },
    );

    server.post(
      '/broadcast-checks',
      {
        config: keyed('send', 'broadcast.check', reads(nobody)),
        bodyLimit: largestBody,
        schema: {
          tags,
          summary: 'Who would get this broadcast, who would wait, who would not get it and why; nothing is started',
          body: broadcastBody,
          response: { 200: broadcastForecast },
        },
      },
      async (request) => {
        const result = await checkBroadcast(app, toRequest(request.body));
        switch (result.kind) {
          case 'forecast':
            return { ...result.forecast, unknown: toldUnknown(result.forecast.unknown) };
          case 'unknown-template':
            throw notFound('template', request.body.template);
          case 'refused':
            throw new Problem(422, result.code, result.reason);
        }
      },
    );

    server.get(
      '/broadcasts',
      {
        config: keyed('read', 'broadcast.list', nothing),
        schema: { tags, summary: 'Broadcasts, the newest first', querystring: pageQuery, response: { 200: pageOf(broadcast) } },
      },
      (request) => showBroadcasts(app, toPageRequest(request.query)),
    );

    server.get(
      '/broadcasts/:id',
      {
        config: keyed('read', 'broadcast.show', nothing),
        schema: { tags, summary: 'One broadcast, and its progress', params: idParams, response: { 200: broadcastStory } },
      },
      async (request) => found(await showBroadcast(app, request.params.id), 'broadcast', request.params.id),
    );

    server.get(
      '/broadcasts/:id/recipients',
      {
        config: keyed('read', 'broadcast.recipients', reads(inAnswer)),
        schema: {
          tags,
          summary: 'The recipients by position, and what happened to each message',
          params: idParams,
          querystring: pageQuery,
          response: { 200: pageOf(broadcastRecipient) },
        },
      },
      async (request) => found(await showRecipients(app, request.params.id, toPageRequest(request.query)), 'broadcast', request.params.id),
    );

    const actions = [
      { path: 'pause', summary: 'Pause: no more recipients fall due, and waiting messages are held', act: pauseBroadcast },
      { path: 'resume', summary: 'Resume: it continues at the same pace, after the people whom it has reached', act: resumeBroadcast },
      { path: 'cancel', summary: 'End it: people who still wait do not get it. This cannot be undone', act: cancelBroadcast },
    ] as const;
    for (const { path, summary, act } of actions) {
      server.post(
        `/broadcasts/:id/${path}`,
        {
          config: keyed('send', `broadcast.${path}`, changes(nobody)),
          schema: { tags, summary, params: idParams, response: { 200: broadcastControl } },
        },
        async (request) => answer(request.params.id, await act(app, request.params.id)),
      );
    }

    function toRequest(body: z.output<typeof broadcastBody>): BroadcastRequest {
      const over = body.over === undefined ? null : parseDuration(body.over);
      return {
        name: body.name,
        template: body.template,
        to: audienceOf(body.to),
        data: body.data,
        startsAt: body.startsAt ?? null,
        overMs: typeof over === 'object' && over !== null ? limitMs(over) : 0,
        deadline: body.deadline === undefined ? null : toDeadline(body.deadline),
        priority: body.priority ?? null,
      };
    }
  };
}

function toldUnknown(unknown: readonly string[]): z.output<typeof startedBroadcast>['unknown'] {
  return { count: unknown.length, ids: unknown.slice(0, idsTold) };
}

const listedBy = { profileId: 'profile', userId: 'user', email: 'email' } as const;

function audienceOf(to: z.output<typeof audience>): BroadcastRequest['to'] {
  if ('profileIds' in to) return { by: 'profile', ids: to.profileIds };
  if ('userIds' in to) return { by: 'user', ids: to.userIds };
  if ('emails' in to) return { by: 'email', ids: to.emails };
  if ('segment' in to) return { by: 'everyone', traits: to.traits, segment: to.segment };
  if ('everyone' in to) return { by: 'everyone', traits: to.traits };
  return { by: listedBy[to.by], ids: to.recipients.map(({ id }) => id), data: to.recipients.map(({ data }) => data) };
}

function answer(id: string, result: BroadcastControlResult): z.output<typeof broadcastControl> {
  switch (result.kind) {
    case 'done':
    case 'unchanged':
      return { id, state: result.state, changed: result.kind === 'done' };
    case 'unknown':
      throw notFound('broadcast', id);
    case 'refused':
      throw new Problem(409, 'broadcast-ended', result.reason);
  }
}
