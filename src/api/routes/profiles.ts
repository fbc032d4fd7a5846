import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { recordConsents } from '../../app/consent/record-consents.js';
import { eraseProfile } from '../../app/people/erase-profile.js';
import { exportProfile } from '../../app/people/export-profile.js';
import { findProfile, showCarts, showConsents, showProfile } from '../../app/people/show-profile.js';
import { consentCauses, consentStates, legalBases } from '../../domain/consent/consent.js';
import { channels } from '../../domain/messages/channel.js';
import { changes, inPath, keyed, listed, reads } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { found, notFound, Problem } from '../problem.js';
import { idParams, instant, maybeInstant, pageOf, plainText } from '../schemas.js';

const cart = z
  .object({
    id: z.string(),
    token: z.string(),
    state: z.enum(['open', 'ordered']),
    lines: z.array(z.unknown().meta({ description: 'A product of it: name, quantity, price, and what else the shop told.' })).readonly(),
    currency: z.string().nullable(),
    value: z.number().meta({ description: '0 where its lines have several currencies: `totals` has one for each.' }),
    totals: z.array(z.object({ currency: z.string().nullable(), value: z.number() })).readonly(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Cart' });

const consents = z
  .object({
    now: z
      .array(
        z.object({
          channel: z.enum(channels),
          topic: z.string(),
          granted: z.boolean(),
          cause: z.enum(consentCauses),
          act: z.number().nullable().meta({ description: 'The `seq` of the act that decides.' }),
          sentence: z.string(),
        }),
      )
      .readonly(),
    acts: z
      .array(
        z.object({
          seq: z.number(),
          channel: z.enum(channels),
          topic: z.string(),
          state: z.enum(consentStates),
          at: instant,
          recordedAt: instant,
          method: z.string(),
          source: z.string(),
          text: z.string().nullable(),
          textHash: z.string().nullable(),
          locale: z.string().nullable(),
          sourceUrl: z.string().nullable(),
          ip: z.string().nullable(),
          userAgent: z.string().nullable(),
          legalBasis: z.enum(legalBases).nullable(),
          requestedAt: maybeInstant,
          confirmedAt: maybeInstant,
          expiresAt: maybeInstant,
          actor: z.string().nullable(),
          evidence: z.string().nullable(),
          isQuarantined: z.boolean(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'Consents' });

const profile = z
  .object({
    id: z.string(),
    identities: z.array(z.object({ kind: z.enum(['user', 'anonymous']), value: z.string() })).readonly(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    traits: z.record(z.string(), z.unknown()),
    readings: z
      .array(
        z.object({
          trait: z.string(),
          given: z.string(),
          kept: z.string().nullable().meta({ description: 'Null: nothing could be read, so it counts as not given.' }),
        }),
      )
      .readonly()
      .meta({ description: 'Traits that count as something else than they say: number, address, zone, country, language, first name.' }),
    createdAt: instant,
    updatedAt: instant,
    erasedAt: maybeInstant,
    carts: z.array(cart).readonly(),
    orders: z
      .array(
        z.object({
          orderId: z.string(),
          status: z.string(),
          total: z.number().nullable(),
          currency: z.string().nullable(),
          cartId: z.string().nullable(),
          orderedAt: instant,
        }),
      )
      .readonly(),
    consents,
    claims: z
      .array(
        z.object({
          kind: z.enum(['email', 'phone', 'user', 'anonymous']),
          value: z.string(),
          at: instant,
          eventId: z.string(),
          keyId: z.string().nullable(),
        }),
      )
      .readonly()
      .meta({ description: 'What browser keys said of the person that nobody vouched for: kept, and used for nothing.' }),
    suppressions: z
      .array(
        z.object({
          channel: z.string(),
          reason: z.string(),
          at: instant,
          sentence: z.string().meta({ description: 'What it means, and who alone can lift it.' }),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'Profile' });

const consentBody = z.object({
  channel: z.enum(channels),
  topic: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,63}$/, 'A name such as `cart_reminder`.')
    .default('marketing'),
  state: z.enum(['granted', 'denied', 'withdrawn']),
  method: plainText(200).meta({ description: 'How it was given: `form`, `checkout`, `phone-call`.' }),
  source: plainText(500).meta({ description: 'Where: a page, a form, an agent.' }),
  text: plainText(4000, 0).nullable().default(null).meta({ description: 'The words that the person saw or heard.' }),
  locale: plainText(35, 0).nullable().default(null).meta({ description: 'Their language, as BCP 47.' }),
  sourceUrl: plainText(2000, 0).nullable().default(null),
  actor: plainText(200, 0).nullable().default(null).meta({ description: 'Who records it, where that is not the person: an id, no name.' }),
  evidence: plainText(1000, 0).nullable().default(null).meta({ description: 'Where the proof is kept. An import needs one to count.' }),
  legalBasis: z.enum(legalBases).nullable().default(null).meta({ description: '`consent` when absent.' }),
  expiresAt: instant.nullable().default(null).meta({ description: 'From then on it counts no more; an implied consent needs it.' }),
  doubleOptIn: z.boolean().default(false).meta({ description: 'Ask the person to confirm, also where the policy does not.' }),
  at: instant.optional().meta({ description: 'When; now when absent. Never in the future.' }),
});

export function profileRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['profiles'];
    server.get(
      '/profiles',
      {
        config: keyed('read', 'profile.find', reads(listed)),
        schema: {
          tags,
          summary: 'The profile that an id of the shop, or of a browser, names: a list of one or none',
          querystring: z.object({ userId: plainText(255).optional(), anonymousId: plainText(255).optional() }),
          response: { 200: pageOf(profile) },
        },
      },
      async (request) => {
        const { userId, anonymousId } = request.query;
        if ((userId === undefined) === (anonymousId === undefined))
          throw new Problem(400, 'invalid-request', 'Ask by userId or by anonymousId, one of them.');
        const id = await (userId !== undefined
          ? findProfile(app, { kind: 'user', value: userId })
          : findProfile(app, { kind: 'anonymous', value: anonymousId ?? '' }));
        const shown = id === null ? null : await showProfile(app, id);
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
      async (request) => found(await showProfile(app, request.params.id), 'profile', request.params.id),
    );

    server.delete(
      '/profiles/:id',
      {
        config: keyed('privacy', 'profile.erase', changes(inPath)),
        schema: {
          tags,
          summary: 'Erase a person: entries leave, data goes, ids are free again, addresses stay suppressed by a keyed hash',
          params: idParams,
          response: { 200: z.object({ profileId: z.string(), erased: z.boolean(), entries: z.number() }) },
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
        schema: { tags, summary: 'Carts, the most lately active first', params: idParams, response: { 200: pageOf(cart) } },
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
        schema: { tags, summary: 'What holds now, and every act', params: idParams, response: { 200: consents } },
      },
      async (request) => found(await showConsents(app, request.params.id), 'profile', request.params.id),
    );

    server.get(
      '/profiles/:id/export',
      {
        config: keyed('privacy', 'profile.export', changes(inPath)),
        schema: {
          tags,
          summary: 'All that is kept of a person, for the person; instants inside are milliseconds',
          params: idParams,
          response: { 200: z.record(z.string(), z.unknown()).meta({ id: 'ProfileExport' }) },
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
          body: consentBody,
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
