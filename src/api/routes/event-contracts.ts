import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { showContracts } from '../../app/contracts/show-contracts.js';
import { keyed, nothing } from '../access.js';
import { eventContracts } from '../contract/event-contracts.js';
import type { ApiDeps } from '../deps.js';

/** What journeys and segments read of events. */
export function eventContractRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    server.get(
      '/event-contracts',
      {
        config: keyed('read', 'event-contract.list', nothing),
        schema: {
          tags: ['events'],
          summary: 'Which events and properties each journey and segment reads, when they were seen last, and what is wrong with them',
          response: { 200: eventContracts },
        },
      },
      async () => ({ items: await showContracts(app) }),
    );
  };
}
