import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from './problem.js';

/** Lets a request pass when it bears an API key; the key is compared by its hash, in the store. */
export function requireApiKey(isApiKey: (key: string) => Promise<boolean>) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const key = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (key !== undefined && (await isApiKey(key))) return;
    void reply.header('www-authenticate', 'Bearer realm="sojourn"');
    throw new Problem(
      401,
      key === undefined ? 'no-api-key' : 'unknown-api-key',
      key === undefined
        ? 'This needs an API key: send it as "Authorization: Bearer sj_api_…". A running instance writes one to running.json in its data folder.'
        : 'This API key is not known, or was revoked.',
    );
  };
}
