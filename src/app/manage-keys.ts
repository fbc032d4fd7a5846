import { createKey, findKeyBySecret, type Key, listKeys, type NewKey, revokeKey, rotateKey } from '../store/keys.js';
import type { AppDeps } from './deps.js';

type Deps = Pick<AppDeps, 'store' | 'clock'>;

export async function isApiKey(deps: Pick<AppDeps, 'store'>, secret: string): Promise<boolean> {
  return (await findKeyBySecret(deps.store.db, 'api', secret)) !== null;
}

/** How long an answer about a write key counts, in real milliseconds: a revoked key opens nothing after that. */
const writeKeyTrustMs = 5_000;
const rememberedWriteKeys = 1_000;

/**
 * Tells whether a secret is a write key in use. Remembers the answer for five seconds, so that a busy client costs the store next to nothing, and a revoked
 * key stops within them.
 */
export function writeKeyCheck(deps: Deps): (secret: string) => Promise<boolean> {
  const remembered = new Map<string, { readonly isKey: boolean; readonly until: number }>();
  return async (secret) => {
    const now = deps.clock.realNow();
    const known = remembered.get(secret);
    if (known !== undefined && known.until > now) return known.isKey;
    const isKey = (await findKeyBySecret(deps.store.db, 'write', secret)) !== null;
    // Whoever guesses keys fills this; it is a cache, so it may be emptied.
    if (remembered.size >= rememberedWriteKeys) remembered.clear();
    remembered.set(secret, { isKey, until: now + writeKeyTrustMs });
    return isKey;
  };
}

/** Makes a key for the shop's clients. Its secret is in the answer and nowhere else. */
export function createWriteKey(deps: Deps, name: string): Promise<NewKey> {
  return createKey(deps.store.db, 'write', { name, at: deps.clock.now() });
}

/** A new key in the place of an old one, which opens nothing from now on. Null: no such key, or revoked already. */
export function rotateWriteKey(deps: Deps, id: string): Promise<NewKey | null> {
  return deps.store.transaction((trx) => rotateKey(trx, 'write', id, deps.clock.now()));
}

/** False: no such key, or revoked already. */
export function revokeWriteKey(deps: Deps, id: string): Promise<boolean> {
  return revokeKey(deps.store.db, 'write', id, deps.clock.now());
}

/** The keys, without their secrets. */
export function listWriteKeys(deps: Deps): Promise<readonly Key[]> {
  return listKeys(deps.store.db, 'write');
}
