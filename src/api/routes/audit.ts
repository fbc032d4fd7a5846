import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { showAudit } from '../../app/keys/audit-trail.js';
import { keyed, nobody, reads } from '../access.js';
import { auditedAct, auditListQuery } from '../contract/audit.js';
import { pageOf } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { toPageRequest } from '../from-contract.js';

/** Who did, read or exported what, about whom. */
export function auditRoutes({ app }: Pick<ApiDeps, 'app'>): FastifyPluginAsyncZod {
  return async (server) => {
    server.get(
      '/audit',
      {
        config: keyed('admin', 'audit.list', reads(nobody)),
        schema: {
          tags: ['audit log'],
          summary: 'Who did, read or exported what, and about which person; the newest first',
          querystring: auditListQuery,
          response: { 200: pageOf(auditedAct) },
        },
      },
      ({ query }) =>
        showAudit(
          app,
          {
            profileId: query.profileId ?? null,
            keyId: query.keyId ?? null,
            act: query.act ?? null,
            since: query.since ?? null,
            until: query.until ?? null,
          },
          toPageRequest(query),
        ),
    );
  };
}
