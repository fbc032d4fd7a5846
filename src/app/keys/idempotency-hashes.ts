import { keyed, keyedByOthers, type Secrets } from '../../domain/keys/secrets.js';
import { canonicalJson } from '../canonical-json.js';

/** What is kept of a client's `Idempotency-Key` and its request: nobody can guess either from it. The lists hold it under every secret. */
export function idempotencyHashes(
  secrets: Secrets,
  of: { readonly scope: 'messages' | 'broadcasts' | 'calls'; readonly key: string; readonly request: unknown },
): {
  readonly keyHash: string;
  readonly keyHashes: readonly string[];
  readonly requestHash: string;
  readonly requestHashes: readonly string[];
} {
  const everywhere = (text: string): readonly [string, ...string[]] => [
    keyed(secrets, 'told-twice', text),
    ...keyedByOthers(secrets, 'told-twice', text),
  ];
  const keyHashes = everywhere(`idempotency|${of.scope}|${of.key}`);
  const requestHashes = everywhere(canonicalJson(of.request));
  return { keyHash: keyHashes[0], keyHashes, requestHash: requestHashes[0], requestHashes };
}
