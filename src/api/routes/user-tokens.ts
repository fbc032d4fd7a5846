import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { rotateUserTokenSecret, showUserTokenSecret } from '../../app/keys/user-tokens.js';
import { changes, keyed, nobody } from '../access.js';
import { userTokenSecret, userTokenSecretRotateBody } from '../contract/user-tokens.js';
import type { ApiDeps } from '../deps.js';

/** The secret with which a shop vouches for who a visitor is. */
export function userTokenRoutes({ app }: Pick<ApiDeps, 'app'>): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['write keys'];
    server.get(
      '/user-token-secret',
      {
        config: keyed('admin', 'user-token-secret.show', changes(nobody)),
        schema: { tags, summary: 'The secret that signs user tokens', response: { 200: userTokenSecret } },
      },
      async () => showUserTokenSecret(app),
    );
    server.post(
      '/user-token-secret/rotate',
      {
        config: keyed('admin', 'user-token-secret.rotate', changes(nobody)),
        schema: {
          tags,
          summary: 'Replace it by a new secret. The old one works for another day, the longest life of a token',
          body: userTokenSecretRotateBody,
          response: { 200: userTokenSecret },
        },
      },
      async (request) => rotateUserTokenSecret(app, { atOnce: request.body.now }),
    );
  };
}
