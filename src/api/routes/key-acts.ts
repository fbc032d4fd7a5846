import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { showKeyActs, undoKeyActs } from '../../app/keys/undo-key-acts.js';
import { changes, inAnswer, keyed, reads, type Whom } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { notFound } from '../problem.js';
import { idParams, instant, maybeInstant, pageOf, pageQuery, plainText, toPageRequest } from '../schemas.js';

const act = z
  .object({
    seq: z.number().int(),
    profileId: z.string(),
    eventId: z.string(),
    kind: z.enum(['traits', 'consent', 'claim', 'identity']),
    what: z
      .array(z.string())
      .readonly()
      .meta({ description: 'Names of traits, `email marketing granted`, or kinds of ids and claims; no values.' }),
    at: instant.meta({ description: 'When it happened, as the event says.' }),
    receivedAt: instant,
    undoneAt: maybeInstant,
  })
  .meta({ id: 'KeyAct' });

const stretch = {
  since: instant.meta({ description: 'Received then or later.' }),
  until: instant.meta({ description: 'Received before.' }),
};

const wanted = z.strictObject({
  since: stretch.since,
  until: stretch.until.optional(),
  profileIds: z.array(plainText(100)).min(1).max(100).meta({ description: 'Of these people, as the list of acts names them.' }),
  refusals: z.boolean().default(false).meta({
    description: 'Also refusals and objections. They may be the person’s own word: those who said no are written to again.',
  }),
});

const undone = z
  .object({
    profileId: z.string(),
    traits: z.array(z.string()).readonly().meta({ description: 'Names of traits that are again as they were before.' }),
    consents: z.number().int(),
    claims: z.number().int(),
    ids: z.number().int(),
    left: z.number().int().meta({ description: 'Acts of which refusals or objections were left.' }),
  })
  .meta({ id: 'UndoneKeyActs' });

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
          summary: 'What the key said of people, the newest first: traits, consents, ids, and what was kept as a claim',
          params: idParams,
          querystring: pageQuery.extend({
            profileId: plainText(100).optional(),
            since: stretch.since.optional(),
            until: stretch.until.optional(),
          }),
          response: { 200: pageOf(act) },
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
          summary: 'Take back what the key said of these people in a stretch of time; what was sent was sent',
          params: idParams,
          body: wanted,
          response: { 200: z.object({ items: z.array(undone).readonly() }) },
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

const named: Whom = ({ body }) => (body as z.output<typeof wanted>).profileIds.map((id) => ({ kind: 'profile', id }));

function stretchOf({ params, body }: { readonly params: unknown; readonly body: unknown }): string {
  const { since, until, refusals } = body as z.output<typeof wanted>;
  const { id } = params as { readonly id: string };
  const key = /^[0-9a-z]{26}$/.test(id) ? `${id} ` : '';
  const end = until === undefined ? '' : ` until ${new Date(until).toISOString()}`;
  return `${key}from ${new Date(since).toISOString()}${end}${refusals ? ', refusals too' : ''}`;
}
