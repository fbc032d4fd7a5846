import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { showFields } from '../../app/fields/show-fields.js';
import { keyed, nothing } from '../access.js';
import { fieldList } from '../contract/fields.js';
import type { ApiDeps } from '../deps.js';

/** What may be known of people, and who reads it; the versions of fields.yaml: `definitions.ts`. */
export function fieldRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    server.get(
      '/fields',
      {
        config: keyed('read', 'field.list', nothing),
        schema: {
          tags: ['fields'],
          summary: 'Declared fields and traits that nobody declared, with who reads each',
          response: { 200: fieldList },
        },
      },
      async () => {
        const { lookedAt, items } = await showFields(app);
        return { lookedAt, items: items.map(({ field, ...rest }) => ({ ...rest, declared: field })) };
      },
    );
  };
}
