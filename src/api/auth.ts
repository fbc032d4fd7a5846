import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppDeps } from '../app/deps.js';
import { type ApiKey, recognizeApiKey } from '../app/keys/manage-api-keys.js';
import { hasKeyShape } from '../domain/keys/key-shape.js';
import { opens, type Scope } from '../domain/keys/scopes.js';
import { Problem } from './problem.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The API key that opened the route; null where another thing did, or nothing was asked. */
    apiKey: ApiKey | null;
  }
}

/** Lets a request pass when it bears an API key with this scope; the key is compared by its hash, in the store. */
export async function requireScope(
  app: Pick<AppDeps, 'store' | 'clock'>,
  scope: Scope,
  request: FastifyRequest,
  reply: FastifyReply,
  secret = bearerOf(request),
): Promise<void> {
  if (secret === null)
    throw refusal(
      reply,
      'no-api-key',
      'This needs an API key: send it as "Authorization: Bearer sj_api_…". A running instance writes one to running.json in its data folder.',
    );
  const recognized = hasKeyShape('api', secret) ? await recognizeApiKey(app, secret) : ({ kind: 'unknown' } as const);
  if (recognized.kind === 'unknown') throw refusal(reply, 'unknown-api-key', 'This API key is not known, or was revoked.');
  const { key } = recognized;
  if (recognized.kind === 'expired')
    throw refusal(
      reply,
      'expired-api-key',
      `The API key ${key.id} ended at ${new Date(key.expiresAt ?? 0).toISOString()}. Somebody with a key of scope admin can make another: sojourn api-key create.`,
    );
  request.apiKey = key;
  if (!opens(key.scopes, scope)) throw new Problem(403, 'missing-scope', missingScope(key, scope));
}

/** Who does it, as it is kept with what they do: `key:` and the id of the API key. */
export function callerOf({ apiKey }: Pick<FastifyRequest, 'apiKey'>): string {
  return `key:${apiKey?.id ?? 'unknown'}`;
}

/** What `Authorization: Bearer …` bears. */
function bearerOf(request: Pick<FastifyRequest, 'headers'>): string | null {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

function refusal(reply: FastifyReply, code: string, detail: string): Problem {
  void reply.header('www-authenticate', 'Bearer realm="sojourn"');
  return new Problem(401, code, detail);
}

function missingScope(key: ApiKey, scope: Scope): string {
  const wanted = [...key.scopes, scope].map((one) => `--scope ${one}`).join(' ');
  return `This needs the scope ${scope}, and the API key ${key.id} has ${key.scopes.join(', ')}. Somebody with a key of scope admin can make one that has it too: sojourn api-key create <name> ${wanted}.`;
}
