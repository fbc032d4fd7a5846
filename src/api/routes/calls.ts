import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { retryGivenUp, showCalls, showReceiverKey, showReceivers } from '../../app/calls/show-calls.js';
import { changes, inAnswer, keyed, nobody, nothing, reads } from '../access.js';
import { call, callListQuery, callRetryAnswer, callRetryBody, receiverKey, receiverList } from '../contract/calls.js';
import { idParams, pageOf } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { toPageRequest } from '../from-contract.js';
import { found } from '../problem.js';

/** What journeys tell the shop's own programs and people, and who these are. */
export function callRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['calls'];
    server.get(
      '/calls',
      {
        config: keyed('read', 'call.list', reads(inAnswer)),
        schema: {
          tags,
          summary: 'Calls by state, receiver and person, the newest first; what they tell is left out',
          querystring: callListQuery,
          response: { 200: pageOf(call) },
        },
      },
      (request) => showCalls(app, request.query, toPageRequest(request.query)),
    );

    server.post(
      '/call-retries',
      {
        config: keyed('send', 'call.retry', changes(nobody)),
        schema: {
          tags,
          summary: 'Try calls again that were given up: one, or all of a receiver',
          body: callRetryBody,
          response: { 200: callRetryAnswer },
        },
      },
      async (request) => ({ retried: await retryGivenUp(app, request.body) }),
    );

    server.get(
      '/receivers',
      {
        config: keyed('read', 'receiver.list', nothing),
        schema: { tags, summary: 'Receivers of shop.yaml', response: { 200: receiverList } },
      },
      async () => ({ items: showReceivers(app) }),
    );

    server.get(
      '/receivers/:id/key',
      {
        config: keyed('admin', 'receiver.key', changes(nobody)),
        schema: {
          tags,
          summary: 'The key with which a receiver checks that a call is ours (Standard Webhooks)',
          params: idParams,
          response: { 200: receiverKey },
        },
      },
      async (request) => {
        const { id } = request.params;
        return { name: id, key: found(showReceiverKey(app, id), 'receiver', id) };
      },
    );
  };
}
