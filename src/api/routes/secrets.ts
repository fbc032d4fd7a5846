import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { carryOver, listSecrets, retireSecret } from '../../app/consent/carry-over-suppressions.js';
import { changes, keyed, nobody, nothing } from '../access.js';
import { secretCarryOverAnswer, secretListAnswer, secretRetireAnswer, secretRetireBody, secretRetireParams } from '../contract/secrets.js';
import type { ApiDeps } from '../deps.js';
import { Problem } from '../problem.js';

/** The secrets of the installation, by their fingerprints: a rotation, step by step. */
export function secretRoutes({ app }: Pick<ApiDeps, 'app'>): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['secrets'];

    server.get(
      '/secrets',
      {
        config: keyed('admin', 'secret.list', nothing),
        schema: { tags, summary: 'The secrets by their fingerprints', response: { 200: secretListAnswer } },
      },
      async () => ({ items: [...(await listSecrets(app))] }),
    );

    server.post(
      '/secrets/carry-over',
      {
        config: keyed('admin', 'secret.carry-over', changes(nobody)),
        schema: {
          tags,
          summary: 'Move the suppressions of all known addresses to the secret that signs',
          response: {
            200: secretCarryOverAnswer,
          },
        },
      },
      async () => carryOver(app),
    );

    server.post(
      '/secrets/:fingerprint/retire',
      {
        config: keyed('admin', 'secret.retire', changes(nobody)),
        schema: {
          tags,
          summary: 'Allow the next start without a secret. Links that it signed stop working then',
          params: secretRetireParams,
          body: secretRetireBody,
          response: { 200: secretRetireAnswer },
        },
      },
      async (request) => {
        const asked = request.params.fingerprint;
        const result = await retireSecret(app, asked, request.body);
        if (result.kind === 'unknown')
          throw new Problem(
            404,
            'unknown-secret',
            `No secret with the fingerprint ${asked} has signed here. sojourn secret list shows those that have.`,
          );
        if (result.kind === 'in-use')
          throw new Problem(
            409,
            'secret-in-use',
            'This secret signs now. Put a new one in front of it in SOJOURN_SECRET and restart; then retire this one.',
          );
        if (result.kind === 'needed') throw new Problem(409, 'secret-needed', needed(result.left));
        return { fingerprint: asked, retired: true as const };
      },
    );
  };
}

function needed(left: number): string {
  return `${left} suppressions exist only under this secret, for addresses that nobody here has any more (such as erased people): without it these people would get messages again if they came back. Keep it in the list, or force it.`;
}
