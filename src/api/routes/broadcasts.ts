import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { checkBroadcast } from '../../app/broadcasts/check-broadcast.js';
import { type BroadcastControlResult, cancelBroadcast, pauseBroadcast, resumeBroadcast } from '../../app/broadcasts/control-broadcasts.js';
import { showBroadcast, showBroadcasts, showRecipients } from '../../app/broadcasts/show-broadcasts.js';
import { type BroadcastRequest, startBroadcast } from '../../app/broadcasts/start-broadcast.js';
import { limitMs, parseDuration } from '../../domain/time/duration.js';
import { changes, inAnswer, keyed, nobody, nothing, reads } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { found, notFound, Problem } from '../problem.js';
import { idParams, instant, instantOrDuration, maybeInstant, pageOf, pageQuery, plainText, toDeadline, toPageRequest } from '../schemas.js';

const broadcast = z
  .object({
    id: z.string(),
    name: z.string(),
    template: z.string(),
    state: z.enum(['running', 'paused', 'cancelled', 'finished']),
    settings: z.object({
      channel: z.string(),
      class: z.string(),
      topic: z.string(),
      priority: z.number(),
      overMs: z.number(),
      deadlineAt: maybeInstant,
      pausedAt: maybeInstant,
    }),
    total: z.number().meta({ description: 'Recipients, each person once.' }),
    enrolled: z.number().meta({ description: 'Recipients whose turn has been prepared.' }),
    createdAt: instant,
    startsAt: instant,
    finishedAt: maybeInstant,
  })
  .meta({ id: 'Broadcast' });

const story = broadcast
  .extend({
    journeyId: z.string().meta({ description: 'Its messages: `GET /v1/messages?journeyId=…`.' }),
    progress: z.object({
      sent: z.number().meta({ description: 'Taken by the provider; delivered, bounced and failed are of these.' }),
      delivered: z.number(),
      bounced: z.number(),
      failed: z.number(),
      unknown: z.number(),
      waiting: z.number().meta({ description: 'Under way: waiting for a slot, a queue or their turn.' }),
      toCome: z.number().meta({ description: 'Not due yet.' }),
      skipped: z.array(z.object({ reason: z.string(), count: z.number() })).readonly(),
      passedOver: z.number().meta({ description: 'Erased since, or the same person as another recipient.' }),
      clicked: z.number().meta({ description: 'Messages in which a person clicked.' }),
      perMinute: z.number().meta({ description: 'Over the last five minutes.' }),
      expectedEnd: maybeInstant,
    }),
  })
  .meta({ id: 'BroadcastStory' });

const started = z
  .object({
    id: z.string(),
    total: z.number(),
    unknown: z
      .object({ count: z.number(), ids: z.array(z.string()).readonly() })
      .meta({ description: 'Ids that name nobody; the first hundred.' }),
  })
  .meta({ id: 'StartedBroadcast' });

const control = z.object({ id: z.string(), state: broadcast.shape.state, changed: z.boolean() }).meta({ id: 'BroadcastControl' });

const counts = z.array(z.object({ reason: z.string(), count: z.number() })).readonly();
const forecast = z
  .object({
    total: z.number(),
    unknown: started.shape.unknown,
    checked: z.number().meta({ description: 'How many were asked about: all, or a sample of 200; the counts are of these.' }),
    now: z.number(),
    later: counts,
    not: counts,
    first: z
      .array(
        z.object({
          profileId: z.string(),
          userIds: z.array(z.string()).readonly(),
          firstName: z.string().nullable(),
          email: z.string().nullable(),
        }),
      )
      .readonly()
      .meta({ description: 'The first five, to see whether the list means whom it should.' }),
  })
  .meta({ id: 'BroadcastForecast' });

const mostRecipients = 1_000_000;
const ids = z.array(plainText(255)).min(1).max(mostRecipients);
const audience = z
  .union(
    [
      z.strictObject({ profileIds: ids }),
      z.strictObject({ userIds: ids.meta({ description: 'The shop’s own ids, as in its events.' }) }),
      z.strictObject({ emails: ids.meta({ description: 'Addresses; of several people with one, who was active last.' }) }),
      z.strictObject({
        by: z.enum(['profileId', 'userId', 'email']),
        recipients: z
          .array(z.strictObject({ id: plainText(320), data: z.record(z.string(), z.unknown()).nullable().default(null) }))
          .min(1)
          .max(mostRecipients)
          .meta({ description: 'Each with data of its own, which lies over that of the broadcast.' }),
      }),
      z.strictObject({
        everyone: z.literal(true),
        traits: z.record(z.string(), z.unknown()).default({}).meta({ description: 'Only those with these traits.' }),
      }),
    ],
    'Name one of profileIds, userIds, emails, recipients (with by) or everyone (as true).',
  )
  .meta({ id: 'Audience' });

const asked = z.object({
  name: plainText(200),
  template: plainText(100),
  to: audience,
  data: z
    .record(z.string(), z.unknown())
    .default({})
    .meta({ description: 'What the template reads as `data`, the same for all; `by_language` in it holds what differs by language.' }),
  startsAt: instant.optional().meta({ description: 'Else now.' }),
  over: z
    .string()
    .max(60)
    .refine((text) => typeof parseDuration(text) === 'object', 'It is a duration such as PT2H.')
    .optional()
    .meta({ description: 'Recipients fall due evenly over this time; else as quickly as they can be sent.' }),
  deadline: instantOrDuration.optional().meta({ description: 'The last instant for everyone; else two days after each falls due.' }),
  priority: z.number().int().min(0).max(100).optional().meta({ description: '0–100, higher wins; else 20.' }),
});

/** A million ids of ours are some thirty megabytes. */
const largestBody = 64 * 1024 * 1024;
const idsTold = 100;

/** Messages to many, paced: start, progress, pause, resume, cancel. */
const broadcastRecipient = z
  .object({
    position: z.number(),
    profileId: z.string(),
    to: z.string().nullable().meta({ description: 'The address or number that it went to, or would go to now.' }),
    state: z.string().meta({ description: 'State of the message, or `to-come`, `waiting`, `passed-over`.' }),
    reason: z.string().nullable(),
    messageId: z.string().nullable(),
  })
  .meta({ id: 'BroadcastRecipient' });

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
          summary: 'Start a message to many; each passes the gate by itself',
          description: 'With an `Idempotency-Key`, a request that comes again starts nothing again.',
          headers: z.object({ 'idempotency-key': z.string().min(1).max(255).optional() }),
          body: asked,
          response: { 201: started, 200: started },
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
          body: asked,
          response: { 200: forecast },
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
        schema: { tags, summary: 'One broadcast, and how far it is', params: idParams, response: { 200: story } },
      },
      async (request) => found(await showBroadcast(app, request.params.id), 'broadcast', request.params.id),
    );

    server.get(
      '/broadcasts/:id/recipients',
      {
        config: keyed('read', 'broadcast.recipients', reads(inAnswer)),
        schema: {
          tags,
          summary: 'To whom it goes, by position, and what has become of each message',
          params: idParams,
          querystring: pageQuery,
          response: { 200: pageOf(broadcastRecipient) },
        },
      },
      async (request) => found(await showRecipients(app, request.params.id, toPageRequest(request.query)), 'broadcast', request.params.id),
    );

    const actions = [
      { path: 'pause', summary: 'Nobody further falls due, and what waits is held', act: pauseBroadcast },
      { path: 'resume', summary: 'It goes on at its pace, behind those whom it has reached', act: resumeBroadcast },
      { path: 'cancel', summary: 'The end: whoever waits does not get it. There is no way back', act: cancelBroadcast },
    ] as const;
    for (const { path, summary, act } of actions) {
      server.post(
        `/broadcasts/:id/${path}`,
        {
          config: keyed('send', `broadcast.${path}`, changes(nobody)),
          schema: { tags, summary, params: idParams, response: { 200: control } },
        },
        async (request) => answer(request.params.id, await act(app, request.params.id)),
      );
    }

    function toRequest(body: z.output<typeof asked>): BroadcastRequest {
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

function toldUnknown(unknown: readonly string[]): z.output<typeof started>['unknown'] {
  return { count: unknown.length, ids: unknown.slice(0, idsTold) };
}

const listedBy = { profileId: 'profile', userId: 'user', email: 'email' } as const;

function audienceOf(to: z.output<typeof audience>): BroadcastRequest['to'] {
  if ('profileIds' in to) return { by: 'profile', ids: to.profileIds };
  if ('userIds' in to) return { by: 'user', ids: to.userIds };
  if ('emails' in to) return { by: 'email', ids: to.emails };
  if ('everyone' in to) return { by: 'everyone', traits: to.traits };
  return { by: listedBy[to.by], ids: to.recipients.map(({ id }) => id), data: to.recipients.map(({ data }) => data) };
}

function answer(id: string, result: BroadcastControlResult): z.output<typeof control> {
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
