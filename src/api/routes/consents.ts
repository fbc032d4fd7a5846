import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { showWaitingConsents } from '../../app/people/show-profile.js';
import { inAnswer, keyed, reads } from '../access.js';
import { waitingConsent, waitingConsentListQuery } from '../contract/consents.js';
import { pageOf } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { toPageRequest } from '../from-contract.js';

export function consentRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    server.get(
      '/consents',
      {
        config: keyed('read', 'waiting-consent.list', reads(inAnswer)),
        schema: {
          tags: ['profiles'],
          summary: 'Acts that do not count yet, the newest first: `quarantined` (imports without evidence) or `pending` (not confirmed)',
          querystring: waitingConsentListQuery,
          response: { 200: pageOf(waitingConsent) },
        },
      },
      ({ query }) => showWaitingConsents(app, query.state, toPageRequest(query)),
    );
  };
}
