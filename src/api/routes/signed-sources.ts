import type { FastifyPluginAsync } from 'fastify';
import type { AppDeps } from '../../app/deps.js';
import { takeDelivery } from '../../app/ingest/take-delivery.js';
import { readJson } from '../../domain/values/exact-json.js';
import { sources } from '../../sources/index.js';
import type { SignedDoor, Source } from '../../sources/source.js';
import { openTo } from '../access.js';
import { Problem } from '../problem.js';

/** Who may sign, for each source: the sender's own name of the shop, and the secrets that hold now. */
export type Signers = Readonly<Record<string, { readonly account: string; readonly secrets: readonly string[] } | undefined>>;

/** A large order is some hundred kilobytes. */
const largestDelivery = 4 * 1024 * 1024;

/**
 * The doors of sources whose bodies are signed (`SignedDoor`). 200 means committed. A wrong signature is 401 and changes nothing, and the
 * answer does not say whether the shop is known. What is signed and cannot be read is kept and answered 200: the sender would only send it
 * again, and end the subscription.
 */
export function signedSourceRoutes(deps: AppDeps, signers: Signers): FastifyPluginAsync {
  return async (server) => {
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: largestDelivery }, (_request, body, done) => done(null, body));
    for (const { source, signed } of doors()) {
      server.post<{ Params: { account: string } }>(
        `/v1/${signed.path}`,
        { config: openTo({ kind: 'signature', by: signed.by }, `events.${source.id}`), schema: { hide: true } },
        async ({ params, headers, body }) => {
          const signer = signers[source.id];
          const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
          const secrets = signer?.account === params.account.toLowerCase() ? signer.secrets : [];
          if (!signed.isSigned(bytes, headers, secrets)) {
            deps.log.warn({ source: source.id }, 'A delivery without a valid signature was refused.');
            throw new Problem(401, 'not-signed', 'The signature does not fit the body and the secrets of this shop.');
          }
          const startedAt = performance.now();
          const text = bytes.toString('utf8');
          await takeDelivery(deps, source, signed.readDelivery(readJson(text), headers, deps.clock.now()), text);
          deps.metrics.ingest(source.id, performance.now() - startedAt);
          return { success: true };
        },
      );
    }
  };
}

function doors(): readonly { readonly source: Source; readonly signed: SignedDoor }[] {
  return sources.flatMap((source) => (source.signed === undefined ? [] : [{ source, signed: source.signed }]));
}
