import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { importCodes } from '../../app/offers/import-codes.js';
import { type LedgerPromise, reportOffers, showPromise, showPromises } from '../../app/offers/show-promises.js';
import { changes, inAnswer, keyed, nobody, nothing, reads } from '../access.js';
import { codesBody, codesTaken, offerReports, promise } from '../contract/offers.js';
import { idParams, pageOf, pageQuery } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { toPageRequest } from '../from-contract.js';
import { found, notFound, Problem } from '../problem.js';

const tags = ['offers'];

/** Codes, the ledger of promises, and sums. The offers themselves have the routes of all definitions (`definitions.ts`). */
export function offerRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    server.get(
      '/offer-reports',
      {
        config: keyed('read', 'offer-report.list', nothing),
        schema: { tags, summary: 'What was promised by each offer, and what came of it', response: { 200: offerReports } },
      },
      async () => ({ items: await reportOffers(app) }),
    );

    server.post(
      '/offers/:id/codes',
      {
        config: keyed('publish', 'offer.import-codes', changes(nobody)),
        schema: {
          tags,
          summary: 'Add codes of the shop to the list of an offer, 1000 at most; it may be repeated',
          params: idParams,
          body: codesBody,
          response: { 200: codesTaken },
        },
      },
      async (request) => {
        const { id } = request.params;
        const imported = await importCodes(app, id, request.body.codes);
        if (imported.kind === 'imported') return imported;
        if (imported.kind === 'unknown') throw notFound('offer', id);
        throw new Problem(
          409,
          'makes-codes',
          `The offer ${id} makes its codes itself. Write codes: { imported: true } and publish it first.`,
        );
      },
    );

    server.get(
      '/offers/:id/promises',
      {
        config: keyed('read', 'promise.list', reads(inAnswer)),
        schema: {
          tags,
          summary: 'The codes of an offer that people were given, the newest first, with what came of each',
          params: idParams,
          querystring: pageQuery,
          response: { 200: pageOf(promise) },
        },
      },
      async (request) => {
        const { items, nextCursor } = await showPromises(app, request.params.id, toPageRequest(request.query));
        return { items: items.map(answerOf), nextCursor };
      },
    );

    server.get(
      '/promises/:id',
      {
        config: keyed('read', 'promise.show', reads(inAnswer)),
        schema: {
          tags,
          summary: 'Who was given a code, in any case of letters, and whether it can be used',
          params: idParams,
          response: { 200: promise },
        },
      },
      async (request) => answerOf(found(await showPromise(app, request.params.id), 'code', request.params.id)),
    );
  };
}

function answerOf({ seq: _seq, terms, ...kept }: LedgerPromise) {
  const { benefit, currency, minimum, products } = terms;
  return { ...kept, benefit, currency, minimum, products };
}
