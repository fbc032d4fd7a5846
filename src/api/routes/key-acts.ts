import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { showKeyActs, undoKeyActs } from '../../app/keys/undo-key-acts.js';
import { changes, inAnswer, keyed, reads, type Whom } from '../access.js';
import { keyAct, keyActListQuery, keyActUndoAnswer, keyActUndoBody } from '../contract/key-acts.js';
import { idParams, pageOf } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { toPageRequest } from '../from-contract.js';
import { notFound } from '../problem.js';

/** What a write key said of people, and taking it back. */
export function keyActRoutes({ app }: Pick<ApiDeps, 'app'>): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['write keys'];
    server.get(
      '/write-keys/:id/acts',
      {
        config: keyed('read', 'key-act.list', reads(inAnswer)),
        schema: {
          tags,
          summary: 'What the key said about people, the newest first: traits, consents, ids, claims',
          params: idParams,
          querystring: keyActListQuery,
          response: { 200: pageOf(keyAct) },
        },
      },
      async ({ params, query }) => {
        const filter = { keyId: params.id, profileId: query.profileId ?? null, since: query.since ?? null, until: query.until ?? null };
        const page = await showKeyActs(app, filter, toPageRequest(query));
        if (page === null) throw notFound('write key', params.id);
        return page;
      },
    );

    server.post(
      '/write-keys/:id/acts/undo',
      {
        config: keyed('privacy', 'key-act.undo', changes(named, stretchOf)),
        schema: {
          tags,
          summary: 'Undo what the key said about these people in a period; sent messages stay sent',
          params: idParams,
          body: keyActUndoBody,
          response: { 200: keyActUndoAnswer },
        },
      },
      async ({ params, body }) => {
        const { since, until = null, profileIds, refusals: alsoRefusals } = body;
        const items = await undoKeyActs(app, { keyId: params.id, profileIds, since, until, alsoRefusals });
        if (items === null) throw notFound('write key', params.id);
        return { items };
      },
    );
  };
}

const named: Whom = ({ body }) => (body as z.output<typeof keyActUndoBody>).profileIds.map((id) => ({ kind: 'profile', id }));

function stretchOf({ params, body }: { readonly params: unknown; readonly body: unknown }): string {
  const { since, until, refusals } = body as z.output<typeof keyActUndoBody>;
  const { id } = params as { readonly id: string };
  const key = /^[0-9a-z]{26}$/.test(id) ? `${id} ` : '';
  const end = until === undefined ? '' : ` until ${new Date(until).toISOString()}`;
  return `${key}from ${new Date(since).toISOString()}${end}${refusals ? ', refusals too' : ''}`;
}
