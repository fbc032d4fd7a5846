import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { recordConsents } from '../../app/consent/record-consents.js';
import { eraseProfile } from '../../app/people/erase-profile.js';
import { exportProfile } from '../../app/people/export-profile.js';
import { findProfile, showCarts, showConsents, showProfile } from '../../app/people/show-profile.js';
import { changes, inPath, keyed, listed, reads } from '../access.js';
import { cart, consentRecordBody, consents, profile, profileEraseAnswer, profileExport, profileFindQuery } from '../contract/profiles.js';
import { idParams, pageOf } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { found, notFound, Problem } from '../problem.js';

export function profileRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['profiles'];
    server.get(
      '/profiles',
      {
        config: keyed('read', 'profile.find', reads(listed)),
        schema: {
          tags,
          summary: 'The profile with this id of the shop or of a browser: a list of one or none',
          querystring: profileFindQuery,
          response: { 200: pageOf(profile) },
        },
      },
      async (request) => {
        const { userId, anonymousId } = request.query;
        if ((userId === undefined) === (anonymousId === undefined))
          throw new Problem(400, 'invalid-request', 'Give exactly one of userId and anonymousId.');
        const id = await (userId !== undefined
          ? findProfile(app, { kind: 'user', value: userId })
          : findProfile(app, { kind: 'anonymous', value: anonymousId ?? '' }));
        const shown = id === null ? null : await showProfile(app, id, request.apiKey?.scopes ?? []);
        return { items: shown === null ? [] : [shown], nextCursor: null };
      },
    );

    server.get(
      '/profiles/:id',
      {
        config: keyed('read', 'profile.show', reads(inPath)),
        schema: {
          tags,
          summary: 'One profile with carts, orders, consents and suppressions',
          params: idParams,
          response: { 200: profile },
        },
      },
      async (request) => found(await showProfile(app, request.params.id, request.apiKey?.scopes ?? []), 'profile', request.params.id),
    );

    server.delete(
      '/profiles/:id',
      {
        config: keyed('privacy', 'profile.erase', changes(inPath)),
        schema: {
          tags,
          summary: 'Erase a person: entries exit, data is deleted, ids are free again, addresses stay suppressed by a keyed hash',
          params: idParams,
          response: { 200: profileEraseAnswer },
        },
      },
      async (request) => {
        const result = await eraseProfile(app, request.params.id);
        if (result.kind === 'unknown') throw notFound('profile', request.params.id);
        return { profileId: request.params.id, erased: result.kind === 'erased', entries: result.kind === 'erased' ? result.entries : 0 };
      },
    );

    server.get(
      '/profiles/:id/carts',
      {
        config: keyed('read', 'cart.list', reads(inPath)),
        schema: { tags, summary: 'Carts, the most recently active first', params: idParams, response: { 200: pageOf(cart) } },
      },
      async (request) => ({
        items: found(await showCarts(app, request.params.id), 'profile', request.params.id),
        nextCursor: null,
      }),
    );

    server.get(
      '/profiles/:id/consents',
      {
        config: keyed('read', 'consent.show', reads(inPath)),
        schema: { tags, summary: 'Present consent, and every act', params: idParams, response: { 200: consents } },
      },
      async (request) => found(await showConsents(app, request.params.id), 'profile', request.params.id),
    );

    server.get(
      '/profiles/:id/export',
      {
        config: keyed('privacy', 'profile.export', changes(inPath)),
        schema: {
          tags,
          summary: 'All data of a person, for the person; instants inside are milliseconds',
          params: idParams,
          response: { 200: profileExport },
        },
      },
      async (request) => {
        const data = found(await exportProfile(app, request.params.id), 'profile', request.params.id);
        return { ...data };
      },
    );

    server.post(
      '/profiles/:id/consents',
      {
        config: keyed('consent', 'consent.record', changes(inPath)),
        schema: {
          tags,
          summary: 'Record an act of consent or its withdrawal',
          params: idParams,
          body: consentRecordBody,
          response: { 201: consents },
        },
      },
      async (request, reply) => {
        const { at, doubleOptIn: asksForDoubleOptIn, ...given } = request.body;
        const now = app.clock.now();
        const result = await recordConsents(app, request.params.id, [{ ...given, asksForDoubleOptIn, at: Math.min(at ?? now, now) }]);
        if (result.kind === 'unknown-profile') throw notFound('profile', request.params.id);
        if (result.kind === 'refused') throw new Problem(422, result.code, result.reason);
        return reply.status(201).send(found(await showConsents(app, request.params.id), 'profile', request.params.id));
      },
    );
  };
}
