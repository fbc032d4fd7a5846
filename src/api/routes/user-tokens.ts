import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { rotateUserTokenSecret, showUserTokenSecret } from '../../app/keys/user-tokens.js';
import { changes, keyed, nobody } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { maybeInstant } from '../schemas.js';

const shown = z
  .object({
    secret: z.string().meta({ description: 'The key of HS256, as text. For the shop’s own servers, never for a browser.' }),
    version: z.number().int(),
    previousUntil: maybeInstant.meta({ description: 'Until when tokens of the secret before count too.' }),
  })
  .meta({ id: 'UserTokenSecret' });

/** The secret with which a shop vouches for who a visitor is. */
export function userTokenRoutes({ app }: Pick<ApiDeps, 'app'>): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['write keys'];
    server.get(
      '/user-token-secret',
      {
        config: keyed('admin', 'user-token-secret.show', changes(nobody)),
        schema: { tags, summary: 'The secret that signs user tokens', response: { 200: shown } },
      },
      async () => showUserTokenSecret(app),
    );
    server.post(
      '/user-token-secret/rotate',
      {
        config: keyed('admin', 'user-token-secret.rotate', changes(nobody)),
        schema: {
          tags,
          summary: 'A new secret in its place. The old one counts for a day more, as long as its tokens may live',
          body: z
            .strictObject({ now: z.boolean().default(false).meta({ description: 'The old one counts no more from now on: it leaked.' }) })
            .default({ now: false }),
          response: { 200: shown },
        },
      },
      async (request) => rotateUserTokenSecret(app, { atOnce: request.body.now }),
    );
  };
}
