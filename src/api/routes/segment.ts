import type { FastifyPluginAsync } from 'fastify';
import type { AppDeps } from '../../app/deps.js';
import { writeKeysInUse } from '../../app/keys/write-keys-in-use.js';
import { hasKeyShape } from '../../domain/keys/key-shape.js';
import { browserSettings } from '../../sources/segment/browser-settings.js';
import { openTo } from '../access.js';
import { answerPreflight, openToPages, preflight } from '../event-door/pages-of-others.js';
import { Problem } from '../problem.js';

/** What Segment's browser client asks beside its events, which come by `sourceRoutes`. */
export function segmentClientRoutes(deps: AppDeps): FastifyPluginAsync {
  const findKey = writeKeysInUse(deps);

  return async (server) => {
    server.addHook('onRequest', openToPages);

    // analytics.js counts its own troubles; nobody here needs them, so they are not even read.
    server.options('/v1/m', { config: preflight, schema: { hide: true } }, answerPreflight);
    server.post(
      '/v1/m',
      { config: preflight, schema: { hide: true }, onRequest: async (_request, reply) => reply.send({ success: true }) },
      async () => ({ success: true }),
    );

    server.options('/v1/projects/:key/settings', { config: preflight, schema: { hide: true } }, answerPreflight);
    server.get<{ Params: { key: string } }>(
      '/v1/projects/:key/settings',
      { config: openTo({ kind: 'write-key' }, 'event-client.configure'), schema: { hide: true } },
      async (request, reply) => {
        const { key } = request.params;
        if (!hasKeyShape('write', key) || (await findKey(key)) === null)
          throw new Problem(
            404,
            'unknown-write-key',
            'There is no project with this write key. sojourn write-key list shows the keys that work.',
          );
        return reply.header('cache-control', 'public, max-age=60').send(browserSettings(key, deps.publicUrl));
      },
    );
  };
}
